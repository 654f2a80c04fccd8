import type { FinishedInterval } from './run-record.ts'

/**
 * How far a worker that lives may be behind the others before it is not waited for any more. It stands
 * still: its run will not be valid, and what is to end a run must not wait for it for ever.
 */
export const LONGEST_WAIT_MS = 10_000

/** Some time of a run, with the intervals of all workers that tell of it. */
export interface WholeStretch {
  readonly intervals: readonly FinishedInterval[]
  /** Since the start of the run. */
  readonly toMs: number
}

interface Stretches {
  /** In the order of time. */
  readonly whole: readonly WholeStretch[]
  /** Workers that live and were not waited for. */
  readonly leftBehind: readonly number[]
}

/**
 * Keeps what workers have finished until all of them have come as far: half of a fleet has half of its
 * rate. What it keeps is bounded by the longest wait.
 */
export class WholeStretches {
  /** By worker, how far it has come. Its intervals have no gaps. */
  readonly #untilMs: number[]
  #kept: FinishedInterval[] = []

  constructor(workers: number) {
    this.#untilMs = Array.from({ length: workers }, () => 0)
  }

  add(interval: FinishedInterval): void {
    const { worker, toMs } = interval.row
    this.#untilMs[worker] = Math.max(this.#untilMs[worker] ?? 0, toMs)
    this.#kept.push(interval)
  }

  /**
   * What has become whole since the last time.
   * @param isLive whether more is to come from a worker; one that is gone is not waited for.
   */
  take(isLive: (worker: number) => boolean): Stretches {
    const furthestMs = Math.max(...this.#untilMs)
    const leftBehind: number[] = []
    let untilMs = furthestMs
    for (const [worker, ownMs] of this.#untilMs.entries()) {
      if (!isLive(worker)) continue
      if (ownMs < furthestMs - LONGEST_WAIT_MS) leftBehind.push(worker)
      else untilMs = Math.min(untilMs, ownMs)
    }
    const stretches = stretchesOf(this.#kept)
    const first = stretches.findIndex(({ toMs }) => toMs > untilMs)
    const count = first < 0 ? stretches.length : first
    this.#kept = stretches.slice(count).flatMap(({ intervals }) => intervals)
    return { whole: stretches.slice(0, count), leftBehind }
  }
}

/**
 * Intervals of the same time together. Workers cut at the same seconds; where one was late, or their
 * loads did not end at once, what overlaps is taken as one.
 */
function stretchesOf(intervals: readonly FinishedInterval[]): WholeStretch[] {
  const stretches: { intervals: FinishedInterval[]; toMs: number }[] = []
  for (const interval of intervals.toSorted((one, other) => one.row.fromMs - other.row.fromMs)) {
    const { fromMs, toMs } = interval.row
    const last = stretches.at(-1)
    if (last === undefined || fromMs >= last.toMs) stretches.push({ intervals: [interval], toMs })
    else {
      last.intervals.push(interval)
      last.toMs = Math.max(last.toMs, toMs)
    }
  }
  return stretches
}
