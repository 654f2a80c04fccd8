import type { OutlookRun, OutlookVariant } from './outlook-figures.ts'

/** One row for each run, so that whoever reads it may count in a way of their own. RFC 4180. */
export function outlookCsv(variants: readonly OutlookVariant[]): string {
  const keys = variants[0]?.settings.map(([key]) => key) ?? []
  const rows = variants.flatMap(({ settings, things, runs }) =>
    runs.map((run) => [
      ...settings.map(([, value]) => value),
      things,
      ...COLUMNS.map(([, of]) => of(run)),
    ]),
  )
  const head = [...keys, 'things', ...COLUMNS.map(([name]) => name)]
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

type Value = string | number | null | undefined

const COLUMNS: readonly (readonly [string, (run: OutlookRun) => Value])[] = [
  ['seed', ({ seed }) => seed],
  ['eta_seconds', ({ etaSeconds }) => etaSeconds],
  ['done_share', ({ doneShare }) => doneShare],
  ['ended', ({ ended }) => ended],
  ['throttled_share', ({ throttledShare }) => throttledShare],
  ['attempts_per_success', ({ attemptsPerSuccess }) => attemptsPerSuccess],
  ['timed_out_share', ({ timedOutShare }) => timedOutShare],
  ['abort_seconds', ({ abort }) => abort?.atSeconds],
  ['abort_executions', ({ abort }) => abort?.executions],
  ['events', ({ events }) => events],
]

function cell(value: Value): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'number' ? String(Math.round(value * 1e6) / 1e6) : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
