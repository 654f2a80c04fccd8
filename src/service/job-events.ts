import type { ExecutionStatus } from '../protocol/jobs.ts'
import type { Job } from './job.ts'
import type { ControlExecution, JobView } from './job-control.ts'
import type { ExecutionRecord } from './job-execution.ts'
import { controlExecution, jobView } from './job-views.ts'

/** What happened to a job, as its event's topic ends. */
export type JobOperation =
  | 'completed'
  | 'canceled'
  | 'deleted'
  | 'cancellation_in_progress'
  | 'deletion_in_progress'

/** An event for who watches the fleet (protocol 3.12). */
export type JobEvent =
  | { readonly type: 'JOB'; readonly operation: JobOperation; readonly job: JobView }
  | {
      readonly type: 'JOB_EXECUTION'
      /** How it ended, or that it is gone. */
      readonly status: ExecutionStatus | 'DELETED'
      readonly execution: ControlExecution
    }

/** What an account asks for; nothing at first. The control plane changes it in place. */
export interface EventsWanted {
  JOB: boolean
  JOB_EXECUTION: boolean
}

/** Tells of jobs and their executions what the account asks for. Unasked it costs a look at a flag. */
export class JobEvents {
  readonly wanted: EventsWanted = { JOB: false, JOB_EXECUTION: false }
  readonly #tell: (event: JobEvent, nowUs: number) => void

  constructor(tell: (event: JobEvent, nowUs: number) => void) {
    this.#tell = tell
  }

  job(operation: JobOperation, job: Job, nowUs: number): void {
    // The jobs of an endless row never end, and the row is none.
    if (this.wanted.JOB && !job.isEndless)
      this.#tell({ type: 'JOB', operation, job: jobView(job) }, nowUs)
  }

  ended(record: ExecutionRecord, nowUs: number): void {
    if (this.wanted.JOB_EXECUTION) this.#tellOf(record, record.status, nowUs)
  }

  deleted(record: ExecutionRecord, nowUs: number): void {
    if (this.wanted.JOB_EXECUTION) this.#tellOf(record, 'DELETED', nowUs)
  }

  #tellOf(record: ExecutionRecord, status: ExecutionStatus | 'DELETED', nowUs: number): void {
    const execution = controlExecution(record, undefined)
    this.#tell({ type: 'JOB_EXECUTION', status, execution }, nowUs)
  }
}
