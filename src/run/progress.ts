import type { Stage } from '../results/rows.ts'
import type { ShardProgress } from './messages.ts'

/** One second of the whole fleet, for the person who watches. */
export interface Progress {
  readonly stage: Stage
  readonly second: number
  readonly things: number
  readonly ready: number
  readonly online: number
  readonly working: number
  readonly openRequests: number
  readonly acceptedPerSecond: number
  readonly throttledPerSecond: number
  readonly failuresPerSecond: number
  /** Of the worst shard: percentiles are never averaged. */
  readonly responseP99Ms: number | null
  /** Since T0. */
  readonly starts: number
  readonly droppedStarts: number
  readonly endedExecutions: number
}

/**
 * Adds the shards' intervals up to seconds of the fleet. A second is told when every shard that still
 * runs has reported it; one that lags behind is waited for, at most until the next second is whole.
 */
export class ProgressBoard {
  readonly #things: number
  readonly #latest = new Map<number, ShardProgress>()
  readonly #reported = new Set<number>()
  #starts = 0
  #droppedStarts = 0
  #endedExecutions = 0

  constructor(things: number) {
    this.#things = things
  }

  /** @returns a second of the fleet, when this report completes one. */
  add(report: ShardProgress, shardsRunning: number): Progress | undefined {
    this.#latest.set(report.shard, report)
    this.#reported.add(report.shard)
    this.#starts += report.starts
    this.#droppedStarts += report.droppedStarts
    this.#endedExecutions += report.endedExecutions
    if (this.#reported.size < shardsRunning) return undefined
    this.#reported.clear()
    return this.#sum(report)
  }

  readyOf(shard: number): number {
    return this.#latest.get(shard)?.readyThings ?? 0
  }

  #sum({ stage, second }: ShardProgress): Progress {
    const all = [...this.#latest.values()]
    const sum = (of: (report: ShardProgress) => number) =>
      all.reduce((total, report) => total + of(report), 0)
    const worst = all.flatMap(({ responseP99Ms }) => responseP99Ms ?? [])
    return {
      stage,
      second,
      things: this.#things,
      ready: sum(({ readyThings }) => readyThings),
      online: sum(({ gauges }) => gauges.online),
      working: sum(({ gauges }) => gauges.working),
      openRequests: sum(({ gauges }) => gauges.openRequests),
      acceptedPerSecond: sum(({ accepted }) => accepted),
      throttledPerSecond: sum(({ throttled }) => throttled),
      failuresPerSecond: sum(({ failures }) => failures),
      responseP99Ms: worst.length > 0 ? Math.max(...worst) : null,
      starts: this.#starts,
      droppedStarts: this.#droppedStarts,
      endedExecutions: this.#endedExecutions,
    }
  }
}
