import { EXECUTION_ENDINGS, JOBS_OPERATIONS } from '../metrics/series.ts'
import type { ShardMeter } from '../metrics/shard-meter.ts'
import type { IntervalRow, ShardGauges, Stage } from '../results/rows.ts'
import { openWorkerLog, type WorkerLog } from '../results/run-folder.ts'
import type { Fleet } from '../thing/fleet.ts'
import { ThreadMonitor } from './health.ts'
import type { ShardProgress, ShardTask } from './messages.ts'
import { UnfinishedInterval } from './unfinished-interval.ts'

const SECOND_US = 1_000_000
/** Between two pieces of an interval that is being written: the pacer has the time in between. */
const PIECE_US = 4_000

interface IntervalEvents {
  /** An interval stands on disk. */
  written(progress: ShardProgress): void
  /** It could not be written; nothing is written any more. */
  failed(error: unknown): void
}

/**
 * Cuts a shard's run into seconds and writes each one down when it is over: while things connect by
 * the start of the run, from T0 on by T0. A second that comes late is longer, never left out.
 */
export class IntervalWriter {
  readonly #shard: number
  readonly #runStartUs: number
  readonly #meter: ShardMeter
  readonly #fleet: Fleet
  readonly #log: WorkerLog
  readonly #health: ThreadMonitor
  readonly #events: IntervalEvents
  #failed = false
  #unfinished: { readonly interval: UnfinishedInterval; readonly gcShare: number } | undefined
  #nextPieceUs = Number.POSITIVE_INFINITY
  #stage: Stage = 'connect'
  /** Where the seconds of the stage count from. */
  #zeroUs: number
  #fromUs: number
  /** T0, once it is known and not yet reached. */
  #t0Us = Number.POSITIVE_INFINITY

  constructor(
    task: Pick<ShardTask, 'folder' | 'shard' | 'runStartUs'>,
    meter: ShardMeter,
    fleet: Fleet,
    events: IntervalEvents,
    waitedUs: () => number,
  ) {
    this.#health = new ThreadMonitor(waitedUs)
    this.#shard = task.shard
    this.#runStartUs = task.runStartUs
    this.#meter = meter
    this.#fleet = fleet
    this.#events = events
    this.#log = openWorkerLog(task.folder, task.shard)
    this.#zeroUs = task.runStartUs
    this.#fromUs = task.runStartUs
  }

  /** When `advance` is next wanted. */
  get nextUs(): number {
    return Math.min(this.#boundaryAfter(this.#fromUs), this.#t0Us, this.#nextPieceUs)
  }

  begin(t0Us: number): void {
    this.#t0Us = t0Us
  }

  /** From here on there are no new starts, so rates and thresholds end here. */
  drain(nowUs: number): void {
    this.advance(nowUs)
    if (nowUs > this.#fromUs) this.#cut(nowUs)
    this.#stage = 'drain'
  }

  /** Ends the interval whose time is over, and writes a piece of the one before. */
  advance(nowUs: number): void {
    if (nowUs >= this.#nextPieceUs) this.#writePiece(nowUs)
    if (nowUs >= this.#t0Us) {
      if (this.#t0Us > this.#fromUs) this.#cut(this.#t0Us)
      if (this.#stage === 'connect') this.#stage = 'load'
      this.#zeroUs = this.#t0Us
      this.#t0Us = Number.POSITIVE_INFINITY
    }
    if (nowUs < this.#boundaryAfter(this.#fromUs)) return
    this.#cut(this.#boundaryAfter(nowUs) - SECOND_US)
    this.#nextPieceUs = nowUs + PIECE_US
  }

  /** The last interval, as short as it is. */
  close(nowUs: number): void {
    this.advance(nowUs)
    this.#cut(Math.max(nowUs, this.#fromUs + 1))
    this.#writeRest()
    this.#health.close()
  }

  #boundaryAfter(us: number): number {
    return this.#zeroUs + (Math.floor((us - this.#zeroUs) / SECOND_US) + 1) * SECOND_US
  }

  #cut(toUs: number): void {
    this.#writeRest()
    if (this.#failed) return
    const { counters, histograms } = this.#meter.takeInterval()
    const taken = this.#health.take((toUs - this.#fromUs) / 1e3)
    const row = {
      kind: 'interval' as const,
      worker: this.#shard,
      stage: this.#stage,
      second: Math.floor((this.#fromUs - this.#zeroUs) / SECOND_US),
      fromMs: (this.#fromUs - this.#runStartUs) / 1e3,
      toMs: (toUs - this.#runStartUs) / 1e3,
      counters,
      gauges: this.#gauges(),
      ...(taken && { health: taken.health }),
    }
    this.#fromUs = toUs
    this.#unfinished = {
      interval: new UnfinishedInterval(this.#log, row, histograms),
      gcShare: taken?.gcShare ?? 0,
    }
    this.#nextPieceUs = toUs
  }

  #writePiece(nowUs: number): void {
    this.#nextPieceUs = nowUs + PIECE_US
    this.#write((interval) => interval.step())
  }

  /** What the time between two boundaries was not enough for, and what ends with the run. */
  #writeRest(): void {
    this.#write((interval) => interval.finish())
  }

  #write(act: (interval: UnfinishedInterval) => IntervalRow | undefined): void {
    const unfinished = this.#unfinished
    if (unfinished === undefined) return
    try {
      const row = act(unfinished.interval)
      if (row === undefined) return
      const { gcShare } = unfinished
      this.#forget()
      this.#events.written({ ...progressOf(row), readyThings: this.#fleet.ready, gcShare })
    } catch (error) {
      this.#forget()
      this.#failed = true
      this.#events.failed(error)
    }
  }

  #forget(): void {
    this.#unfinished = undefined
    this.#nextPieceUs = Number.POSITIVE_INFINITY
  }

  #gauges(): ShardGauges {
    const { online, idle, working, openRequests } = this.#fleet
    return { online, idle, working, openRequests }
  }
}

function progressOf(row: IntervalRow): Omit<ShardProgress, 'readyThings' | 'gcShare'> {
  const { counters, percentiles } = row
  const sum = (outcomes: readonly string[]) =>
    JOBS_OPERATIONS.flatMap((operation) =>
      outcomes.map((outcome) => counters[`${operation}.${outcome}`] ?? 0),
    ).reduce((total, count) => total + count, 0)
  const p99s = JOBS_OPERATIONS.flatMap(
    (operation) => percentiles[`${operation}.accepted.response`]?.p99 ?? [],
  )
  return {
    shard: row.worker,
    stage: row.stage,
    second: row.second,
    starts: counters['start.started'] ?? 0,
    droppedStarts: counters['start.dropped'] ?? 0,
    accepted: sum(['accepted', 'empty']),
    throttled: sum(['throttled']),
    failures: sum(['rejected', 'timedOut', 'lost']),
    endedExecutions: EXECUTION_ENDINGS.reduce(
      (total, event) => total + (counters[`execution.${event}`] ?? 0),
      0,
    ),
    responseP99Ms: p99s.length > 0 ? Math.max(...p99s) : null,
    gauges: row.gauges,
  }
}
