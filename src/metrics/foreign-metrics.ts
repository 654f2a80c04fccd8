import { LATENCY_STATISTICS } from './latency-statistics.ts'
import { METERED_OPERATIONS } from './series.ts'

const RESPONSE = 'start-next.response'

/** What other load generators (k6, Gatling) measure, and the threshold that asks the same here. */
export const FOREIGN_METRICS: ReadonlyMap<string, string> = new Map([
  ['http_req_duration', `${RESPONSE}.p95 < 250ms`],
  ['http_req_waiting', `${RESPONSE}.p95 < 250ms`],
  ['http_req_failed', 'executions.succeeded.share >= 95%'],
  ['http_reqs', 'start-next.issued.rate >= 100/s'],
  ['iteration_duration', 'executions.duration.p95 < 10s'],
  ['iterations', 'executions.succeeded >= 1000'],
  ['dropped_iterations', 'arrivals.dropped == 0'],
  ['checks', 'executions.succeeded.share >= 95%'],
  ['responseTime', `${RESPONSE}.p95 < 250ms`],
  ['requestsPerSec', 'start-next.issued.rate >= 100/s'],
  ['successfulRequests.percent', 'executions.succeeded.share >= 95%'],
  ['failedRequests.percent', 'executions.failed.share < 5%'],
  ['latency', `${RESPONSE}.p95 < 250ms`],
  ['med', `${RESPONSE}.p50 < 250ms`],
  ['avg', `${RESPONSE}.mean < 250ms`],
  // Of an operation without the time that is meant, and of nothing at all.
  ...LATENCY_STATISTICS.flatMap((statistic) => [
    [statistic, `${RESPONSE}.${statistic} < 250ms`] as const,
    [`executions.${statistic}`, `executions.duration.${statistic} < 10s`] as const,
    ...METERED_OPERATIONS.flatMap((operation) =>
      ['', '.duration', '.latency'].map(
        (time) =>
          [
            `${operation}${time}.${statistic}`,
            `${operation}.response.${statistic} < 250ms`,
          ] as const,
      ),
    ),
  ]),
])

/** The threshold to write instead, for `p(95)` as for `p95`; undefined when the word is not known. */
export function foreignMetric(metric: string): string | undefined {
  return FOREIGN_METRICS.get(metric.replace(/\bp\(([\d.]+)\)/, 'p$1'))
}
