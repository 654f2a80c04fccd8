import { consoleSummary } from '../report/console-summary.ts'
import type { DerivedReports } from './derive-reports.ts'

/** The end of a run, on standard output. Colours only on a terminal, and where NO_COLOR is not set. */
export function printSummary(derived: DerivedReports, { color }: { color: boolean }): void {
  const { stdout } = process
  const text = consoleSummary(derived.summary, {
    color: color && stdout.isTTY === true && process.env.NO_COLOR === undefined,
    width: stdout.columns || 100,
    folder: derived.folder,
    files: derived.files,
  })
  stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}
