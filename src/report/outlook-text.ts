import { amount, counted, duration, NOTHING, percent } from './figures.ts'
import {
  figuresOf,
  type OutlookFigures,
  type OutlookVariant,
  type Spread,
  variantName,
} from './outlook-figures.ts'
import { type Cell, type Column, painter, tableLines, wrapped } from './text-table.ts'

/** What the simulated runs came to: the answer first, then one row for each variant. */
export function outlookText(
  variants: readonly OutlookVariant[],
  options: { readonly color: boolean; readonly width: number },
): string {
  const paint = painter(options.color)
  const width = Math.max(60, Math.min(options.width, 120))
  const rows = variants.map((variant) => ({ name: variantName(variant), ...figuresOf(variant) }))
  const column = (title: string, cell: (row: OutlookFigures) => Cell, spare = false): Column => ({
    ...{ title, align: 'right', gap: 2, spare },
    cells: rows.map(cell),
  })
  const columns = [
    { title: 'simulated', align: 'left' as const, cells: rows.map(({ name }) => ({ text: name })) },
    column('done p50', ({ etaSeconds }) => ({ text: time(etaSeconds?.p50) })),
    column('p90', ({ etaSeconds }) => ({ text: time(etaSeconds?.p90) })),
    column('max', ({ etaSeconds }) => ({ text: time(etaSeconds?.max) }), true),
    column('unfinished', unfinishedCell),
    column('throttled', ({ throttledShare }) => ({ text: share(throttledShare?.mean) })),
    column('attempts/success', ({ attemptsPerSuccess }) => ({ text: ratio(attemptsPerSuccess) })),
    column('timed out', ({ timedOutShare }) => ({ text: share(timedOutShare?.mean) })),
    ...(rows.some(({ aborts }) => aborts > 0)
      ? [
          column('aborts', ({ aborts }) => ({ text: String(aborts) })),
          column('after', ({ abortSeconds }) => ({ text: time(abortSeconds?.p50) })),
          column('with', ({ abortExecutions }) => ({
            text:
              abortExecutions === undefined ? NOTHING : counted(abortExecutions.p50, 'execution'),
          })),
        ]
      : []),
  ]
  return [
    ...variants.slice(0, 1).flatMap((variant) => wrapped(headline(variant), width)),
    '',
    ...tableLines(columns, width, paint),
    '',
    ...wrapped(
      'From T0 to the last answer, in virtual time; shares and attempts are means over the seeds.',
      width,
    ).map((line) => paint('faint', line)),
  ].join('\n')
}

function headline(variant: OutlookVariant): string {
  const { etaSeconds, unfinished, doneShare } = figuresOf(variant)
  const runs = counted(variant.runs.length, 'seed')
  const name = variantName(variant)
  if (etaSeconds === undefined) {
    const done = doneShare === undefined ? '' : `, ${percent(doneShare.p50)} of it done`
    return `${name}: not done in its time with any of ${runs}${done}; raise load.rollout.limit or load.drain`
  }
  const rest = unfinished === 0 ? '' : `; ${unfinished} of ${runs} not done in time`
  return `${name}: done after ${duration(etaSeconds.p50)} (p50 of ${runs}), p90 ${duration(etaSeconds.p90)}${rest}`
}

function unfinishedCell({ unfinished, doneShare }: OutlookFigures): Cell {
  if (unfinished === 0) return { text: '0', tone: 'faint' }
  const done = doneShare === undefined ? '' : ` (${percent(doneShare.p50)} done)`
  return { text: `${unfinished}${done}`, tone: 'warn' }
}

function time(seconds: number | undefined): string {
  return seconds === undefined ? NOTHING : duration(seconds)
}

function share(value: number | undefined): string {
  return value === undefined ? NOTHING : percent(value)
}

function ratio(spread: Spread | undefined): string {
  return spread === undefined ? NOTHING : amount(spread.mean)
}
