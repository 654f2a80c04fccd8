import { DeadlineQueue } from '../clock/deadline-queue.ts'
import type { ExecutionRecord } from './job-execution.ts'

const FIRST_SIZE = 64

/** 'roll-out' stands under the index of a rollout, the others under that of a job. */
const AGENDA_KINDS = ['roll-out', 'begin', 'end', 'delete'] as const
export type AgendaKind = (typeof AGENDA_KINDS)[number]

/** The deadlines of jobs, and of retries that wait. */
export class JobAgenda {
  readonly #jobs = new DeadlineQueue(FIRST_SIZE)
  #jobsSize = FIRST_SIZE
  readonly #retries = new DeadlineQueue(FIRST_SIZE)
  #retriesSize = FIRST_SIZE

  set(index: number, kind: AgendaKind, atUs: number): void {
    const at = placeOf(index, kind)
    if (at >= this.#jobsSize) {
      this.#jobsSize = at * 2
      this.#jobs.grow(this.#jobsSize)
    }
    this.#jobs.set(at, atUs)
  }

  clear(index: number, kind: AgendaKind): void {
    this.#jobs.clear(placeOf(index, kind))
  }

  /** A job neither begins nor ends by itself any more. */
  clearSchedule(index: number): void {
    this.clear(index, 'begin')
    this.clear(index, 'end')
  }

  retryAt({ index }: ExecutionRecord, atUs: number): void {
    if (index >= this.#retriesSize) {
      this.#retriesSize = index * 2
      this.#retries.grow(this.#retriesSize)
    }
    this.#retries.set(index, atUs)
  }

  /** @returns whether a retry of this execution waited. */
  dropRetry({ index }: ExecutionRecord): boolean {
    const waited = this.#retries.at(index) !== undefined
    if (waited) this.#retries.clear(index)
    return waited
  }

  /** Perhaps too early, never too late. Infinity is never. */
  get nextUs(): number {
    const jobsUs = this.#jobs.nextUs
    const retriesUs = this.#retries.nextUs
    return jobsUs < retriesUs ? jobsUs : retriesUs
  }

  advance(
    nowUs: number,
    dueJob: (index: number, kind: AgendaKind, atUs: number) => void,
    dueRetry: (recordIndex: number, atUs: number) => void,
  ): void {
    this.#jobs.advance(nowUs, (place, atUs) => {
      const kind = AGENDA_KINDS[place % AGENDA_KINDS.length] as AgendaKind
      dueJob(Math.floor(place / AGENDA_KINDS.length), kind, atUs)
    })
    this.#retries.advance(nowUs, dueRetry)
  }
}

function placeOf(index: number, kind: AgendaKind): number {
  return index * AGENDA_KINDS.length + AGENDA_KINDS.indexOf(kind)
}
