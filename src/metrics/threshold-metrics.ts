import { LATENCY_STATISTICS, type LatencyStatistic } from './latency-statistics.ts'
import {
  METERED_OPERATIONS,
  OUTCOMES,
  REFUSALS,
  type SeriesName,
  TIMED_OUTCOMES,
} from './series.ts'

/**
 * What a metric's name stands for. `span` says over what it is taken when a threshold does not say
 * it: connecting, drain and ramps count for executions and arrivals, not for operations (design 5.7).
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
  | ({ readonly kind: 'gauge'; readonly gauge: Gauge; readonly unit: GaugeUnit } & Span)

interface Span {
  readonly span: 'level' | 'total'
}

/**
 * How the generator itself is doing. Shares are the mean over a span, of the busiest worker where
 * workers differ; delay and memory are its highest second.
 */
export type Gauge = 'eventLoop' | 'loopDelay' | 'cpu' | 'gc' | 'memory'
type GaugeUnit = 'share' | 'latency' | 'memory'

/** How an execution may end; the whole of which `executions.succeeded.share` is a part. */
const ENDINGS = ['succeeded', 'failed', 'rejected', 'timedOut', 'canceled', 'stuck'] as const

/** Every metric a threshold may name. */
export const THRESHOLD_METRICS: ReadonlyMap<string, Measure> = new Map([
  ...METERED_OPERATIONS.flatMap(operationMetrics),
  ...executionMetrics(),
  ...arrivalMetrics(),
  ...latencyMetrics('schedule-lag', 'start.lag', 'level'),
  ...shareMetric('throttling.share', throttlingOf('throttled'), throttlingOf('issued'), 'level'),
  ...countMetrics('throttling.throttled', throttlingOf('throttled')),
  ...generatorMetrics(),
])

/** What a name stands for; undefined when there is no such metric. */
export function measureOf(metric: string): Measure | undefined {
  const known = THRESHOLD_METRICS.get(metric)
  if (known !== undefined) return known
  // A status code is a reject code where an HTTP answer brings no better one.
  const [, counter = '', of = ''] =
    /^([a-z-]+\.rejected\.Http\d{3})(\.rate|\.share)?$/.exec(metric) ?? []
  const [operation = ''] = counter.split('.')
  if (!(METERED_OPERATIONS as readonly string[]).includes(operation)) return undefined
  return new Map(codeMetrics(operation, counter)).get(counter + of)
}

/** What a metric may begin with, for a message about one that begins otherwise. */
export const METRIC_FAMILIES: readonly string[] = [
  ...new Set([...THRESHOLD_METRICS.keys()].map((name) => name.split('.')[0] ?? '')),
]

type Entry = [name: string, measure: Measure]

function operationMetrics(operation: string): Entry[] {
  const issued = [`${operation}.issued`]
  return [
    ...latencyMetrics(`${operation}.response`, `${operation}.accepted.response`, 'level'),
    ...latencyMetrics(`${operation}.service`, `${operation}.accepted.service`, 'level'),
    ...latencyMetrics(`${operation}.lag`, `${operation}.lag`, 'level'),
    ...TIMED_OUTCOMES.flatMap((outcome) =>
      ['response', 'service'].flatMap((time) =>
        latencyMetrics(
          `${operation}.${outcome}.${time}`,
          `${operation}.${outcome}.${time}`,
          'level',
        ),
      ),
    ),
    ...['issued', ...OUTCOMES].flatMap((name) =>
      countMetrics(`${operation}.${name}`, [`${operation}.${name}`]),
    ),
    ...REFUSALS.flatMap((code) => codeMetrics(operation, `${operation}.rejected.${code}`)),
    ...OUTCOMES.flatMap((outcome) =>
      shareMetric(`${operation}.${outcome}.share`, [`${operation}.${outcome}`], issued, 'level'),
    ),
  ]
}

function codeMetrics(operation: string, counter: SeriesName): Entry[] {
  const issued = [`${operation}.issued`]
  return [
    ...countMetrics(counter, [counter]),
    ...shareMetric(`${counter}.share`, [counter], issued, 'level'),
  ]
}

function countMetrics(name: string, counters: readonly SeriesName[]): Entry[] {
  return [
    [name, { kind: 'count', counters, span: 'level' }],
    [`${name}.rate`, { kind: 'rate', counters, span: 'level' }],
  ]
}

function generatorMetrics(): Entry[] {
  const gauge = (name: string, gauge: Gauge, unit: GaugeUnit): Entry => [
    `generator.${name}`,
    { kind: 'gauge', gauge, unit, span: 'level' },
  ]
  return [
    gauge('cpu.share', 'cpu', 'share'),
    gauge('event-loop.share', 'eventLoop', 'share'),
    gauge('loop-delay.p99', 'loopDelay', 'latency'),
    gauge('gc.share', 'gc', 'share'),
    gauge('memory', 'memory', 'memory'),
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
