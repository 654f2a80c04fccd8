import type { Executions } from './executions.ts'
import { mayRetry } from './failure-rules.ts'
import type { Job } from './job.ts'
import type { JobAgenda } from './job-agenda.ts'
import type { ExecutionRecord } from './job-execution.ts'

/** Executions that are tried again: at once, or after the delay of switch 11. */
export class Retries {
  readonly #executions: Executions
  readonly #agenda: JobAgenda
  readonly #minuteUs: number
  #waiting = 0

  constructor(executions: Executions, agenda: JobAgenda, minuteUs: number) {
    this.#executions = executions
    this.#agenda = agenda
    this.#minuteUs = minuteUs
  }

  /** How many wait for their time. */
  get waiting(): number {
    return this.#waiting
  }

  /** @returns whether the execution, which has ended, is or will be tried again. */
  tryAgain(record: ExecutionRecord, nowUs: number): boolean {
    const { job } = record
    if (job.retry === undefined || job.status !== 'IN_PROGRESS') return false
    if (!mayRetry(record, job.retry)) return false
    const { retryDelaySeconds } = this.#executions.switches
    if (retryDelaySeconds === 0) this.#executions.retry(record, nowUs)
    else {
      this.#agenda.retryAt(record, nowUs + Math.ceil((retryDelaySeconds * this.#minuteUs) / 60))
      job.waitingRetries += 1
      this.#waiting += 1
    }
    return true
  }

  /** @returns whether a retry of this execution waited. */
  drop(record: ExecutionRecord): boolean {
    const { job } = record
    if (job.waitingRetries === 0 || !this.#agenda.dropRetry(record)) return false
    this.#forget(job)
    return true
  }

  dropAll(job: Job): void {
    if (job.waitingRetries > 0) for (const record of job.latest.values()) this.drop(record)
  }

  readonly due = (recordIndex: number, atUs: number): void => {
    const record = this.#executions.at(recordIndex)
    if (record === undefined) return
    this.#forget(record.job)
    this.#executions.retry(record, atUs)
  }

  #forget(job: Job): void {
    job.waitingRetries -= 1
    this.#waiting -= 1
  }
}
