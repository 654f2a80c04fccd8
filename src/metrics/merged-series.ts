import type { Histogram } from 'hdr-histogram-js'
import type { LogEntry } from './interval-log.ts'
import { SlotCounts } from './slot-counts.ts'

/** The series of several workers and intervals as one: slot by slot, so the order does not matter. */
export class MergedSeries {
  readonly #counts = new Map<string, SlotCounts>()
  readonly #histograms = new Map<string, Histogram>()

  /** Nothing is added once a series was looked at. */
  add({ name, encoded }: LogEntry): void {
    this.#countsOf(name).add(encoded)
  }

  addAll(other: MergedSeries): void {
    for (const [name, counts] of other.#counts) this.#countsOf(name).addAll(counts)
  }

  get(name: string): Histogram | undefined {
    const known = this.#histograms.get(name)
    if (known) return known
    const histogram = this.#counts.get(name)?.toHistogram()
    if (histogram) this.#histograms.set(name, histogram)
    return histogram
  }

  /** By name, so that equal contents make equal files. */
  *entries(): Iterable<[name: string, histogram: Histogram]> {
    for (const name of [...this.#counts.keys()].sort()) {
      const histogram = this.get(name)
      if (histogram) yield [name, histogram]
    }
  }

  destroy(): void {
    for (const histogram of this.#histograms.values()) histogram.destroy()
    this.#histograms.clear()
  }

  #countsOf(name: string): SlotCounts {
    let counts = this.#counts.get(name)
    if (counts === undefined) {
      counts = new SlotCounts()
      this.#counts.set(name, counts)
    }
    return counts
  }
}
