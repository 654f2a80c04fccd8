import {
  type ExecutionStatus,
  isTerminal,
  type JobExecutionState,
  type Rejected,
  type Reply,
} from '../protocol/jobs.ts'
import type { Attempts } from './attempts.ts'
import { type FleetParts, knowVersion, raiseVersion } from './fleet-parts.ts'
import { Next } from './next.ts'
import type { ExecutionEvent } from './ports.ts'
import { DESCRIBE, UPDATE } from './request-forms.ts'
import { isPassing } from './retry.ts'
import { Activity, TIME, WORD } from './thing-table.ts'

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
    this.#parts.table.reread[slot * WORD] = 0
    this.#update(slot, dueUs, nowUs)
  }

  /** The answer to an update. `Next.work`: it was progress, and the next slice begins. */
  answered(slot: number, reply: Reply, nowUs: number): number {
    if (reply.kind === 'accepted') return this.#accepted(slot, nowUs)
    if (isPassing(reply.code)) return Next.retry
    if (this.#isConflict(slot, reply)) return this.#mismatched(slot, reply, nowUs)
    switch (reply.code) {
      case 'InvalidStateTransition':
        return this.#refused(slot, reply, nowUs)
      case 'ResourceNotFound':
        return this.#gone(slot, nowUs)
      default:
        return this.#stuck(slot, nowUs)
    }
  }

  /** The answer to the describe after a VersionMismatch. */
  described(slot: number, reply: Reply, nowUs: number): number {
    if (reply.kind === 'accepted') {
      if (reply.execution === undefined) return this.#gone(slot, nowUs)
      return this.#seen(slot, reply.execution, nowUs)
    }
    if (isPassing(reply.code)) return Next.retry
    if (reply.code === 'ResourceNotFound') return this.#gone(slot, nowUs)
    // The execution has ended, but not how: the refusal of one more update says that.
    if (reply.code === 'TerminalStateReached') {
      this.#parts.table.version[slot * TIME] = 0
      return this.#updateAgain(slot, nowUs)
    }
    return this.#stuck(slot, nowUs)
  }

  /** Attempts used up, or the run is over. The thing keeps the execution in mind: a start-next that
   *  brings it again resumes it. */
  giveUp(slot: number, nowUs: number): void {
    const { table, meter, trace } = this.#parts
    const jobId = table.jobId[slot]
    meter.execution('stuck')
    trace?.execution(slot, 'stuck', jobId, table.executionNumber[slot * WORD] as number, nowUs)
    const isEnding =
      table.activity[slot * WORD] !== Activity.working && this.#attempts.forms.isTerminal(slot)
    if (jobId === undefined || !isEnding || table.unsure[slot * WORD] === 0) return
    this.#doubt(slot, jobId, this.#attempts.forms.wanted(slot), nowUs)
  }

  #accepted(slot: number, nowUs: number): number {
    const { table, meter } = this.#parts
    if (!this.#attempts.forms.isTerminal(slot)) {
      raiseVersion(this.#parts, slot)
      return this.#advance(slot)
    }
    meter.executionDuration(nowUs - (table.beganUs[slot * TIME] as number))
    return this.#believe(slot, this.#attempts.forms.wanted(slot), nowUs)
  }

  #advance(slot: number): number {
    const { table } = this.#parts
    table.step[slot * WORD] = (table.step[slot * WORD] as number) + 1
    return Next.work
  }

  /** The refusal says how the execution stands. Where that is what the update wanted, an earlier copy
   *  of it has worked (protocol 3.2); where the execution has ended otherwise, it has. */
  #refused(slot: number, { executionState }: Rejected, nowUs: number): number {
    const status = executionState?.status
    if (status !== undefined && isTerminal(status)) return this.#believe(slot, status, nowUs)
    if (status === this.#attempts.forms.wanted(slot)) return this.#advance(slot)
    return this.#stuck(slot, nowUs)
  }

  /** Over HTTP the service has no word of its own for a version conflict (protocol 1.6): there it is
   *  a refusal with another version than was expected. */
  #isConflict(slot: number, { code, executionState }: Rejected): boolean {
    if (code === 'VersionMismatch') return true
    const version = this.#parts.table.version[slot * TIME] as number
    if (code !== 'InvalidStateTransition' || version === 0) return false
    return executionState !== undefined && executionState.versionNumber !== version
  }

  /** What was wanted may hold already. Else one look at the execution and one more try (protocol 6);
   *  where the refusal says how it stands, that is the look. A second mismatch is final. */
  #mismatched(slot: number, { executionState }: Rejected, nowUs: number): number {
    const { table } = this.#parts
    const isOver = executionState !== undefined && this.#isOver(slot, executionState)
    if (!isOver && table.reread[slot * WORD] === 1) return this.#stuck(slot, nowUs)
    table.reread[slot * WORD] = 1
    if (executionState !== undefined) return this.#seen(slot, executionState, nowUs)
    table.setActivity(slot, Activity.rereading)
    this.#attempts.begin(slot, DESCRIBE, nowUs, false, nowUs)
    return Next.none
  }

  /** How the execution stands, as the service has it now. */
  #seen(slot: number, state: JobExecutionState, nowUs: number): number {
    if (isTerminal(state.status)) return this.#believe(slot, state.status, nowUs)
    knowVersion(this.#parts, slot, state.versionNumber)
    if (this.#isOver(slot, state)) return this.#advance(slot)
    return this.#updateAgain(slot, nowUs)
  }

  /** Whether the update that is due has nothing left to do in this state. */
  #isOver(slot: number, state: JobExecutionState): boolean {
    return isTerminal(state.status) || this.#attempts.forms.hasProgressed(slot, state)
  }

  #updateAgain(slot: number, nowUs: number): number {
    this.#update(slot, nowUs, nowUs)
    return Next.none
  }

  #update(slot: number, dueUs: number, nowUs: number): void {
    this.#parts.table.setActivity(slot, Activity.reporting)
    this.#attempts.begin(slot, UPDATE, dueUs, false, nowUs)
  }

  #believe(slot: number, status: ExecutionStatus, nowUs: number): number {
    const { table, meter, book, trace } = this.#parts
    const jobId = table.jobId[slot] ?? ''
    const executionNumber = table.executionNumber[slot * WORD] as number
    const event = eventOf(status)
    meter.execution(event)
    book.settled(slot, jobId, executionNumber, status)
    trace?.execution(slot, event, jobId, executionNumber, nowUs)
    table.jobId[slot] = undefined
    table.ended += 1
    return Next.rest
  }

  /** Somebody has deleted the execution; how it ended nobody can tell any more. */
  #gone(slot: number, nowUs: number): number {
    const { table, meter, trace } = this.#parts
    const jobId = table.jobId[slot] ?? ''
    meter.execution('canceled')
    trace?.execution(slot, 'canceled', jobId, table.executionNumber[slot * WORD] as number, nowUs)
    this.#doubt(slot, jobId, 'CANCELED', nowUs)
    table.jobId[slot] = undefined
    table.ended += 1
    return Next.rest
  }

  #stuck(slot: number, nowUs: number): number {
    this.giveUp(slot, nowUs)
    return Next.rest
  }

  #doubt(slot: number, jobId: string, wanted: string, nowUs: number): void {
    const { table, book, trace } = this.#parts
    book.doubtful(slot, jobId, table.executionNumber[slot * WORD] as number, wanted)
    trace?.doubtful(slot, wanted, nowUs)
  }
}

function eventOf(status: ExecutionStatus): ExecutionEvent {
  switch (status) {
    case 'SUCCEEDED':
      return 'succeeded'
    case 'FAILED':
      return 'failed'
    case 'REJECTED':
      return 'rejected'
    case 'TIMED_OUT':
      return 'timedOut'
    case 'CANCELED':
    // Taken from the thing, as a cancellation is; the summary has no word of its own for it.
    case 'REMOVED':
      return 'canceled'
    default:
      return 'stuck'
  }
}
