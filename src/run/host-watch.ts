import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import type { HostRow } from '../results/rows.ts'
import { appendRow } from '../results/run-folder.ts'
import { BesideMonitor } from './beside-monitor.ts'
import { ProcessMonitor } from './health.ts'

const SECOND_US = 1_000_000

/** One row a second about the generator's process, whatever its workers do. */
export class HostWatch {
  readonly #folder: string
  readonly #runStartUs: number
  readonly #monitor = new ProcessMonitor()
  readonly #beside = new BesideMonitor()
  readonly #standInCores: () => number
  readonly #failed: (error: unknown) => void
  readonly #wake = new Wake(systemClock, (nowUs) => this.#look(nowUs))
  #fromUs: number
  #t0Us: number | undefined
  #worstGcShare = 0
  #closed = false

  /**
   * @param standInCores how many cores the run's own stand-in uses; 0 without one.
   * @param failed is told once when a row cannot be written; none is written after that.
   */
  constructor(
    folder: string,
    runStartUs: number,
    standInCores: () => number,
    failed: (error: unknown) => void,
  ) {
    this.#standInCores = standInCores
    this.#failed = failed
    this.#folder = folder
    this.#runStartUs = runStartUs
    this.#fromUs = runStartUs
    this.#wake.at(runStartUs + SECOND_US)
  }

  begin(t0Us: number): void {
    this.#t0Us = t0Us
  }

  /** The share of a second that a worker's garbage collector took; the worst is kept. */
  gc(share: number): void {
    this.#worstGcShare = Math.max(this.#worstGcShare, share)
  }

  #look(nowUs: number): void {
    if (this.#closed) return
    const zeroUs = this.#t0Us ?? this.#runStartUs
    const health = this.#monitor.take((nowUs - this.#fromUs) / 1e3)
    const row: HostRow = {
      kind: 'host',
      second: Math.floor((this.#fromUs - zeroUs) / SECOND_US),
      fromMs: (this.#fromUs - this.#runStartUs) / 1e3,
      toMs: (nowUs - this.#runStartUs) / 1e3,
      gcShare: this.#worstGcShare,
      ...health,
      beside: this.#beside.take(health.cpuShare, this.#standInCores()),
    }
    try {
      appendRow(this.#folder, row)
    } catch (error) {
      this.close()
      this.#failed(error)
      return
    }
    this.#worstGcShare = 0
    this.#fromUs = nowUs
    this.#wake.at(nowUs + SECOND_US)
  }

  close(): void {
    this.#closed = true
    this.#wake.close()
  }
}
