import {
  EXECUTION_EVENTS,
  eventAt,
  METERED_OPERATIONS,
  meteredAt,
  OUTCOMES,
  outcomeAt,
} from '../../src/metrics/series.ts'
import type {
  AttemptOutcome,
  ExecutionEvent,
  Meter,
  MeteredOperation,
  StartEvent,
  StrayAnswer,
} from '../../src/thing/ports.ts'

/** issued, then one for each outcome. */
const COUNTERS = 1 + OUTCOMES.length

/** A meter that only counts, by the names of `metrics/series.ts`, and notes what cannot be. */
export class CountingMeter implements Meter {
  readonly #operations = new Float64Array(METERED_OPERATIONS.length * COUNTERS)
  readonly #executions = new Float64Array(EXECUTION_EVENTS.length)
  readonly #others = new Map<string, number>()
  #started = 0
  #reassigned = 0
  #planned = 0
  #acquired = 0

  issued(operation: MeteredOperation, dueUs: number, sentUs: number, planned: boolean): void {
    this.#count(meteredAt(operation) * COUNTERS)
    if (planned) this.#planned += 1
    if (sentUs < dueUs) this.#add('impossible.sent-before-due')
  }

  ended(
    operation: MeteredOperation,
    outcome: AttemptOutcome,
    code: string | undefined,
    _dueUs: number,
    sentUs: number,
    endUs: number,
  ): void {
    this.#count(meteredAt(operation) * COUNTERS + 1 + outcomeAt(outcome))
    if (outcome === 'rejected') this.#add(`${operation}.rejected.${code}`)
    if (endUs < sentUs) this.#add('impossible.ended-before-sent')
  }

  stray(kind: StrayAnswer): void {
    this.#add(`stray.${kind}`)
  }

  start(event: StartEvent, cause?: string): void {
    if (event === 'started') this.#started += 1
    else if (event === 'reassigned') this.#reassigned += 1
    else this.#add(cause === undefined ? `start.${event}` : `start.${event}.${cause}`)
  }

  acquired(durationUs: number): void {
    this.#acquired += 1
    if (durationUs < 0) this.#add('impossible.acquired-before-start')
  }

  execution(event: ExecutionEvent): void {
    const at = eventAt(event)
    this.#executions[at] = (this.#executions[at] as number) + 1
  }

  executionDuration(durationUs: number): void {
    if (durationUs < 0) this.#add('impossible.ended-before-begun')
  }

  dropped(cause: string): void {
    this.#add(`drop.${cause}`)
  }

  /** By name; zero is left out. */
  get counts(): Record<string, number> {
    const all: Record<string, number> = { ...Object.fromEntries(this.#others) }
    for (const [at, event] of EXECUTION_EVENTS.entries()) {
      const count = this.#executions[at] as number
      if (count > 0) all[`execution.${event}`] = count
    }
    for (const [at, operation] of METERED_OPERATIONS.entries()) {
      for (const [counter, name] of ['issued', ...OUTCOMES].entries()) {
        const count = this.#operations[at * COUNTERS + counter] as number
        if (count > 0) all[`${operation}.${name}`] = count
      }
    }
    if (this.#started > 0) all['start.started'] = this.#started
    if (this.#reassigned > 0) all['start.reassigned'] = this.#reassigned
    if (this.#planned > 0) all['planned.issued'] = this.#planned
    if (this.#acquired > 0) all['start.acquired'] = this.#acquired
    return all
  }

  of(name: string): number {
    return this.counts[name] ?? 0
  }

  #count(at: number): void {
    this.#operations[at] = (this.#operations[at] as number) + 1
  }

  #add(name: string): void {
    this.#others.set(name, (this.#others.get(name) ?? 0) + 1)
  }
}
