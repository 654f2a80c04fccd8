import type { Percentiles, Row } from '../results/rows.ts'

/** More points than a screen has columns only cost time and bytes. */
const MOST_POINTS = 2_000

/** Lengths of a bucket that read well on an axis. */
const BUCKET_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600]

/** A value for each bucket; null where nothing was recorded. */
export type Column = readonly (number | null)[]

/** The seconds of a run, workers taken together, thinned to what a chart can show. */
export interface Timeline {
  /** Where a bucket begins, in seconds since T0 (since the run's begin when T0 never came). */
  readonly seconds: readonly number[]
  readonly bucketSeconds: number
  readonly workers: number
  /** The end of the last bucket. */
  readonly endSecond: number
  /** Where the load ended and draining began; undefined without a drain. */
  readonly drainSecond: number | undefined
  /** T0 came. Otherwise the timeline shows the connecting. */
  readonly begun: boolean
  /** Sum over workers and seconds, divided by the seconds there are rows for: a rate a second. */
  /** Where the generator was over a limit of its own: a latency there is not the service's alone. */
  readonly unwell: readonly boolean[]
  rate(counter: string): Column
  /** The highest of all workers and seconds: percentiles are never averaged. */
  highest(histogram: string, percentile: keyof Percentiles): Column
  gauge(name: Gauge): Column
}

type Gauge = 'online' | 'working' | 'openRequests' | 'eventLoop' | 'loopDelay' | 'cpu' | 'gc'

/** What one bucket is made of. */
interface Bucket {
  /** Seconds for which at least one worker has a row. */
  readonly covered: Set<number>
  readonly counters: Map<string, number>
  readonly percentiles: Map<string, Percentiles>
  /** Gauges that add up over workers, by second first, so that their highest second can be told. */
  readonly sums: Map<number, Record<'online' | 'working' | 'openRequests', number>>
  readonly health: Map<Gauge, number>
}

/** What of the generator's health makes a second an unwell one, above these values. */
export interface HealthLimits {
  readonly eventLoop?: number | undefined
  readonly loopDelayMs?: number | undefined
  readonly cpu?: number | undefined
  readonly gc?: number | undefined
  readonly lagMs?: number | undefined
}

export function timeline(rows: Iterable<Row>, limits: HealthLimits = {}): Timeline {
  const all = [...rows]
  const begin = all.find((row) => row.kind === 'begin')
  const run = all.find((row) => row.kind === 'run')
  const beginMs = begin?.atMs ?? 0
  const shown = all.filter(
    (row) => row.kind === 'interval' && (row.stage === 'connect') === (begin === undefined),
  )
  const intervals = shown.filter((row) => row.kind === 'interval')
  const rowSeconds = run?.virtual?.intervalSeconds ?? 1
  const endSecond = intervals.reduce((end, { second }) => Math.max(end, second + rowSeconds), 0)
  const bucketSeconds = bucketFor(endSecond, rowSeconds)
  const buckets = Array.from({ length: Math.ceil(endSecond / bucketSeconds) }, newBucket)
  for (const row of all) {
    if (row.kind === 'host') {
      // A host row is of the process and not of a stage: its middle says where it belongs.
      const second = Math.floor(((row.fromMs + row.toMs) / 2 - beginMs) / 1_000)
      const bucket = buckets[Math.floor(second / bucketSeconds)]
      if (bucket === undefined) continue
      raise(bucket.health, 'cpu', row.cpuShare)
      raise(bucket.health, 'gc', row.gcShare)
    }
  }
  for (const row of intervals) {
    const bucket = buckets[Math.floor(row.second / bucketSeconds)]
    if (bucket !== undefined) addInterval(bucket, row)
  }
  const drain = intervals.filter(({ stage }) => stage === 'drain')
  const column = (of: (bucket: Bucket) => number | undefined): Column =>
    buckets.map((bucket) => (bucket.covered.size === 0 ? null : (of(bucket) ?? null)))
  return {
    seconds: buckets.map((_, index) => index * bucketSeconds),
    bucketSeconds,
    workers: run?.workers ?? new Set(intervals.map(({ worker }) => worker)).size,
    endSecond,
    drainSecond: drain.length > 0 ? Math.min(...drain.map(({ second }) => second)) : undefined,
    begun: begin !== undefined,
    unwell: buckets.map((bucket) => isUnwell(bucket, limits)),
    rate: (counter) =>
      column(({ counters, covered }) => (counters.get(counter) ?? 0) / (covered.size * rowSeconds)),
    highest: (histogram, percentile) =>
      column(({ percentiles }) => percentiles.get(histogram)?.[percentile]),
    gauge: (name) => column((bucket) => gaugeOf(bucket, name)),
  }
}

/** @param rowSeconds what a row stands for: a bucket holds whole ones. */
function bucketFor(seconds: number, rowSeconds: number): number {
  const most = BUCKET_SECONDS.find((length) => seconds / length <= MOST_POINTS)
  const fits = most ?? Math.ceil(seconds / MOST_POINTS)
  return Math.ceil(fits / rowSeconds) * rowSeconds
}

function newBucket(): Bucket {
  return {
    covered: new Set(),
    counters: new Map(),
    percentiles: new Map(),
    sums: new Map(),
    health: new Map(),
  }
}

function addInterval(bucket: Bucket, row: Row & { kind: 'interval' }): void {
  bucket.covered.add(row.second)
  for (const [name, value] of Object.entries(row.counters))
    bucket.counters.set(name, (bucket.counters.get(name) ?? 0) + value)
  for (const [name, value] of Object.entries(row.percentiles))
    bucket.percentiles.set(name, higher(bucket.percentiles.get(name), value))
  const sums = bucket.sums.get(row.second) ?? { online: 0, working: 0, openRequests: 0 }
  sums.online += row.gauges.online
  sums.working += row.gauges.working
  sums.openRequests += row.gauges.openRequests
  bucket.sums.set(row.second, sums)
  if (row.health === undefined) return
  raise(bucket.health, 'eventLoop', row.health.eventLoopUtilisation)
  raise(bucket.health, 'loopDelay', row.health.loopDelayP99Ms)
}

function higher(one: Percentiles | undefined, other: Percentiles): Percentiles {
  if (one === undefined) return other
  return {
    count: one.count + other.count,
    p50: Math.max(one.p50, other.p50),
    p90: Math.max(one.p90, other.p90),
    p99: Math.max(one.p99, other.p99),
    max: Math.max(one.max, other.max),
  }
}

function raise(values: Map<Gauge, number>, name: Gauge, value: number): void {
  values.set(name, Math.max(values.get(name) ?? 0, value))
}

function isUnwell({ health, percentiles }: Bucket, limits: HealthLimits): boolean {
  const over = (value: number | undefined, limit: number | undefined) =>
    value !== undefined && limit !== undefined && value > limit
  return (
    over(health.get('eventLoop'), limits.eventLoop) ||
    over(health.get('loopDelay'), limits.loopDelayMs) ||
    over(health.get('cpu'), limits.cpu) ||
    over(health.get('gc'), limits.gc) ||
    over(percentiles.get('start.lag')?.p99, limits.lagMs)
  )
}

function gaugeOf({ sums, health }: Bucket, name: Gauge): number | undefined {
  if (name !== 'online' && name !== 'working' && name !== 'openRequests') return health.get(name)
  const values = [...sums.values()].map((one) => one[name])
  return values.length > 0 ? Math.max(...values) : undefined
}
