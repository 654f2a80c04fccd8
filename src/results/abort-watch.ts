import { parseThreshold, type Threshold, valueText } from '../metrics/threshold.ts'
import { isBroken, observe, type Span, seriesOf } from '../metrics/threshold-check.ts'
import { LoadParts } from '../scenario/load-parts.ts'
import { wholeSeconds } from '../scenario/run-timing.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { FolderTail } from './folder-tail.ts'
import { isOfHost } from './gauges.ts'
import { GrowingSpan } from './growing-span.ts'
import type { HostRow } from './rows.ts'
import type { FinishedInterval } from './run-record.ts'
import { WholeStretches } from './whole-stretches.ts'
import { type MeasuredSecond, SlidingWindow, wholeIntervals } from './windows.ts'

interface WatchedRun {
  readonly folder: string
  readonly scenario: Scenario
  readonly workers: number
  /** 1 when not given. */
  readonly intervalSeconds?: number
  /** A worker that lives has told nothing for so long that it is not waited for, until it does. */
  readonly leftBehind?: (worker: number) => void
}

/**
 * Looks at the thresholds that abort while the run goes on: with `for`, at each window as it becomes
 * whole; otherwise at all that there is so far. A second counts when all workers have ended it, and
 * percentiles come from the histograms of all workers added up, exactly as in the report.
 */
export class AbortWatch {
  readonly #tail: FolderTail
  readonly #stretches: WholeStretches
  readonly #tellLeftBehind: (worker: number) => void
  #leftBehind: readonly number[] = []
  readonly #watches: readonly Watch[]
  /** Whether a second is over only when the row of the process for it has come too. */
  readonly #awaitsHosts: boolean
  #t0Ms: number | undefined
  /** Where the load ends, as far as it is whole. */
  #loadUntilMs = 0
  #hostsUntil = 0
  #nextSecond = 0
  readonly #bySecond = new Map<number, { intervals: FinishedInterval[]; hosts: HostRow[] }>()

  /** undefined when nothing is to be watched. */
  static of(run: WatchedRun): AbortWatch | undefined {
    const thresholds = run.scenario.thresholds
      .filter(({ abort }) => abort)
      .map(({ expression }) => understood(expression))
    return thresholds.length === 0 ? undefined : new AbortWatch(run, thresholds)
  }

  private constructor(run: WatchedRun, thresholds: Threshold[]) {
    const { folder, scenario, workers, intervalSeconds, leftBehind = () => {} } = run
    const parts = new LoadParts(scenario.load)
    this.#tail = new FolderTail(
      folder,
      workers,
      thresholds.flatMap(({ measure }) => seriesOf(measure) ?? []),
    )
    this.#stretches = new WholeStretches(workers)
    this.#tellLeftBehind = leftBehind
    this.#watches = thresholds.map((threshold) => {
      const { windowSeconds } = threshold
      if (windowSeconds === undefined) return new SpanWatch(threshold, parts)
      return new WindowWatch(threshold, wholeIntervals(windowSeconds, intervalSeconds), parts)
    })
    this.#awaitsHosts = thresholds.some(({ measure }) => isOfHost(measure))
  }

  begin(t0Ms: number): void {
    this.#t0Ms = t0Ms
  }

  /**
   * To be called when a worker has finished one more interval.
   * @param isLive whether a worker may finish more of them.
   * @returns a sentence about the first threshold that is broken.
   * @throws ShakedownError FOLDER_UNUSABLE
   */
  look(isLive: (worker: number) => boolean = () => true): string | undefined {
    const { intervals, hosts } = this.#tail.take()
    for (const interval of intervals) this.#stretches.add(interval)
    const { whole, leftBehind } = this.#stretches.take(isLive)
    if (this.#t0Ms === undefined) return undefined
    const t0Ms = this.#t0Ms
    this.#addHosts(hosts, t0Ms)
    this.#nowLeftBehind(leftBehind)
    for (const stretch of whole) {
      for (const interval of stretch.intervals) this.#add(interval, t0Ms)
      this.#endSeconds(t0Ms)
      const broken = this.#broken()
      if (broken !== undefined) return broken
    }
    this.#endSeconds(t0Ms)
    return this.#broken()
  }

  close(): void {
    this.#tail.close()
    for (const watch of this.#watches) watch.close()
  }

  #addHosts(hosts: readonly HostRow[], t0Ms: number): void {
    for (const host of hosts) {
      const second = Math.floor(((host.fromMs + host.toMs) / 2 - t0Ms) / 1e3)
      if (second >= this.#nextSecond) this.#second(second).hosts.push(host)
      this.#hostsUntil = Math.max(this.#hostsUntil, second + 1)
    }
  }

  #add(interval: FinishedInterval, t0Ms: number): void {
    const { stage, second, toMs } = interval.row
    for (const watch of this.#watches) watch.add(interval, t0Ms)
    if (stage !== 'load') return
    this.#loadUntilMs = Math.max(this.#loadUntilMs, toMs)
    // One that was left behind tells of seconds that were judged without it.
    if (second >= this.#nextSecond) this.#second(second).intervals.push(interval)
  }

  #second(second: number): { intervals: FinishedInterval[]; hosts: HostRow[] } {
    const known = this.#bySecond.get(second)
    if (known) return known
    const made = { intervals: [], hosts: [] }
    this.#bySecond.set(second, made)
    return made
  }

  #endSeconds(t0Ms: number): void {
    const loadUntil = wholeSeconds(Math.round((this.#loadUntilMs - t0Ms) * 1e3))
    // The rows of the process keep no boundary: up to half of one lies behind the second it is counted to.
    const untilSecond = this.#awaitsHosts ? Math.min(loadUntil, this.#hostsUntil) : loadUntil
    for (; this.#nextSecond < untilSecond; this.#nextSecond++) {
      const measured = this.#second(this.#nextSecond)
      for (const watch of this.#watches) watch.second(this.#nextSecond, measured)
      this.#bySecond.delete(this.#nextSecond)
    }
  }

  #broken(): string | undefined {
    for (const watch of this.#watches) {
      const observed = watch.broken()
      if (observed === undefined) continue
      const missing = this.#leftBehind.map((worker) => ` without worker ${worker}`).join('')
      return `${watch.expression} was ${observed}${missing}`
    }
    return undefined
  }

  #nowLeftBehind(workers: readonly number[]): void {
    const before = this.#leftBehind
    this.#leftBehind = workers
    for (const worker of workers) if (!before.includes(worker)) this.#tellLeftBehind(worker)
  }
}

/** One threshold on its way through the run. */
interface Watch {
  readonly expression: string
  add(interval: FinishedInterval, t0Ms: number): void
  second(second: number, measured: MeasuredSecond): void
  /** What was observed, in words, when that breaks the threshold. */
  broken(): string | undefined
  close(): void
}

/** All there is so far of the whole run, of its level load, or of a phase. */
class SpanWatch implements Watch {
  readonly expression: string
  readonly #threshold: Threshold
  readonly #parts: LoadParts
  readonly #span: GrowingSpan

  constructor(threshold: Threshold, parts: LoadParts) {
    this.expression = threshold.expression
    this.#threshold = threshold
    this.#parts = parts
    this.#span = new GrowingSpan(seriesOf(threshold.measure))
  }

  add(interval: FinishedInterval, t0Ms: number): void {
    const { measure, phase } = this.#threshold
    const { stage, fromMs, toMs } = interval.row
    const everywhere = phase === undefined && measure.span === 'total'
    const fromUs = Math.round((fromMs - t0Ms) * 1e3)
    const toUs = Math.round((toMs - t0Ms) * 1e3)
    const counts = everywhere || (stage === 'load' && this.#parts.holds(phase, fromUs, toUs))
    if (counts) this.#span.add(interval)
  }

  second(second: number, { hosts }: MeasuredSecond): void {
    if (!this.#parts.holds(this.#threshold.phase, second * 1e6, (second + 1) * 1e6)) return
    for (const host of hosts) this.#span.addHost(host)
  }

  broken(): string | undefined {
    return brokenBy(this.#threshold, this.#span)
  }

  close(): void {
    this.#span.destroy()
  }
}

/** Every window as it becomes whole. */
class WindowWatch implements Watch {
  readonly expression: string
  readonly #threshold: Threshold
  readonly #window: SlidingWindow
  #broken: string | undefined

  constructor(threshold: Threshold, seconds: number, parts: LoadParts) {
    this.expression = threshold.expression
    this.#threshold = threshold
    this.#window = new SlidingWindow({
      seconds,
      series: seriesOf(threshold.measure),
      isIn: (second) => parts.holds(threshold.phase, second * 1e6, (second + 1) * 1e6),
    })
  }

  add(): void {
    // It counts by seconds.
  }

  second(second: number, measured: MeasuredSecond): void {
    if (!this.#window.moveTo(second, measured)) return
    this.#broken ??= brokenBy(this.#threshold, this.#window)
  }

  broken(): string | undefined {
    return this.#broken
  }

  close(): void {
    this.#window.destroy()
  }
}

function brokenBy(threshold: Threshold, span: Span): string | undefined {
  const observed = observe(threshold.measure, span)
  if (observed === undefined || !isBroken(threshold, observed)) return undefined
  return valueText(threshold.measure, observed)
}

function understood(expression: string): Threshold {
  const threshold = parseThreshold(expression)
  // The scenario was read with `thresholdProblem`.
  if ('problem' in threshold) throw new TypeError(`threshold ${expression}: ${threshold.problem}`)
  return threshold
}
