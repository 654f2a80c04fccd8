import { intervalPercentiles } from '../metrics/latencies.ts'
import type { ShardMeter } from '../metrics/shard-meter.ts'
import type { ShardGauges, Stage } from '../results/rows.ts'
import type { WorkerLog } from '../results/run-folder.ts'
import type { VirtualObserver } from './virtual-run.ts'

interface RecorderParts {
  readonly log: WorkerLog
  readonly lengthUs: number
  readonly meter: ShardMeter
  readonly gauges: () => ShardGauges
  /** T0 has come, and the last interval before it stands on disk. */
  readonly begun: (t0Us: number) => void
  /** An interval stands on disk. @returns whether the run is to end here. */
  readonly written: () => boolean
}

/**
 * Cuts a virtual run into intervals and writes each one down, as the workers of a run in real time do
 * (`run/interval-writer.ts`): by the start of the run while things connect, by T0 afterwards.
 */
export class IntervalRecorder implements VirtualObserver {
  nextUs: number
  isOver = false
  readonly #parts: RecorderParts
  #stage: Stage = 'connect'
  /** Where the intervals of the stage count from. */
  #zeroUs = 0
  #fromUs = 0

  constructor(parts: RecorderParts) {
    this.#parts = parts
    this.nextUs = parts.lengthUs
  }

  reach(nowUs: number): void {
    while (nowUs >= this.nextUs && !this.isOver) this.#cut(this.nextUs)
  }

  begin(nowUs: number): void {
    if (nowUs > this.#fromUs) this.#cut(nowUs)
    this.#stage = 'load'
    this.#zeroUs = nowUs
    this.nextUs = nowUs + this.#parts.lengthUs
    this.#parts.begun(nowUs)
  }

  drain(nowUs: number): void {
    if (nowUs > this.#fromUs) this.#cut(nowUs)
    this.#stage = 'drain'
  }

  /** The last interval, as short as it is. */
  close(nowUs: number): void {
    this.#cut(Math.max(nowUs, this.#fromUs + 1))
  }

  #cut(toUs: number): void {
    const { log, lengthUs, meter, gauges, written } = this.#parts
    const { counters, histograms } = meter.takeInterval()
    const percentiles = histograms.map(([name, all]) => [name, intervalPercentiles(all)] as const)
    log.append(
      {
        kind: 'interval',
        worker: 0,
        stage: this.#stage,
        second: Math.floor((this.#fromUs - this.#zeroUs) / 1e6),
        fromMs: this.#fromUs / 1e3,
        toMs: toUs / 1e3,
        counters,
        percentiles: Object.fromEntries(percentiles),
        gauges: gauges(),
      },
      histograms,
    )
    this.#fromUs = toUs
    this.nextUs = this.#zeroUs + (Math.floor((toUs - this.#zeroUs) / lengthUs) + 1) * lengthUs
    this.isOver ||= written()
  }
}
