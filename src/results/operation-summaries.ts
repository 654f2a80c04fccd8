import { latencySummary } from '../metrics/latencies.ts'
import { METERED_OPERATIONS, TIMED_OUTCOMES } from '../metrics/series.ts'
import type { MeasuredRecord } from './measured-run.ts'
import type { OperationSummary } from './summary.ts'

/** All metered operations, those nobody used too: counts and latencies of every stage, rates of the load. */
export function operationSummaries(run: MeasuredRecord): Record<string, OperationSummary> {
  return Object.fromEntries(
    METERED_OPERATIONS.map((operation) => [operation, operationSummary(operation, run)]),
  )
}

/** Counters whose names go on after a prefix, by the rest of their names. */
export function countersAfter(
  prefix: string,
  { counters }: MeasuredRecord,
): Record<string, number> {
  const rest = [...counters]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, count]) => [name.slice(prefix.length), count] as const)
  return Object.fromEntries(rest.sort(([one], [other]) => (one < other ? -1 : 1)))
}

function operationSummary(operation: string, run: MeasuredRecord): OperationSummary {
  const count = (name: string) => run.total.count(`${operation}.${name}`)
  const times = (outcome: string) => ({
    responseMs: latencySummary(run.total.series(`${operation}.${outcome}.response`)),
    serviceMs: latencySummary(run.total.series(`${operation}.${outcome}.service`)),
  })
  const { seconds } = run.load
  return {
    issued: count('issued'),
    accepted: count('accepted'),
    empty: count('empty'),
    throttled: count('throttled'),
    rejected: countersAfter(`${operation}.rejected.`, run),
    timedOut: count('timedOut'),
    lost: count('lost'),
    unanswered: count('unanswered'),
    ratePerSecond: seconds === 0 ? 0 : run.load.count(`${operation}.accepted`) / seconds,
    ...times('accepted'),
    lagMs: latencySummary(run.total.series(`${operation}.lag`)),
    byOutcome: Object.fromEntries(
      TIMED_OUTCOMES.filter((outcome) => outcome !== 'accepted' && count(outcome) > 0).map(
        (outcome) => [outcome, times(outcome)],
      ),
    ),
  }
}
