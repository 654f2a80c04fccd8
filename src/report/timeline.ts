import type { IntervalRow, Percentiles, Row } from '../results/rows.ts'
import { Coverage } from './coverage.ts'

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
  /** For how much of the last bucket there are rows. */
  readonly lastSeconds: number
  /** Where the load ended and draining began; undefined without a drain. */
  readonly drainSecond: number | undefined
  /** T0 came. Otherwise the timeline shows the connecting. */
  readonly begun: boolean
  /**
   * Where the generator was over a limit of its own: a latency there is not the service's alone. The
   * limits are of whole seconds, so what a worker wrote down of a piece of one is not held to them.
   */
  readonly unwell: readonly boolean[]
  /** Sum over workers and seconds, divided by the time there are rows for: a rate a second. */
  rate(counter: string): Column
  /** The highest of all workers and seconds: percentiles are never averaged. */
  highest(histogram: string, percentile: keyof Percentiles): Column
  gauge(name: Gauge): Column
}

type Gauge = 'online' | 'working' | 'openRequests' | 'eventLoop' | 'loopDelay' | 'cpu' | 'gc'

/** What one bucket is made of. */
interface Bucket {
  /** Where the seconds begin for which at least one worker has a row. */
  readonly covered: Set<number>
  readonly counters: Map<string, number>
  readonly percentiles: Map<string, Percentiles>
  /** The last row of each worker in each second: its gauges add up over workers. */
  readonly last: Map<number, Map<number, IntervalRow>>
  readonly health: Map<Gauge, number>
  /** What of it, and of the lag of planned starts, was measured over whole seconds. */
  readonly judged: Map<Gauge | 'lag', number>
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
  const coverage = new Coverage(intervals, rowSeconds)
  const { endSecond } = coverage
  const bucketSeconds = bucketFor(endSecond, rowSeconds)
  const buckets = Array.from({ length: Math.ceil(endSecond / bucketSeconds) }, newBucket)
  for (const row of all) {
    if (row.kind !== 'host') continue
    // A host row is of the process and not of a stage: its middle says where it belongs.
    const second = Math.floor(((row.fromMs + row.toMs) / 2 - beginMs) / 1_000)
    const bucket = buckets[Math.floor(second / bucketSeconds)]
    if (bucket === undefined) continue
    const isWhole = !coverage.isPiece(second)
    feel(bucket, 'cpu', row.cpuShare, isWhole)
    feel(bucket, 'gc', row.gcShare, isWhole)
  }
  for (const row of intervals) {
    const bucket = buckets[Math.floor(coverage.slotOf(row.second) / bucketSeconds)]
    if (bucket !== undefined) addInterval(bucket, row, coverage)
  }
  const drain = intervals.filter(({ stage }) => stage === 'drain')
  const column = (of: (bucket: Bucket) => number | undefined): Column =>
    buckets.map((bucket) => (bucket.covered.size === 0 ? null : (of(bucket) ?? null)))
  return {
    seconds: buckets.map((_, index) => index * bucketSeconds),
    bucketSeconds,
    workers: run?.workers ?? new Set(intervals.map(({ worker }) => worker)).size,
    endSecond,
    lastSeconds: buckets.length === 0 ? 0 : secondsOf(buckets.at(-1) as Bucket, coverage),
    drainSecond: drain.length > 0 ? Math.min(...drain.map(({ second }) => second)) : undefined,
    begun: begin !== undefined,
    unwell: buckets.map((bucket) => isUnwell(bucket, limits)),
    rate: (counter) =>
      column((bucket) => (bucket.counters.get(counter) ?? 0) / secondsOf(bucket, coverage)),
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
    last: new Map(),
    health: new Map(),
    judged: new Map(),
  }
}

function addInterval(bucket: Bucket, row: IntervalRow, coverage: Coverage): void {
  const slot = coverage.slotOf(row.second)
  bucket.covered.add(slot)
  for (const [name, value] of Object.entries(row.counters))
    bucket.counters.set(name, (bucket.counters.get(name) ?? 0) + value)
  for (const [name, value] of Object.entries(row.percentiles))
    bucket.percentiles.set(name, higher(bucket.percentiles.get(name), value))
  if (coverage.isRest(row.second)) return
  const last = bucket.last.get(slot) ?? new Map<number, IntervalRow>()
  if (row.fromMs >= (last.get(row.worker)?.fromMs ?? 0)) last.set(row.worker, row)
  bucket.last.set(slot, last)
  const isWhole = !coverage.isPiece(row.second, row.worker)
  const lag = row.percentiles['start.lag']
  if (isWhole && lag !== undefined) raise(bucket.judged, 'lag', lag.p99)
  if (row.health === undefined) return
  feel(bucket, 'eventLoop', row.health.eventLoopUtilisation, isWhole)
  feel(bucket, 'loopDelay', row.health.loopDelayP99Ms, isWhole)
}

function secondsOf({ covered }: Bucket, coverage: Coverage): number {
  return [...covered].reduce((sum, slot) => sum + coverage.secondsOf(slot), 0)
}

function feel(bucket: Bucket, name: Gauge, value: number, isWhole: boolean): void {
  raise(bucket.health, name, value)
  if (isWhole) raise(bucket.judged, name, value)
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

function raise<Name>(values: Map<Name, number>, name: Name, value: number): void {
  values.set(name, Math.max(values.get(name) ?? 0, value))
}

function isUnwell({ judged }: Bucket, limits: HealthLimits): boolean {
  const over = (name: Gauge | 'lag', limit: number | undefined) =>
    limit !== undefined && (judged.get(name) ?? 0) > limit
  return (
    over('eventLoop', limits.eventLoop) ||
    over('loopDelay', limits.loopDelayMs) ||
    over('cpu', limits.cpu) ||
    over('gc', limits.gc) ||
    over('lag', limits.lagMs)
  )
}

function gaugeOf({ last, health }: Bucket, name: Gauge): number | undefined {
  if (name !== 'online' && name !== 'working' && name !== 'openRequests') return health.get(name)
  const values = [...last.values()].map((rows) =>
    [...rows.values()].reduce((sum, { gauges }) => sum + gauges[name], 0),
  )
  return values.length > 0 ? Math.max(...values) : undefined
}
