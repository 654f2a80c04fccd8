import { intervalPercentiles } from '../metrics/latencies.ts'
import type { MeterInterval } from '../metrics/shard-meter.ts'
import type { IntervalRow, Percentiles } from '../results/rows.ts'
import type { WorkerLog } from '../results/run-folder.ts'

/**
 * An interval that is over and not yet on disk. To encode a histogram takes about 0.3 ms with all
 * that belongs to it, and an interval has twenty of them: done at once that would be a hole in the
 * plan every second. So it is done piece by piece, and the row comes last.
 */
export class UnfinishedInterval {
  readonly #log: WorkerLog
  readonly #row: Omit<IntervalRow, 'percentiles'>
  readonly #histograms: MeterInterval['histograms']
  readonly #percentiles: Record<string, Percentiles> = {}
  #done = 0

  /** @param histograms valid until the row stands; each is emptied when it was read. */
  constructor(
    log: WorkerLog,
    row: Omit<IntervalRow, 'percentiles'>,
    histograms: MeterInterval['histograms'],
  ) {
    this.#log = log
    this.#row = row
    this.#histograms = histograms
  }

  /** Encodes one histogram, or writes the row. @returns the row, when it was written. */
  step(): IntervalRow | undefined {
    const next = this.#histograms[this.#done]
    if (next === undefined) {
      const row = { ...this.#row, percentiles: this.#percentiles }
      this.#log.finish(row)
      return row
    }
    this.#done += 1
    const [name, histogram] = next
    const { fromMs, toMs } = this.#row
    this.#percentiles[name] = intervalPercentiles(histogram)
    this.#log.add(name, fromMs, toMs, histogram)
    histogram.reset()
    return undefined
  }

  /** All the rest at once. */
  finish(): IntervalRow {
    for (;;) {
      const row = this.step()
      if (row !== undefined) return row
    }
  }
}
