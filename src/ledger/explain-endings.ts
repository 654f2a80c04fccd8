import { markOf } from './mark.ts'
import { ROWS_PER_THING, type UnsettledRow } from './thing-book.ts'

/** Final statuses that no device asks for (developer guide, "Job execution states"). */
export const SERVICE_MADE: readonly string[] = ['TIMED_OUT', 'CANCELED', 'REMOVED']

/**
 * Finds the final statuses by which a thing's unsettled executions would explain what the service has
 * ended beyond the settled ones.
 *
 * @param difference sum of marks at the service less that of the thing, modulo 2^32.
 * @returns one status a row, or undefined when nothing explains the difference.
 */
export function explainEndings(
  rows: readonly UnsettledRow[],
  difference: number,
): readonly string[] | undefined {
  // Four possibilities a row: with more rows than a book keeps, chance would begin to explain.
  if (rows.length > ROWS_PER_THING) return undefined
  const chosen: string[] = []
  return fits(rows, 0, difference >>> 0, chosen) ? chosen : undefined
}

function fits(
  rows: readonly UnsettledRow[],
  at: number,
  difference: number,
  chosen: string[],
): boolean {
  const row = rows[at]
  if (row === undefined) return difference === 0
  for (const status of possibleEndings(row)) {
    chosen[at] = status
    const rest = (difference - markOf(row.jobId, row.executionNumber, status)) >>> 0
    if (fits(rows, at + 1, rest, chosen)) return true
  }
  return false
}

/** A thing that never asked for an end can only have been overtaken by the service. */
function possibleEndings({ wanted }: UnsettledRow): readonly string[] {
  return wanted === undefined ? SERVICE_MADE : [wanted, ...SERVICE_MADE]
}
