import type { Histogram } from 'hdr-histogram-js'
import { CounterTable } from './counter-table.ts'
import { LatencyRecorder } from './latency-recorder.ts'
import {
  type AttemptOutcome,
  EXECUTION_EVENTS,
  type ExecutionEvent,
  eventAt,
  METERED_OPERATIONS,
  type MeteredOperation,
  meteredAt,
  OUTCOMES,
  outcomeAt,
  type SeriesName,
  TIMED_OUTCOMES,
} from './series.ts'

export type StartEvent = (typeof START_EVENTS)[number]
export type StrayAnswer = (typeof STRAYS)[number]

/** What one worker counted and timed since the interval before. */
export interface MeterInterval {
  /** By counter name; zero is left out. */
  readonly counters: Record<SeriesName, number>
  /** Touched series only. A histogram is valid until the next `takeInterval`. */
  readonly histograms: readonly (readonly [name: SeriesName, histogram: Histogram])[]
}

/**
 * Everything the things of one shard tell about their work, counted and timed. It fits the `Meter`
 * of `thing/ports.ts`. A call allocates nothing but the first of its series.
 */
export class ShardMeter {
  readonly #counters = new CounterTable(FIXED_NAMES)
  readonly #recorders: (LatencyRecorder | undefined)[] = []

  issued(operation: MeteredOperation, dueUs: number, sentUs: number, planned: boolean): void {
    const at = meteredAt(operation)
    this.#counters.add(at * OPERATION_COUNTERS)
    this.#record(FIRST_LAG + at, sentUs - dueUs)
    if (planned) this.#record(START_LAG, sentUs - dueUs)
  }

  /** @param code the reject code, for `rejected` only. */
  ended(
    operation: MeteredOperation,
    outcome: AttemptOutcome,
    code: string | undefined,
    dueUs: number,
    sentUs: number,
    endUs: number,
  ): void {
    const at = meteredAt(operation)
    const how = outcomeAt(outcome)
    this.#counters.add(at * OPERATION_COUNTERS + 1 + how)
    if (outcome === 'rejected') {
      this.#counters.addNamed(REJECTED_PREFIXES[at] ?? '', code ?? 'unknown')
    }
    if (how >= TIMED_OUTCOMES.length) return
    const series = 2 * (at * TIMED_OUTCOMES.length + how)
    this.#record(series, endUs - dueUs)
    this.#record(series + 1, endUs - sentUs)
  }

  stray(kind: StrayAnswer): void {
    this.#counters.add(FIRST_STRAY + STRAYS.indexOf(kind))
  }

  /** `reassigned` says something more about a start that is `started` as well. */
  start(event: StartEvent, cause?: string): void {
    switch (event) {
      case 'started':
        this.#counters.add(START_PLANNED)
        this.#counters.add(START_STARTED)
        break
      case 'reassigned':
        this.#counters.add(START_REASSIGNED)
        break
      case 'dropped-busy':
      case 'dropped-offline':
        this.#counters.add(START_PLANNED)
        this.#counters.add(START_DROPPED)
        this.#counters.addNamed('start.dropped.', cause ?? event.slice('dropped-'.length))
    }
  }

  /** From the planned start to accepted or empty, with all backoffs. */
  acquired(durationUs: number): void {
    this.#record(START_ACQUIRE, durationUs)
  }

  execution(event: ExecutionEvent): void {
    this.#counters.add(FIRST_EXECUTION + eventAt(event))
  }

  executionDuration(durationUs: number): void {
    this.#record(EXECUTION_DURATION, durationUs)
  }

  dropped(cause: string): void {
    this.#counters.addNamed('drop.', cause)
  }

  /** What came since the last call. */
  takeInterval(): MeterInterval {
    const histograms: [SeriesName, Histogram][] = []
    let clamped = 0
    for (const [at, recorder] of this.#recorders.entries()) {
      const histogram = recorder?.takeInterval()
      clamped += recorder?.clampedCount ?? 0
      if (histogram) histograms.push([HISTOGRAM_NAMES[at] ?? '', histogram])
    }
    this.#counters.set(CLAMPED, clamped)
    return { counters: this.#counters.takeInterval(), histograms }
  }

  /** All counters since the beginning, for progress and for the ledger; zero is left out. */
  totals(): Record<SeriesName, number> {
    return this.#counters.totals()
  }

  /** One counter since the beginning. */
  total(name: SeriesName): number {
    return this.#counters.total(name)
  }

  destroy(): void {
    for (const recorder of this.#recorders) recorder?.destroy()
  }

  #record(series: number, durationUs: number): void {
    let recorder = this.#recorders[series]
    if (recorder === undefined) {
      recorder = new LatencyRecorder()
      this.#recorders[series] = recorder
    }
    recorder.record(durationUs)
  }
}

const START_EVENTS = ['started', 'reassigned', 'dropped-busy', 'dropped-offline'] as const
const STRAYS = ['late', 'duplicate', 'unmatched'] as const

const REJECTED_PREFIXES = METERED_OPERATIONS.map((operation) => `${operation}.rejected.`)

/** issued, then one for each outcome. */
const OPERATION_COUNTERS = 1 + OUTCOMES.length
const START_PLANNED = METERED_OPERATIONS.length * OPERATION_COUNTERS
const START_STARTED = START_PLANNED + 1
const START_REASSIGNED = START_PLANNED + 2
const START_DROPPED = START_PLANNED + 3
const FIRST_EXECUTION = START_PLANNED + 4
const FIRST_STRAY = FIRST_EXECUTION + EXECUTION_EVENTS.length
const CLAMPED = FIRST_STRAY + STRAYS.length
const FIXED_NAMES: readonly SeriesName[] = [
  ...METERED_OPERATIONS.flatMap((operation) =>
    ['issued', ...OUTCOMES].map((name) => `${operation}.${name}`),
  ),
  ...['planned', 'started', 'reassigned', 'dropped'].map((name) => `start.${name}`),
  ...EXECUTION_EVENTS.map((event) => `execution.${event}`),
  ...STRAYS.map((kind) => `stray.${kind}`),
  'clamped',
]

/** Response and service of each timed outcome, then the lags, then what belongs to no operation. */
const FIRST_LAG = METERED_OPERATIONS.length * TIMED_OUTCOMES.length * 2
const START_LAG = FIRST_LAG + METERED_OPERATIONS.length
const START_ACQUIRE = START_LAG + 1
const EXECUTION_DURATION = START_LAG + 2
const HISTOGRAM_NAMES: readonly SeriesName[] = [
  ...METERED_OPERATIONS.flatMap((operation) =>
    TIMED_OUTCOMES.flatMap((outcome) => [
      `${operation}.${outcome}.response`,
      `${operation}.${outcome}.service`,
    ]),
  ),
  ...METERED_OPERATIONS.map((operation) => `${operation}.lag`),
  'start.lag',
  'start.acquire',
  'execution.duration',
]
