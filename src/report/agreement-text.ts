import type { AgreementRow, Spread, ToldRun } from '../results/agreement.ts'
import { count, counted, duration, milliseconds, percent } from './figures.ts'
import { painter, tableLines } from './text-table.ts'

interface AgreementOptions {
  /** The runs in real time that were held out: the same again and again, at least one. */
  readonly reals: readonly ToldRun[]
  /** Sizes of the runs that the overhead was fitted on. */
  readonly fitted: readonly number[]
  /** How many runs in virtual time there were. */
  readonly repetitions: number
  /** Whether all that was fitted on was measured on a machine that was not too busy. */
  readonly isFitValid: boolean
  /** undefined: nothing had to be added. */
  readonly overhead: { readonly medianUs: number; readonly p99Us: number } | undefined
  readonly color: boolean
  readonly width: number
}

/** The table of `verify`: aim, real, virtual, error, met or missed. */
export function agreementText(rows: readonly AgreementRow[], options: AgreementOptions): string {
  const { reals, fitted, repetitions, isFitValid, overhead, color, width } = options
  const paint = painter(color)
  const { summary } = reals[0] as ToldRun
  const invalid = reals.filter((real) => !real.summary.validity.valid).length
  const figure = (row: AgreementRow, value: number | null) =>
    value === null ? '–' : FIGURES[row.unit](value)
  const spread = ({ unit }: AgreementRow, of: Spread) =>
    of === null || of[0] === of[1] ? '' : of.map(FIGURES[unit]).join(' – ')
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
    `What machine and sockets add to the latency was fitted on runs of ${fitted.join(' and ')} things: ${law}; this size was held out.`,
    `Run ${counted(reals.length, 'time')} in real time and ${counted(repetitions, 'time')} in virtual time, each of these with another draw of that; the middle of each figure counts.`,
    ...(isFitValid
      ? []
      : ['A run that was fitted on is not valid: this machine was too busy at the time.']),
    ...(invalid === 0
      ? []
      : [
          `Of the runs in real time ${invalid} of ${reals.length} are not valid: this machine was too busy to be compared with.`,
        ]),
    '',
    ...tableLines(
      [
        { ...column('', 'left', ({ name }) => name), gap: 0 },
        column('aim', 'right', ({ aim }) => aim),
        column('real', 'right', (row) => figure(row, row.real)),
        ...(reals.length > 1
          ? [column(`of ${reals.length}`, 'right', (row) => spread(row, row.realSpread))]
          : []),
        column('virtual', 'right', (row) => figure(row, row.virtual)),
        ...(repetitions > 1
          ? [column(`of ${repetitions}`, 'right', (row) => spread(row, row.virtualSpread))]
          : []),
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
