import type { JobExecution, RejectCode, Rejected, Reply } from '../protocol/jobs.ts'
import type { Attempts } from './attempts.ts'
import { type FleetParts, knowVersion, raiseVersion, rowOf } from './fleet-parts.ts'
import { Next } from './next.ts'
import { DESCRIBE, UPDATE } from './request-forms.ts'
import { isPassing } from './retry.ts'
import { Activity, TIME, WORD } from './thing-table.ts'

/**
 * Asking for the next execution: by start-next (protocol 3.3), or by a look at `$next` and, when what
 * is there has not begun, an update that begins it (protocol 7.1).
 */
export class Asking {
  readonly #parts: FleetParts
  readonly #attempts: Attempts
  /** What the answer that has just come has brought. */
  #brought: JobExecution | undefined

  constructor(parts: FleetParts, attempts: Attempts) {
    this.#parts = parts
    this.#attempts = attempts
  }

  /** @param planned it is a start of the plan. */
  ask(slot: number, dueUs: number, planned: boolean, nowUs: number): void {
    const { table, trace } = this.#parts
    table.startDueUs[slot * TIME] = dueUs
    table.asks[slot * WORD] = (table.asks[slot * WORD] as number) + 1
    table.reread[slot * WORD] = 0
    table.setActivity(slot, Activity.asking)
    trace?.asking(slot, dueUs, planned, nowUs)
    this.#attempts.begin(slot, rowOf(this.#parts, slot).asksWith, dueUs, planned, nowUs)
  }

  /** @returns `Next.work` when there is an execution to work on: `takeBrought`. */
  answered(slot: number, reply: Reply, nowUs: number): number {
    const { table } = this.#parts
    if (reply.kind === 'rejected') return this.#rejected(slot, reply, nowUs)
    if (table.operation[slot * WORD] === UPDATE) {
      raiseVersion(this.#parts, slot)
      return this.#begun(slot, nowUs)
    }
    const { execution } = reply
    if (execution === undefined) return this.#acquired(slot, Next.rest, nowUs)
    knowVersion(this.#parts, slot, execution.versionNumber)
    const isWaiting = table.operation[slot * WORD] === DESCRIBE && execution.status === 'QUEUED'
    if (!isWaiting) {
      this.#brought = execution
      return this.#acquired(slot, Next.work, nowUs)
    }
    table.found[slot] = execution
    this.#attempts.begin(slot, UPDATE, nowUs, false, nowUs)
    return Next.none
  }

  /** The execution to work on, once for each; undefined when the answer was to something else. */
  takeBrought(): JobExecution | undefined {
    const brought = this.#brought
    this.#brought = undefined
    return brought
  }

  /** The start came to nothing: attempts used up, or a rejection that is final. */
  giveUp(slot: number, nowUs: number): void {
    this.#parts.table.found[slot] = undefined
    this.#parts.meter.execution('stuck')
    this.#parts.trace?.execution(slot, 'stuck', undefined, 0, nowUs)
  }

  /** Whether this is the execution that the thing has begun and not ended. */
  holds(slot: number, { jobId, executionNumber }: JobExecution): boolean {
    const { table } = this.#parts
    return table.jobId[slot] === jobId && table.executionNumber[slot * WORD] === executionNumber
  }

  #rejected(slot: number, { code, executionState }: Rejected, nowUs: number): number {
    const { table } = this.#parts
    if (isPassing(code)) return Next.retry
    if (table.operation[slot * WORD] === UPDATE) {
      // An earlier copy of the update has worked.
      if (executionState?.status === 'IN_PROGRESS') {
        knowVersion(this.#parts, slot, executionState.versionNumber)
        return this.#begun(slot, nowUs)
      }
      if (OVERTAKEN.has(code) && table.reread[slot * WORD] === 0)
        return this.#lookAgain(slot, nowUs)
    }
    this.giveUp(slot, nowUs)
    return Next.rest
  }

  /** What was found is not there any more, or not as it was: one more look, as after any mismatch
   *  (protocol 6). Looking for ever would hammer a service that contradicts itself. */
  #lookAgain(slot: number, nowUs: number): number {
    const { table } = this.#parts
    table.reread[slot * WORD] = 1
    table.found[slot] = undefined
    this.#attempts.begin(slot, rowOf(this.#parts, slot).asksWith, nowUs, false, nowUs)
    return Next.none
  }

  /** What the look has found is in progress. */
  #begun(slot: number, nowUs: number): number {
    const { found } = this.#parts.table
    this.#brought = found[slot]
    found[slot] = undefined
    return this.#acquired(slot, Next.work, nowUs)
  }

  #acquired(slot: number, next: number, nowUs: number): number {
    const { table, meter } = this.#parts
    meter.acquired(nowUs - (table.startDueUs[slot * TIME] as number))
    return next
  }
}

/** The execution has changed since the thing has seen it. */
const OVERTAKEN: ReadonlySet<string> = new Set<RejectCode>([
  'InvalidStateTransition',
  'ResourceNotFound',
  'TerminalStateReached',
  'VersionMismatch',
])
