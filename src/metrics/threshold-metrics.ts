import { LATENCY_STATISTICS, type LatencyStatistic } from './latencies.ts'
import { METERED_OPERATIONS, OUTCOMES, type SeriesName, TIMED_OUTCOMES } from './series.ts'

/**
 * What a metric's name stands for. `span` says over what it is taken when a threshold does not say
 * it: connecting and drain count for executions and arrivals, not for operations (design 5.7).
 */
export type Measure =
  | ({
      readonly kind: 'latency'
      readonly series: SeriesName
      readonly statistic: LatencyStatistic
    } & Span)
  | ({ readonly kind: 'count'; readonly counters: readonly SeriesName[] } & Span)
  | ({
      readonly kind: 'share'
      readonly part: readonly SeriesName[]
      readonly whole: readonly SeriesName[]
    } & Span)
  | ({ readonly kind: 'rate'; readonly counters: readonly SeriesName[] } & Span)

interface Span {
  readonly span: 'load' | 'total'
}

/** How an execution may end; the whole of which `executions.succeeded.share` is a part. */
const ENDINGS = ['succeeded', 'failed', 'rejected', 'timedOut', 'canceled', 'stuck'] as const

/** Every metric a threshold may name. */
export const THRESHOLD_METRICS: ReadonlyMap<string, Measure> = new Map([
  ...METERED_OPERATIONS.flatMap(operationMetrics),
  ...executionMetrics(),
  ...arrivalMetrics(),
  ...latencyMetrics('schedule-lag', 'start.lag', 'load'),
  ...shareMetric('throttling.share', throttlingOf('throttled'), throttlingOf('issued'), 'load'),
])

/** What a metric may begin with, for a message about one that begins otherwise. */
export const METRIC_FAMILIES: readonly string[] = [
  ...new Set([...THRESHOLD_METRICS.keys()].map((name) => name.split('.')[0] ?? '')),
]

type Entry = [name: string, measure: Measure]

function operationMetrics(operation: string): Entry[] {
  const issued = [`${operation}.issued`]
  return [
    ...latencyMetrics(`${operation}.response`, `${operation}.accepted.response`, 'load'),
    ...latencyMetrics(`${operation}.service`, `${operation}.accepted.service`, 'load'),
    ...latencyMetrics(`${operation}.lag`, `${operation}.lag`, 'load'),
    ...TIMED_OUTCOMES.flatMap((outcome) =>
      ['response', 'service'].flatMap((time) =>
        latencyMetrics(
          `${operation}.${outcome}.${time}`,
          `${operation}.${outcome}.${time}`,
          'load',
        ),
      ),
    ),
    ...['issued', ...OUTCOMES].flatMap((name): Entry[] => {
      const counters = [`${operation}.${name}`]
      return [
        [`${operation}.${name}`, { kind: 'count', counters, span: 'load' }],
        [`${operation}.${name}.rate`, { kind: 'rate', counters, span: 'load' }],
      ]
    }),
    ...OUTCOMES.flatMap((outcome) =>
      shareMetric(`${operation}.${outcome}.share`, [`${operation}.${outcome}`], issued, 'load'),
    ),
  ]
}

function executionMetrics(): Entry[] {
  const ended = ENDINGS.map((event) => `execution.${event}`)
  return [
    ...['started', 'resumed', ...ENDINGS].map((event): Entry => {
      const counters = [`execution.${event}`]
      return [`executions.${event}`, { kind: 'count', counters, span: 'total' }]
    }),
    ...ENDINGS.flatMap((event) =>
      shareMetric(`executions.${event}.share`, [`execution.${event}`], ended, 'total'),
    ),
    ...latencyMetrics('executions.duration', 'execution.duration', 'total'),
  ]
}

function arrivalMetrics(): Entry[] {
  const names = ['planned', 'started', 'reassigned', 'dropped']
  return [
    ...names.map((name): Entry => {
      return [`arrivals.${name}`, { kind: 'count', counters: [`start.${name}`], span: 'total' }]
    }),
    ...names
      .filter((name) => name !== 'planned')
      .flatMap((name) =>
        shareMetric(`arrivals.${name}.share`, [`start.${name}`], ['start.planned'], 'total'),
      ),
    ...latencyMetrics('arrivals.acquire', 'start.acquire', 'total'),
  ]
}

function latencyMetrics(name: string, series: SeriesName, span: Span['span']): Entry[] {
  return LATENCY_STATISTICS.map((statistic) => [
    `${name}.${statistic}`,
    { kind: 'latency', series, statistic, span },
  ])
}

function shareMetric(
  name: string,
  part: readonly SeriesName[],
  whole: readonly SeriesName[],
  span: Span['span'],
): Entry[] {
  return [[name, { kind: 'share', part, whole, span }]]
}

/** The four Jobs operations: connects and subscribes have quotas of their own. */
function throttlingOf(counter: string): SeriesName[] {
  return ['start-next', 'update', 'describe', 'get-pending'].map((name) => `${name}.${counter}`)
}
