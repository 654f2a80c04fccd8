/**
 * How the generator itself is doing. A generator at its limit measures itself and not the service,
 * so every interval carries these numbers beside the latencies.
 */
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createHistogram, PerformanceObserver, performance } from 'node:perf_hooks'
import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import type { ThreadHealth } from '../results/rows.ts'

const TICK_US = 10_000
/** In less, one callback fills the whole span: where a stage ends inside a second a piece of it may
 *  be a millisecond long, and is busy all of it. */
const SHORTEST_SPAN_MS = 100

/** The event loop and the garbage collector of the thread that makes it. */
export class ThreadMonitor {
  #lastUtilisation = performance.eventLoopUtilization()
  /** By how much a tick came too late, in microseconds, or how long an answer had then been waiting to be
   *  handled: it waits between slices of handling, and the tick does not. Node's own monitor forgets the tick that is
   *  under way when it is reset, and with it a standstill that ends in the second being cut. */
  readonly #delayUs = createHistogram()
  #tickUs = 0
  readonly #ticks = new Wake(systemClock, (nowUs) => this.#tick(nowUs))
  #gcMs = 0
  #spanMs = 0
  readonly #gc = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) this.#gcMs += entry.duration
  })

  readonly #waitedUs: () => number

  /** @param waitedUs how long the oldest answer that was read has not been handled. */
  constructor(waitedUs: () => number) {
    this.#waitedUs = waitedUs
    this.#gc.observe({ entryTypes: ['gc'] })
    this.#await(systemClock.nowUs())
  }

  /**
   * Since the last time that it told something.
   *
   * @param spanMs how long it is since the last call.
   * @returns undefined for too short a span, which then counts with the next one.
   */
  take(spanMs: number): { health: ThreadHealth; gcShare: number } | undefined {
    this.#spanMs += spanMs
    if (this.#spanMs < SHORTEST_SPAN_MS) return undefined
    const utilisation = performance.eventLoopUtilization()
    const since = performance.eventLoopUtilization(utilisation, this.#lastUtilisation)
    this.#lastUtilisation = utilisation
    const nowUs = systemClock.nowUs()
    this.#tick(nowUs)
    const loopDelayP99Ms = rounded(this.#delayUs.percentile(99) / 1e3)
    const loopDelayMaxMs = rounded(this.#delayUs.max / 1e3)
    this.#delayUs.reset()
    const gcShare = rounded(this.#gcMs / this.#spanMs)
    this.#gcMs = 0
    this.#spanMs = 0
    const eventLoopUtilisation = rounded(since.utilization)
    return { health: { eventLoopUtilisation, loopDelayP99Ms, loopDelayMaxMs }, gcShare }
  }

  close(): void {
    this.#ticks.close()
    this.#gc.disconnect()
  }

  #tick(nowUs: number): void {
    this.#delayUs.record(Math.max(1, nowUs - this.#tickUs, Math.round(this.#waitedUs())))
    this.#await(nowUs)
  }

  #await(nowUs: number): void {
    this.#tickUs = nowUs + TICK_US
    this.#ticks.at(this.#tickUs)
  }
}

export interface ProcessHealth {
  readonly cpuShare: number
  readonly rssMiB: number
  readonly descriptors: number
}

/** Processor, memory and descriptors of the whole process, workers included. */
export class ProcessMonitor {
  readonly #cores = availableParallelism()
  #lastCpu = process.cpuUsage()

  /** Since the last call. @param spanMs how long that was. */
  take(spanMs: number): ProcessHealth {
    const cpu = process.cpuUsage()
    const usedMs = (cpu.user + cpu.system - this.#lastCpu.user - this.#lastCpu.system) / 1e3
    this.#lastCpu = cpu
    return {
      cpuShare: spanMs > 0 ? rounded(usedMs / spanMs / this.#cores) : 0,
      rssMiB: rounded(residentKib() / 1024),
      descriptors: openDescriptors(),
    }
  }
}

/** Where the system does not tell, without /proc or with no descriptor left to read it, the most so far. */
function residentKib(): number {
  try {
    return process.memoryUsage.rss() / 1024
  } catch {
    return process.resourceUsage().maxRSS
  }
}

/** How many descriptors the process holds; 0 where the system does not tell. */
function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
