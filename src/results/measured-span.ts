import type { Histogram } from '../metrics/latency-recorder.ts'
import type { SeriesName } from '../metrics/series.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { Span } from '../metrics/threshold-check.ts'
import type { Gauge } from '../metrics/threshold-metrics.ts'
import type { IntervalRow } from './rows.ts'
import type { FinishedInterval } from './run-record.ts'

/** Counters by name. */
export type Counts = Map<SeriesName, number>

/** Some intervals of a run as one. A histogram is added up when it is first asked for. */
export class MeasuredSpan implements Span {
  readonly seconds: number
  readonly counts: Counts = new Map()
  readonly #intervals: readonly FinishedInterval[]
  readonly #histograms = new Map<SeriesName, Histogram | undefined>()
  readonly #gaugeOf: (gauge: Gauge) => number | undefined

  /** @param intervals in the order of their beginning. */
  constructor(
    intervals: readonly FinishedInterval[],
    gaugeOf: (gauge: Gauge) => number | undefined,
  ) {
    this.#intervals = intervals
    this.#gaugeOf = gaugeOf
    this.seconds = coveredMs(intervals) / 1e3
    for (const { row } of intervals) addCounts(this.counts, row, 1)
  }

  count(name: SeriesName): number {
    return this.counts.get(name) ?? 0
  }

  series(name: SeriesName): Histogram | undefined {
    if (!this.#histograms.has(name)) this.#histograms.set(name, this.#addedUp(name))
    return this.#histograms.get(name)
  }

  gauge(name: Gauge): number | undefined {
    return this.#gaugeOf(name)
  }

  destroy(): void {
    for (const histogram of this.#histograms.values()) histogram?.destroy()
    this.#histograms.clear()
  }

  #addedUp(name: SeriesName): Histogram | undefined {
    let slots: SlotCounts | undefined
    for (const { entries } of this.#intervals) {
      for (const entry of entries) {
        if (entry.name !== name) continue
        slots ??= new SlotCounts()
        slots.add(entry.encoded)
      }
    }
    return slots?.toHistogram()
  }
}

export function addCounts(counts: Counts, { counters }: IntervalRow, sign: 1 | -1): void {
  for (const [name, count] of Object.entries(counters)) {
    counts.set(name, (counts.get(name) ?? 0) + sign * count)
  }
}

/** How much time at least one of the intervals covers. */
function coveredMs(intervals: readonly FinishedInterval[]): number {
  let coveredMs = 0
  let untilMs = Number.NEGATIVE_INFINITY
  for (const { row } of intervals) {
    if (row.toMs <= untilMs) continue
    coveredMs += row.toMs - Math.max(row.fromMs, untilMs)
    untilMs = row.toMs
  }
  return coveredMs
}
