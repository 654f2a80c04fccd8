import type { Histogram } from '../metrics/latency-recorder.ts'
import type { SeriesName } from '../metrics/series.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { Span } from '../metrics/threshold-check.ts'
import type { Gauge } from '../metrics/threshold-metrics.ts'
import { gaugeOf } from './gauges.ts'
import { addCounts, type Counts } from './measured-span.ts'
import type { HostRow } from './rows.ts'
import type { FinishedInterval } from './run-record.ts'

/** What was recorded of one second, of all workers. */
export interface MeasuredSecond {
  readonly intervals: readonly FinishedInterval[]
  readonly hosts: readonly HostRow[]
}

interface WindowRules {
  /** Of the window. */
  readonly seconds: number
  readonly series: SeriesName | undefined
  /** Whether the window may reach over this second. */
  readonly isIn: (second: number) => boolean
}

/**
 * So many seconds in a row, moved on by one: what a second adds when it comes in, it takes away when
 * it goes out.
 */
export class SlidingWindow implements Span {
  readonly seconds: number
  readonly #rules: WindowRules
  readonly #inside = new Map<number, MeasuredSecond>()
  readonly #counts: Counts = new Map()
  readonly #slots = new SlotCounts()
  #histogram: Histogram | undefined

  constructor(rules: WindowRules) {
    this.#rules = rules
    this.seconds = rules.seconds
  }

  /**
   * Ends the window with this second; to be called for every second, in order.
   * @returns whether the window is whole: all of its seconds are ones it may reach over.
   */
  moveTo(second: number, measured: MeasuredSecond): boolean {
    this.destroy()
    const { isIn, seconds } = this.#rules
    if (isIn(second)) {
      this.#inside.set(second, measured)
      this.#add(measured, 1)
    }
    const gone = this.#inside.get(second - seconds)
    if (gone !== undefined) {
      this.#inside.delete(second - seconds)
      this.#add(gone, -1)
    }
    return this.#inside.size === seconds
  }

  count(name: SeriesName): number {
    return this.#counts.get(name) ?? 0
  }

  series(): Histogram | undefined {
    if (this.#rules.series !== undefined) this.#histogram ??= this.#slots.toHistogram()
    return this.#histogram
  }

  gauge(name: Gauge): number | undefined {
    const inside = [...this.#inside.values()]
    return gaugeOf(
      name,
      inside.flatMap(({ intervals }) => intervals.map(({ row }) => row)),
      inside.flatMap(({ hosts }) => hosts),
    )
  }

  destroy(): void {
    this.#histogram?.destroy()
    this.#histogram = undefined
  }

  #add({ intervals }: MeasuredSecond, sign: 1 | -1): void {
    for (const { row, entries } of intervals) {
      addCounts(this.#counts, row, sign)
      for (const entry of entries) {
        if (entry.name === this.#rules.series) this.#slots.add(entry.encoded, sign)
      }
    }
  }
}

/** A window of so many seconds in a run with such intervals: a long virtual run has long ones. */
export function wholeIntervals(seconds: number, intervalSeconds = 1): number {
  return Math.ceil(seconds / intervalSeconds) * intervalSeconds
}

/** All windows of a load that is over, one a second. A window is valid until the next. */
export function* windowsOver(
  bySecond: ReadonlyMap<number, readonly FinishedInterval[]>,
  hosts: ReadonlyMap<number, readonly HostRow[]>,
  { lengthSeconds, ...rules }: WindowRules & { readonly lengthSeconds: number },
): Iterable<Span> {
  const window = new SlidingWindow(rules)
  for (let second = 0; second < lengthSeconds; second++) {
    const measured = {
      intervals: bySecond.get(second) ?? [],
      hosts: hosts.get(second) ?? [],
    }
    if (window.moveTo(second, measured)) yield window
  }
  window.destroy()
}
