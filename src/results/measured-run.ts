import type { MeasuredRun, Span } from '../metrics/threshold-check.ts'
import { isConnecting } from '../metrics/threshold-scope.ts'
import { LoadParts } from '../scenario/load-parts.ts'
import { wholeSeconds } from '../scenario/run-timing.ts'
import { hostRowsBySecond, spanGauge } from './gauges.ts'
import { type Counts, MeasuredSpan } from './measured-span.ts'
import type { FinishedInterval, RunRecord } from './run-record.ts'
import { wholeIntervals, windowsOver } from './windows.ts'

/** The finished intervals of a run, added up over its workers. The caller destroys it. */
export class MeasuredRecord implements MeasuredRun {
  readonly total: Span
  /** All of the load, ramps included. */
  readonly load: Span
  readonly level: Span
  /** Offset of T0 from the start of the run; undefined when the run never came to it. */
  readonly t0Ms: number | undefined
  /** Where the last finished interval ends. */
  readonly endMs: number
  /** All counters of all stages. */
  readonly counters: Counts
  readonly #record: RunRecord
  readonly #loaded: readonly FinishedInterval[]
  readonly #parts: LoadParts
  readonly #phases = new Map<string, Span>()
  readonly #spans: MeasuredSpan[] = []

  constructor(record: RunRecord) {
    const { begin, intervals } = record
    this.#record = record
    this.#loaded = intervals.filter(({ row }) => row.stage === 'load')
    this.#parts = new LoadParts(record.scenario.load)
    this.t0Ms = begin?.atMs ?? t0Of(this.#loaded)
    this.endMs = lastMs(intervals)
    const total = this.#spanOf(intervals)
    this.total = total
    this.counters = total.counts
    this.load = this.#spanOf(this.#loaded)
    const level = this.#loadOf(undefined)
    this.level = level.length === this.#loaded.length ? this.load : this.#spanOf(level)
  }

  phase(name: string): Span {
    const span = this.#phases.get(name) ?? this.#spanOf(this.#phaseOf(name))
    this.#phases.set(name, span)
    return span
  }

  *windows({ seconds, series, phase }: Parameters<MeasuredRun['windows']>[0]): Iterable<Span> {
    const lengthSeconds = wholeSeconds(Math.round(this.load.seconds * 1e6))
    const isIn = (second: number) => this.#parts.holds(phase, second * 1e6, (second + 1) * 1e6)
    const hosts = hostRowsBySecond(this.#record.hosts, this.t0Ms)
    yield* windowsOver(groupBySecond(this.#loaded), hosts, {
      lengthSeconds,
      seconds: wholeIntervals(seconds, this.#record.run.virtual?.intervalSeconds),
      series,
      isIn,
    })
  }

  destroy(): void {
    for (const span of this.#spans) span.destroy()
  }

  #phaseOf(name: string): readonly FinishedInterval[] {
    if (!isConnecting(name, this.#parts.names)) return this.#loadOf(name)
    return this.#record.intervals.filter(({ row }) => row.stage === 'connect')
  }

  /** The intervals that are in a phase whole; without a phase, those that are in no ramp. */
  #loadOf(phase: string | undefined): readonly FinishedInterval[] {
    const { t0Ms = 0 } = this
    return this.#loaded.filter(({ row }) => {
      const fromUs = Math.round((row.fromMs - t0Ms) * 1e3)
      return this.#parts.holds(phase, fromUs, Math.round((row.toMs - t0Ms) * 1e3))
    })
  }

  #spanOf(intervals: readonly FinishedInterval[]): MeasuredSpan {
    const span = new MeasuredSpan(intervals, (gauge) =>
      spanGauge(gauge, intervals, this.#record.hosts),
    )
    this.#spans.push(span)
    return span
  }
}

/** Rows of the same second since T0, whatever the worker, in the order of time. */
export function groupBySecond(
  intervals: readonly FinishedInterval[],
): Map<number, FinishedInterval[]> {
  const bySecond = new Map<number, FinishedInterval[]>()
  for (const interval of intervals) {
    const group = bySecond.get(interval.row.second)
    if (group) group.push(interval)
    else bySecond.set(interval.row.second, [interval])
  }
  return bySecond
}

/** Where the last of the intervals ends; 0 without any. */
export function lastMs(intervals: readonly FinishedInterval[]): number {
  return intervals.reduce((latest, { row }) => Math.max(latest, row.toMs), 0)
}

function t0Of(loaded: readonly FinishedInterval[]): number | undefined {
  const [first] = loaded
  return first && first.row.fromMs - first.row.second * 1e3
}
