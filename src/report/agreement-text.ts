import type { AgreementRow, ToldRun } from '../results/agreement.ts'
import { count, counted, duration, milliseconds, percent } from './figures.ts'
import { painter, tableLines } from './text-table.ts'

interface AgreementOptions {
  /** The run in real time that was held out. */
  readonly real: ToldRun
  /** Sizes of the runs that the overhead was fitted on. */
  readonly fitted: readonly number[]
  /** How many runs in virtual time there were. */
  readonly repetitions: number
  /** Whether all of them were measured on a machine that was not too busy. */
  readonly isFitValid: boolean
  /** undefined: nothing had to be added. */
  readonly overhead: { readonly medianUs: number; readonly p99Us: number } | undefined
  readonly color: boolean
  readonly width: number
}

/** The table of `verify`: aim, real, virtual, error, met or missed. */
export function agreementText(rows: readonly AgreementRow[], options: AgreementOptions): string {
  const { real, fitted, repetitions, isFitValid, overhead, color, width } = options
  const paint = painter(color)
  const { summary } = real
  const figure = (row: AgreementRow, value: number | null) =>
    value === null ? '–' : FIGURES[row.unit](value)
  const rangeOf = (row: AgreementRow) =>
    row.range === null || row.range[0] === row.range[1]
      ? ''
      : row.range.map(FIGURES[row.unit]).join(' – ')
  const missed = rows.filter(({ isMet }) => !isMet)
  const column = (title: string, align: 'left' | 'right', of: (row: AgreementRow) => string) => ({
    title,
    align,
    gap: 2,
    cells: rows.map((row) => ({ text: of(row) })),
  })
  const verdict = {
    ...column('', 'left', () => ''),
    cells: rows.map(({ isMet }) => ({
      text: isMet ? 'met' : 'missed',
      tone: isMet ? ('good' as const) : ('bad' as const),
    })),
  }
  const law =
    overhead === undefined
      ? 'nothing'
      : `median ${milliseconds(overhead.medianUs / 1e3)}, p99 ${milliseconds(overhead.p99Us / 1e3)}`
  return [
    `${summary.run.scenario}, small: ${counted(summary.run.things, 'thing')}, seed ${summary.run.seed}; times, rates and quotas shrunk with the fleet.`,
    `What machine and sockets add to the latency was fitted on runs of ${fitted.join(' and ')} things: ${law}; this one was held out.`,
    ...(summary.validity.valid
      ? isFitValid
        ? []
        : ['A run that was fitted on is not valid: this machine was too busy at the time.']
      : ['The run in real time is not valid: this machine was too busy to be compared with.']),
    ...(repetitions > 1
      ? [
          `In virtual time it was run ${repetitions} times, each with another draw of that, and stands here with the middle of each figure.`,
        ]
      : []),
    '',
    ...tableLines(
      [
        { ...column('', 'left', ({ name }) => name), gap: 0 },
        column('aim', 'right', ({ aim }) => aim),
        column('real', 'right', (row) => figure(row, row.real)),
        column('virtual', 'right', (row) => figure(row, row.virtual)),
        ...(repetitions > 1 ? [column('lowest to highest', 'right', rangeOf)] : []),
        column('error', 'right', ({ error }) => error),
        verdict,
      ],
      width,
      paint,
    ),
    '',
    missed.length === 0
      ? `All ${rows.length} aims are met.`
      : `${missed.length} of ${rows.length} aims are missed: ${missed.map(({ name }) => name).join(', ')}.`,
    '',
  ].join('\n')
}

const FIGURES: Record<AgreementRow['unit'], (value: number) => string> = {
  count,
  s: duration,
  share: percent,
  ms: milliseconds,
}
