import { METERED_OPERATIONS, OUTCOMES } from '../../src/metrics/series.ts'
import type {
  AttemptOutcome,
  ExecutionEvent,
  Meter,
  MeteredOperation,
  StartEvent,
  StrayAnswer,
} from '../../src/thing/ports.ts'

type Operations = Record<MeteredOperation, Record<AttemptOutcome | 'issued', number>>

/** A meter that only counts, by the names of `metrics/series.ts`, and notes what cannot be. */
export class CountingMeter implements Meter {
  readonly #operations: Operations = blankOperations()
  readonly #others = new Map<string, number>()
  readonly #executions = new Map<ExecutionEvent, number>()
  #planned = 0
  #acquired = 0

  issued(operation: MeteredOperation, dueUs: number, sentUs: number, planned: boolean): void {
    this.#operations[operation].issued += 1
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
    this.#operations[operation][outcome] += 1
    if (outcome === 'rejected') this.#add(`${operation}.rejected.${code}`)
    if (endUs < sentUs) this.#add('impossible.ended-before-sent')
  }

  stray(kind: StrayAnswer): void {
    this.#add(`stray.${kind}`)
  }

  start(event: StartEvent, cause?: string): void {
    this.#add(cause === undefined ? `start.${event}` : `start.${event}.${cause}`)
  }

  acquired(durationUs: number): void {
    this.#acquired += 1
    if (durationUs < 0) this.#add('impossible.acquired-before-start')
  }

  execution(event: ExecutionEvent): void {
    this.#executions.set(event, (this.#executions.get(event) ?? 0) + 1)
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
    for (const [event, count] of this.#executions) all[`execution.${event}`] = count
    for (const operation of METERED_OPERATIONS) {
      for (const name of ['issued', ...OUTCOMES] as const) {
        const count = this.#operations[operation][name]
        if (count > 0) all[`${operation}.${name}`] = count
      }
    }
    if (this.#planned > 0) all['planned.issued'] = this.#planned
    if (this.#acquired > 0) all['start.acquired'] = this.#acquired
    return all
  }

  of(name: string): number {
    return this.counts[name] ?? 0
  }

  #add(name: string): void {
    this.#others.set(name, (this.#others.get(name) ?? 0) + 1)
  }
}

function blankOperations(): Operations {
  const blank = Object.fromEntries(['issued', ...OUTCOMES].map((name) => [name, 0]))
  const rows = METERED_OPERATIONS.map((operation) => [operation, { ...blank }])
  return Object.fromEntries(rows) as Operations
}
