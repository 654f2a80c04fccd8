import type { ExecutionsSummary } from '../results/summary.ts'
import { count, percent } from './figures.ts'

/**
 * How many succeeded of all that came to an ending, stuck ones too: the whole that
 * `executions.succeeded.share` has. Not of all that began, since a start can be stuck before it has one.
 */
export function succeededWords(executions: ExecutionsSummary): string {
  const ended = endingsOf(executions)
  return `${ended > 0 ? percent(executions.succeeded / ended) : '–'} of ${count(ended)}`
}

/** @returns `25 stuck`, and how many of them were stuck before they had begun an execution. */
export function stuckWords(executions: ExecutionsSummary): string {
  const { started, resumed, stuck } = executions
  // An execution that is begun ends once, and once more when it was stuck and is resumed.
  const early = Math.min(stuck, endingsOf(executions) - started - resumed)
  if (early <= 0) return `${count(stuck)} stuck`
  const least = resumed > 0 ? 'at least ' : ''
  return `${count(stuck)} stuck (${least}${count(early)} before they began)`
}

function endingsOf(executions: ExecutionsSummary): number {
  const { succeeded, failed, rejected, timedOut, canceled, stuck } = executions
  return succeeded + failed + rejected + timedOut + canceled + stuck
}
