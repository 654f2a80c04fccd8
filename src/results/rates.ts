import { JOBS_OPERATIONS, OUTCOMES } from '../metrics/series.ts'
import type { MeasuredRecord } from './measured-run.ts'
import type { RatesSummary } from './summary.ts'

/** How an attempt ends that got an answer in time. */
const ANSWERED = OUTCOMES.filter((outcome) => !['timedOut', 'lost', 'unanswered'].includes(outcome))

/** What was wanted, done, answered and accepted a second, all over the same time. */
export function ratesOf({ level }: MeasuredRecord, onPlan: boolean): RatesSummary {
  const perSecond = (count: number) => (level.seconds === 0 ? 0 : count / level.seconds)
  const jobs = (names: readonly string[]) =>
    perSecond(
      JOBS_OPERATIONS.flatMap((operation) => names.map((name) => `${operation}.${name}`)).reduce(
        (sum, name) => sum + level.count(name),
        0,
      ),
    )
  return {
    seconds: level.seconds,
    plannedStartsPerSecond: onPlan ? perSecond(level.count('start.planned')) : null,
    startsPerSecond: onPlan ? perSecond(level.count('start.started')) : null,
    issuedPerSecond: jobs(['issued']),
    answeredPerSecond: jobs(ANSWERED),
    acceptedPerSecond: jobs(['accepted', 'empty']),
    throttledPerSecond: jobs(['throttled']),
  }
}
