import type { Histogram } from '../metrics/latency-recorder.ts'
import type { SeriesName } from '../metrics/series.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { Span } from '../metrics/threshold-check.ts'
import type { Gauge } from '../metrics/threshold-metrics.ts'
import { type GaugedHost, type GaugedRow, gaugeOf } from './gauges.ts'
import { addCounts, type Counts } from './measured-span.ts'
import type { HostRow } from './rows.ts'
import type { FinishedInterval } from './run-record.ts'

/** A part of a run that still goes on, as far as it has come. It keeps sums and no intervals. */
export class GrowingSpan implements Span {
  readonly #series: SeriesName | undefined
  readonly #counts: Counts = new Map()
  readonly #slots = new SlotCounts()
  readonly #rows: GaugedRow[] = []
  readonly #hosts: GaugedHost[] = []
  #histogram: Histogram | undefined
  #coveredMs = 0
  #untilMs = Number.NEGATIVE_INFINITY

  /** @param series the one histogram that will be asked for, if any. */
  constructor(series: SeriesName | undefined) {
    this.#series = series
  }

  get seconds(): number {
    return this.#coveredMs / 1e3
  }

  add({ row, entries }: FinishedInterval): void {
    this.destroy()
    addCounts(this.#counts, row, 1)
    for (const { name, encoded } of entries) if (name === this.#series) this.#slots.add(encoded)
    this.#rows.push({ worker: row.worker, health: row.health })
    // Workers cover the same time, and it counts once.
    if (row.toMs <= this.#untilMs) return
    this.#coveredMs += row.toMs - Math.max(row.fromMs, this.#untilMs)
    this.#untilMs = row.toMs
  }

  addHost({ cpuShare, gcShare, rssMiB }: HostRow): void {
    this.#hosts.push({ cpuShare, gcShare, rssMiB })
  }

  count(name: SeriesName): number {
    return this.#counts.get(name) ?? 0
  }

  series(): Histogram | undefined {
    if (this.#series !== undefined) this.#histogram ??= this.#slots.toHistogram()
    return this.#histogram
  }

  gauge(name: Gauge): number | undefined {
    return gaugeOf(name, this.#rows, this.#hosts)
  }

  destroy(): void {
    this.#histogram?.destroy()
    this.#histogram = undefined
  }
}
