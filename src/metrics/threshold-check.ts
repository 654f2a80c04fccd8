import type { Histogram } from 'hdr-histogram-js'
import { latencyMs } from './latencies.ts'
import type { SeriesName } from './series.ts'
import { holds, type Threshold } from './threshold.ts'
import type { Gauge, Measure } from './threshold-metrics.ts'

/** What was counted and timed over one stretch of time. */
export interface Span {
  /** How long it was; 0 when the run had no such stretch. */
  readonly seconds: number
  count(name: SeriesName): number
  series(name: SeriesName): Histogram | undefined
  /** undefined when it was not observed. */
  gauge(name: Gauge): number | undefined
}

/** A run, as far as thresholds look at it. */
export interface MeasuredRun {
  /** All stages. */
  readonly total: Span
  /** The load without its ramps; the whole of it when there is nothing else. */
  readonly level: Span
  /** One phase of the load, a ramp too, or `connecting`. */
  phase(name: string): Span
  /**
   * All windows of so many seconds in the level load, or in a phase; one a second. A window is valid
   * until the next.
   */
  windows(scope: {
    readonly seconds: number
    readonly series: SeriesName | undefined
    readonly phase: string | undefined
  }): Iterable<Span>
}

export interface ThresholdOutcome {
  readonly expression: string
  /** In the unit of the measure; the worst window's. null when there was nothing to measure. */
  readonly observed: number | null
  readonly passed: boolean
}

/** Nothing measured never passes: a run without answers has no latency to be proud of. */
export function checkThreshold(threshold: Threshold, run: MeasuredRun): ThresholdOutcome {
  const observed = worst(threshold, observations(threshold, run))
  const passed = observed !== null && holds(observed, threshold.comparison, threshold.limit)
  return { expression: threshold.expression, observed, passed }
}

function* observations(threshold: Threshold, run: MeasuredRun): Iterable<number> {
  for (const span of spansOf(threshold, run)) {
    const observed = observe(threshold.measure, span)
    if (observed !== undefined) yield observed
  }
}

function spansOf({ measure, phase, windowSeconds }: Threshold, run: MeasuredRun): Iterable<Span> {
  if (windowSeconds !== undefined) {
    return run.windows({ seconds: windowSeconds, series: seriesOf(measure), phase })
  }
  return [phase === undefined ? run[measure.span] : run.phase(phase)]
}

/** Whether a value that was observed while the run goes on decides already that it cannot pass. */
export function isBroken(
  { measure, comparison, limit, windowSeconds }: Threshold,
  observed: number,
) {
  // A count that may still grow to what it is to be is not broken yet.
  const grows = measure.kind === 'count' && windowSeconds === undefined && comparison === '=='
  return grows ? observed > limit : !holds(observed, comparison, limit)
}

/** The histogram a measure reads, if it reads one. */
export function seriesOf(measure: Measure): SeriesName | undefined {
  return measure.kind === 'latency' ? measure.series : undefined
}

/** undefined when there was nothing to measure. */
export function observe(measure: Measure, span: Span): number | undefined {
  switch (measure.kind) {
    case 'latency': {
      const histogram = span.series(measure.series)
      return histogram && latencyMs(histogram, measure.statistic)
    }
    case 'share': {
      const whole = sum(measure.whole, span)
      return whole === 0 ? undefined : sum(measure.part, span) / whole
    }
    case 'gauge':
      return span.gauge(measure.gauge)
    case 'rate':
      return span.seconds === 0 ? undefined : sum(measure.counters, span) / span.seconds
    case 'count':
      return span.seconds === 0 ? undefined : sum(measure.counters, span)
  }
}

function sum(names: readonly SeriesName[], span: Span): number {
  return names.reduce((total, name) => total + span.count(name), 0)
}

/** Of several windows the one that decides. */
function worst({ comparison, limit }: Threshold, observed: Iterable<number>): number | null {
  let found: number | null = null
  for (const value of observed) {
    if (found === null || isWorse(value, found)) found = value
  }
  return found

  function isWorse(value: number, than: number): boolean {
    if (comparison === '==') return Math.abs(value - limit) > Math.abs(than - limit)
    return comparison.startsWith('<') ? value > than : value < than
  }
}
