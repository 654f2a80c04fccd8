import { METERED_OPERATIONS } from '../metrics/series.ts'
import type { Summary } from '../results/summary.ts'
import { besideWords } from './beside-words.ts'
import { amount } from './figures.ts'
import type { Column, Timeline } from './timeline.ts'

export type ChartUnit = 'per second' | 'ms' | 'share' | 'count'

export interface Chart {
  /** Unique on the page, fit for an `id`. */
  readonly id: string
  readonly title: string
  /** What is drawn and in which unit, in a sentence. */
  readonly note: string
  readonly unit: ChartUnit
  /** A strip is lower and stands close under the chart before it. */
  readonly strip: boolean
  /** Seconds in which the generator was not well are shaded under its lines. */
  readonly shaded?: boolean
  readonly series: readonly Series[]
}

export interface Series {
  readonly label: string
  /** The name of a colour in the page's style, without `--`. */
  readonly color: string
  readonly line: 'solid' | 'thin' | 'dashed' | 'area'
  /** Shown only when its name is clicked. */
  readonly hidden?: boolean
  readonly values: Column
}

export interface ChartLimits {
  /** Quotas by the second; undefined or infinite: no line. */
  readonly writesPerSecond?: number | undefined
  readonly readsPerSecond?: number | undefined
}

const WRITES = ['start-next', 'update']
const READS = ['describe', 'get-pending']
const ANSWERED = ['accepted', 'empty', 'throttled', 'rejected']
const LAG_UNDER = 'lag-'
const FAILURES = ['rejected', 'timedOut', 'lost']

/** The charts of a run, in the order of the page. One without a value is left out. */
export function chartsOf(time: Timeline, summary: Summary, limits: ChartLimits): Chart[] {
  if (time.seconds.length === 0) return []
  return [
    throughput(time),
    ...METERED_OPERATIONS.flatMap((operation) => [
      latency(time, operation),
      lagUnder(time, operation, summary),
    ]),
    lag(time, summary),
    quota(time, summary, 'writes', WRITES, limits.writesPerSecond),
    quota(time, summary, 'reads', READS, limits.readsPerSecond),
    failures(time),
    fleet(time),
    health(time, summary),
  ]
    .map(withoutEmpty)
    .filter(({ series }) => series.some(({ line }) => line !== 'dashed'))
    .filter(hasItsChart)
}

/** A strip stands under its chart or not at all. */
function hasItsChart({ id }: Chart, _: number, charts: readonly Chart[]): boolean {
  const under = id.startsWith(LAG_UNDER) ? id.slice(LAG_UNDER.length) : undefined
  return under === undefined || charts.some((chart) => chart.id === `latency-${under}`)
}

/** A series that is zero or nothing throughout tells nothing, and takes room in the legend. */
function withoutEmpty(chart: Chart): Chart {
  return { ...chart, series: chart.series.filter(({ values }) => values.some((value) => value)) }
}

function throughput(time: Timeline): Chart {
  const requests = [...WRITES, ...READS]
  const made = time.rate('start.started')
  const planned = time.rate('start.planned')
  const starts = planned.some(Boolean)
    ? 'Starts planned and made; job requests'
    : made.some(Boolean)
      ? 'Starts made; job requests'
      : 'Job requests'
  return {
    id: 'throughput',
    title: 'Throughput',
    note: `${starts} issued, answered in time and accepted. Per second.`,
    unit: 'per second',
    strip: false,
    series: [
      {
        label: 'requests accepted',
        color: 'blue',
        line: 'area',
        values: sum(time, requests, ['accepted']),
      },
      {
        label: 'requests answered',
        color: 'violet',
        line: 'thin',
        values: sum(time, requests, ANSWERED),
      },
      {
        label: 'requests issued',
        color: 'orange',
        line: 'solid',
        values: sum(time, requests, ['issued']),
      },
      { label: 'starts made', color: 'teal', line: 'solid', values: made },
      { label: 'starts dropped', color: 'red', line: 'solid', values: time.rate('start.dropped') },
      {
        label: 'starts planned',
        color: 'grey',
        line: 'dashed',
        values: planned,
      },
    ],
  }
}

function latency(time: Timeline, operation: string): Chart {
  const of = (percentile: 'p50' | 'p90' | 'p99' | 'max') =>
    time.highest(`${operation}.accepted.response`, percentile)
  const worst = time.workers > 1
  const whose = worst ? ', the highest of the workers (percentiles are never averaged)' : ''
  const label = (name: string) => (worst ? `highest ${name} of ${time.workers} workers` : name)
  return {
    id: `latency-${operation}`,
    title: `Response time of ${operation}`,
    note: `Accepted answers of each second${whose}, counted from the moment the request was due. Milliseconds. ${unwellWords(time)}`,
    unit: 'ms',
    strip: false,
    shaded: true,
    series: [
      { label: label('p50'), color: 'p50', line: 'solid', values: of('p50') },
      { label: label('p90'), color: 'p90', line: 'solid', values: of('p90') },
      { label: label('p99'), color: 'p99', line: 'solid', values: of('p99') },
      { label: 'max', color: 'grey', line: 'thin', hidden: true, values: of('max') },
    ],
  }
}

/** How many of the seconds are shaded, for who does not see it. */
function unwellWords(time: Timeline): string {
  const unwell = time.unwell.filter((isUnwell) => isUnwell).length
  if (unwell === 0) return ''
  const what = time.bucketSeconds === 1 ? 'seconds' : 'points'
  return `Shaded: ${unwell} of ${time.seconds.length} ${what} in which the generator itself was over a limit.`
}

/** Close under its chart: a latency that rises with it is the generator's own. */
function lagUnder(time: Timeline, operation: string, { validity }: Summary): Chart {
  const check = validity.checks.find(({ name }) => name === 'schedule-lag')
  const whose = time.workers > 1 ? `highest lag p99 of ${time.workers} workers` : 'lag p99'
  return {
    id: `${LAG_UNDER}${operation}`,
    title: `Lag of ${operation}`,
    note: 'How late the generator sent these requests: sent − due, in milliseconds. It is part of the response times above.',
    unit: 'ms',
    strip: true,
    shaded: true,
    series: [
      {
        label: whose,
        color: 'violet',
        line: 'area',
        values: time.highest(`${operation}.lag`, 'p99'),
      },
      ...constant(time, 'limit of planned starts', check?.limit),
    ],
  }
}

function lag(time: Timeline, { validity }: Summary): Chart {
  const check = validity.checks.find(({ name }) => name === 'schedule-lag')
  const whose = time.workers > 1 ? `highest p99 of ${time.workers} workers` : 'p99'
  return {
    id: 'lag',
    title: 'Schedule lag of planned starts',
    note: 'How late the generator itself was: sent − due, in milliseconds. Above the limit the latencies are ours, not the service’s.',
    unit: 'ms',
    strip: true,
    shaded: true,
    series: [
      { label: whose, color: 'violet', line: 'area', values: time.highest('start.lag', 'p99') },
      ...constant(time, 'limit', check?.limit),
    ],
  }
}

function quota(
  time: Timeline,
  { throttling }: Summary,
  kind: string,
  operations: readonly string[],
  limit?: number,
): Chart {
  const admitted = ['accepted', 'empty', 'rejected']
  const seen = throttling.effectiveQuota
  const effective = seen?.name.startsWith(kind) === true ? seen.perSecond : undefined
  return {
    id: `quota-${kind}`,
    title: `Throttling of ${kind}`,
    note: `${operations.join(' and ')} share one quota. Admitted: every answer but a throttled one. Per second.`,
    unit: 'per second',
    strip: false,
    series: [
      { label: 'admitted', color: 'blue', line: 'area', values: sum(time, operations, admitted) },
      ...operations.map(
        (operation, index): Series => ({
          label: `${operation} throttled`,
          color: index === 0 ? 'red' : 'orange',
          line: 'solid',
          values: time.rate(`${operation}.throttled`),
        }),
      ),
      ...constant(time, `quota of ${kind}`, limit),
      ...constant(time, `observed quota ${amount(effective ?? 0)}/s`, effective, 'grey'),
    ],
  }
}

function failures(time: Timeline): Chart {
  const colors = ['orange', 'red', 'violet']
  return {
    id: 'failures',
    title: 'Requests that failed',
    note: 'Over all operations: rejected (for another reason than throttling), timed out, lost with their connection. Per second.',
    unit: 'per second',
    strip: false,
    series: FAILURES.map((outcome, index) => ({
      label: outcome === 'timedOut' ? 'timed out' : outcome,
      color: colors[index] ?? 'grey',
      line: 'solid',
      values: sum(time, METERED_OPERATIONS, [outcome]),
    })),
  }
}

function fleet(time: Timeline): Chart {
  return {
    id: 'fleet',
    title: 'Fleet',
    note: 'Things online, things at work on an execution, and requests whose answer is awaited; at the end of each second.',
    unit: 'count',
    strip: false,
    series: [
      { label: 'online', color: 'teal', line: 'solid', values: time.gauge('online') },
      { label: 'working', color: 'blue', line: 'solid', values: time.gauge('working') },
      {
        label: 'open requests',
        color: 'orange',
        line: 'solid',
        values: time.gauge('openRequests'),
      },
    ],
  }
}

function health(time: Timeline, { validity, generator }: Summary): Chart {
  const check = validity.checks.find(({ name }) => name.startsWith('event-loop'))
  const loop = time.workers > 1 ? `event loop, busiest of ${time.workers} workers` : 'event loop'
  const beside = besideWords(generator)
  const meanwhile = beside === undefined ? '' : ` Beside it, in the mean: ${beside}.`
  return {
    id: 'health',
    title: 'Health of the generator',
    note: `Share of the time the event loop was busy, of its cores the process used, and that garbage collection took.${meanwhile}`,
    unit: 'share',
    strip: false,
    series: [
      { label: loop, color: 'violet', line: 'solid', values: time.gauge('eventLoop') },
      { label: 'CPU', color: 'teal', line: 'solid', values: time.gauge('cpu') },
      { label: 'garbage collection', color: 'grey', line: 'thin', values: time.gauge('gc') },
      ...constant(time, 'limit of the event loop', check?.limit),
    ],
  }
}

/** A horizontal line; none without a finite value. */
function constant(
  time: Timeline,
  label: string,
  value: number | undefined,
  color = 'limit',
): Series[] {
  if (value === undefined || !Number.isFinite(value)) return []
  return [{ label, color, line: 'dashed', values: time.seconds.map(() => value) }]
}

function sum(time: Timeline, operations: readonly string[], outcomes: readonly string[]): Column {
  const columns = operations.flatMap((operation) =>
    outcomes.map((outcome) => time.rate(`${operation}.${outcome}`)),
  )
  return time.seconds.map((_, index) =>
    columns.reduce<number | null>((total, column) => {
      const value = column[index]
      return value === null || value === undefined ? total : (total ?? 0) + value
    }, null),
  )
}
