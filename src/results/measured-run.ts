import { MergedSeries } from '../metrics/latencies.ts'
import type { Histogram } from '../metrics/latency-recorder.ts'
import type { SeriesName } from '../metrics/series.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { MeasuredRun, Span } from '../metrics/threshold-check.ts'
import type { IntervalRow } from './rows.ts'
import type { FinishedInterval, RunRecord } from './run-record.ts'

/** The finished intervals of a run, added up over its workers. The caller destroys it. */
export class MeasuredRecord implements MeasuredRun {
  readonly total: Span
  readonly load: Span
  /** Offset of T0 from the start of the run; undefined when the run never came to it. */
  readonly t0Ms: number | undefined
  /** Where the last finished interval ends. */
  readonly endMs: number
  /** All counters of all stages. */
  readonly counters: Counts
  readonly #loadIntervals: readonly FinishedInterval[]
  readonly #series = { load: new MergedSeries(), total: new MergedSeries() }

  constructor({ begin, intervals }: RunRecord) {
    const loaded = intervals.filter(({ row }) => row.stage === 'load')
    this.#loadIntervals = loaded
    this.#addSeries(intervals)
    this.t0Ms = begin?.atMs ?? t0Of(loaded)
    this.endMs = lastMs(intervals)
    const counts = { load: sumOf(loaded), total: sumOf(intervals) }
    this.counters = counts.total
    this.load = spanOf(secondsOf(loaded), counts.load, (name) => this.#series.load.get(name))
    this.total = spanOf(secondsOf(intervals), counts.total, (name) => this.#series.total.get(name))
  }

  *windows(seconds: number, series: SeriesName | undefined): Iterable<Span> {
    const whole = Math.floor(this.load.seconds + SLACK_SECONDS)
    const bySecond = groupBySecond(this.#loadIntervals)
    const counts: Counts = new Map()
    const slots = new SlotCounts()
    const shift = (second: number, sign: 1 | -1) => {
      for (const { row, entries } of bySecond.get(second) ?? []) {
        addCounts(counts, row, sign)
        for (const entry of entries) if (entry.name === series) slots.add(entry.encoded, sign)
      }
    }
    for (let second = 0; second < whole; second++) {
      shift(second, 1)
      shift(second - seconds, -1)
      if (second + 1 < seconds) continue
      const histogram = series === undefined ? undefined : slots.toHistogram()
      yield spanOf(seconds, counts, () => histogram)
      histogram?.destroy()
    }
  }

  destroy(): void {
    this.#series.load.destroy()
    this.#series.total.destroy()
  }

  #addSeries(intervals: readonly FinishedInterval[]): void {
    // Each entry is read once; the total gets the load as a whole.
    const { load, total } = this.#series
    for (const { row, entries } of intervals) {
      for (const entry of entries) (row.stage === 'load' ? load : total).add(entry)
    }
    total.addAll(load)
  }
}

/** Counters by name. */
export type Counts = Map<SeriesName, number>

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

/** A last interval that misses its second by the time a timer needs is a whole one. */
const SLACK_SECONDS = 0.02

function spanOf(
  seconds: number,
  counts: Counts,
  series: (name: SeriesName) => Histogram | undefined,
): Span {
  return { seconds, count: (name) => counts.get(name) ?? 0, series }
}

function sumOf(intervals: readonly FinishedInterval[]): Counts {
  const counts: Counts = new Map()
  for (const { row } of intervals) addCounts(counts, row, 1)
  return counts
}

function addCounts(counts: Counts, { counters }: IntervalRow, sign: 1 | -1): void {
  for (const [name, count] of Object.entries(counters)) {
    counts.set(name, (counts.get(name) ?? 0) + sign * count)
  }
}

/** Where the last of the intervals ends; 0 without any. */
export function lastMs(intervals: readonly FinishedInterval[]): number {
  return intervals.reduce((latest, { row }) => Math.max(latest, row.toMs), 0)
}

/** The intervals come ordered by their beginning. */
function secondsOf(intervals: readonly FinishedInterval[]): number {
  const [first] = intervals
  return first === undefined ? 0 : (lastMs(intervals) - first.row.fromMs) / 1e3
}

function t0Of(loaded: readonly FinishedInterval[]): number | undefined {
  const [first] = loaded
  return first && first.row.fromMs - first.row.second * 1e3
}
