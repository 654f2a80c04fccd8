import {
  type ExecutionStatus,
  isTerminal,
  type JobExecutionState,
  type Rejected,
  type Reply,
} from '../protocol/jobs.ts'
import type { Attempts } from './attempts.ts'
import type { FleetParts } from './fleet-parts.ts'
import { Next } from './next.ts'
import type { ExecutionEvent } from './ports.ts'
import { DESCRIBE, UPDATE } from './request-forms.ts'
import { isPassing } from './retry.ts'
import { Activity } from './thing-table.ts'

/** Telling the service how the work goes, and what the thing makes of its answers. */
export class Reporting {
  readonly #parts: FleetParts
  readonly #attempts: Attempts

  constructor(parts: FleetParts, attempts: Attempts) {
    this.#parts = parts
    this.#attempts = attempts
  }

  /** The next update, progress or terminal. */
  report(slot: number, dueUs: number, nowUs: number): void {
    this.#parts.table.reread[slot] = 0
    this.#update(slot, dueUs, nowUs)
  }

  /** The answer to an update. `Next.work`: it was progress, and the next slice begins. */
  answered(slot: number, reply: Reply, nowUs: number): number {
    if (reply.kind === 'accepted') return this.#accepted(slot, nowUs)
    if (isPassing(reply.code)) return Next.retry
    switch (reply.code) {
      case 'InvalidStateTransition':
        return this.#refused(slot, reply)
      case 'VersionMismatch':
        return this.#reread(slot, reply, nowUs)
      case 'ResourceNotFound':
        return this.#gone(slot)
      default:
        return this.#stuck(slot)
    }
  }

  /** The answer to the describe after a VersionMismatch. */
  described(slot: number, reply: Reply, nowUs: number): number {
    if (reply.kind === 'accepted') {
      if (reply.execution === undefined) return this.#gone(slot)
      return this.#seen(slot, reply.execution.status, nowUs)
    }
    if (isPassing(reply.code)) return Next.retry
    if (reply.code === 'ResourceNotFound') return this.#gone(slot)
    // The execution has ended, but not how: the refusal of one more update says that.
    if (reply.code === 'TerminalStateReached') return this.#updateAgain(slot, nowUs)
    return this.#stuck(slot)
  }

  /** Attempts used up, or the run is over. The thing keeps the execution in mind: a start-next that
   *  brings it again resumes it. */
  giveUp(slot: number): void {
    const { table, meter, book } = this.#parts
    meter.execution('stuck')
    const jobId = table.jobId[slot]
    const isEnding =
      table.activity[slot] !== Activity.working && this.#attempts.forms.isTerminal(slot)
    if (jobId === undefined || !isEnding || table.unsure[slot] === 0) return
    const wanted = this.#attempts.forms.wanted(slot)
    book.doubtful(slot, jobId, table.executionNumber[slot] as number, wanted)
  }

  #accepted(slot: number, nowUs: number): number {
    const { table, meter } = this.#parts
    if (!this.#attempts.forms.isTerminal(slot)) return this.#advance(slot)
    meter.executionDuration(nowUs - (table.beganUs[slot] as number))
    return this.#believe(slot, this.#attempts.forms.wanted(slot))
  }

  #advance(slot: number): number {
    const { table } = this.#parts
    table.step[slot] = (table.step[slot] as number) + 1
    return Next.work
  }

  /** The refusal says how the execution stands. Where that is what the update wanted, an earlier copy
   *  of it has worked (protocol 3.2); where the execution has ended otherwise, it has. */
  #refused(slot: number, { executionState }: Rejected): number {
    const status = executionState?.status
    if (status !== undefined && isTerminal(status)) return this.#believe(slot, status)
    if (status === this.#attempts.forms.wanted(slot)) return this.#advance(slot)
    return this.#stuck(slot)
  }

  /** One look at the execution, then one more try (protocol 6); a second mismatch is final. */
  #reread(slot: number, { executionState }: Rejected, nowUs: number): number {
    const { table } = this.#parts
    if (table.reread[slot] === 1) return this.#stuck(slot)
    table.reread[slot] = 1
    if (executionState !== undefined) return this.#seen(slot, executionState.status, nowUs)
    table.setActivity(slot, Activity.rereading)
    this.#attempts.begin(slot, DESCRIBE, nowUs, false, nowUs)
    return Next.none
  }

  #seen(slot: number, status: JobExecutionState['status'], nowUs: number): number {
    return isTerminal(status) ? this.#believe(slot, status) : this.#updateAgain(slot, nowUs)
  }

  #updateAgain(slot: number, nowUs: number): number {
    this.#update(slot, nowUs, nowUs)
    return Next.none
  }

  #update(slot: number, dueUs: number, nowUs: number): void {
    this.#parts.table.setActivity(slot, Activity.reporting)
    this.#attempts.begin(slot, UPDATE, dueUs, false, nowUs)
  }

  #believe(slot: number, status: ExecutionStatus): number {
    const { table, meter, book } = this.#parts
    meter.execution(EVENT_OF[status] ?? 'stuck')
    book.settled(slot, table.jobId[slot] ?? '', table.executionNumber[slot] as number, status)
    table.jobId[slot] = undefined
    table.ended += 1
    return Next.rest
  }

  /** Somebody has deleted the execution; how it ended nobody can tell any more. */
  #gone(slot: number): number {
    const { table, meter, book } = this.#parts
    meter.execution('canceled')
    book.doubtful(slot, table.jobId[slot] ?? '', table.executionNumber[slot] as number, 'CANCELED')
    table.jobId[slot] = undefined
    table.ended += 1
    return Next.rest
  }

  #stuck(slot: number): number {
    this.giveUp(slot)
    return Next.rest
  }
}

const EVENT_OF: Partial<Record<ExecutionStatus, ExecutionEvent>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  REJECTED: 'rejected',
  TIMED_OUT: 'timedOut',
  CANCELED: 'canceled',
  // Taken from the thing, as a cancellation is; the summary has no word of its own for it.
  REMOVED: 'canceled',
}
