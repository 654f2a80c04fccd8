import { isTerminal } from '../protocol/jobs.ts'
import type { Executions } from './executions.ts'
import type { Job } from './job.ts'
import type { JobAgenda } from './job-agenda.ts'
import type { JobEvents } from './job-events.ts'
import type { ExecutionRecord } from './job-execution.ts'

/** How many executions of a deleted job go at a time, and how often. A small job is gone at once. */
const DELETED_AT_A_TIME = 1_000
const DELETIONS_PER_MINUTE = 600

/** How executions go for good, and those of a deleted job a part at a time when there are many. */
export class JobRemoval {
  readonly #executions: Executions
  readonly #agenda: JobAgenda
  readonly #events: JobEvents
  readonly #minuteUs: number

  constructor(executions: Executions, agenda: JobAgenda, events: JobEvents, minuteUs: number) {
    this.#executions = executions
    this.#agenda = agenda
    this.#events = events
    this.#minuteUs = minuteUs
  }

  /** @returns whether none is left; otherwise the agenda has the time for the next part. */
  removeSome(job: Job, nowUs: number): boolean {
    for (let left = DELETED_AT_A_TIME; left > 0 && job.records.length > 0; left--) {
      const record = job.records.pop()
      if (record !== undefined) this.#remove(record, nowUs)
    }
    if (job.records.length === 0) return true
    const waitUs = Math.ceil(this.#minuteUs / DELETIONS_PER_MINUTE)
    this.#agenda.set(job.index, 'delete', nowUs + waitUs)
    return false
  }

  /** One execution of a job that stays. */
  remove(record: ExecutionRecord, nowUs: number): void {
    this.#remove(record, nowUs)
    const { records } = record.job
    const at = records.indexOf(record)
    if (at >= 0) records[at] = undefined
  }

  /** One that is open ends before it goes, so that nobody hears of its end after its deletion. */
  #remove(record: ExecutionRecord, nowUs: number): void {
    if (!isTerminal(record.status)) this.#executions.end(record, 'CANCELED', nowUs)
    this.#events.deleted(record, nowUs)
    this.#executions.delete(record)
  }
}
