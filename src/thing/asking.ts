import type { JobExecution, Reply } from '../protocol/jobs.ts'
import type { Attempts } from './attempts.ts'
import type { FleetParts } from './fleet-parts.ts'
import { Next } from './next.ts'
import { START_NEXT } from './request-forms.ts'
import { isPassing } from './retry.ts'
import { Activity } from './thing-table.ts'

/** Asking for the next execution (protocol 3.3). */
export class Asking {
  readonly #parts: FleetParts
  readonly #attempts: Attempts

  constructor(parts: FleetParts, attempts: Attempts) {
    this.#parts = parts
    this.#attempts = attempts
  }

  /** @param planned it is a start of the plan. */
  ask(slot: number, dueUs: number, planned: boolean, nowUs: number): void {
    const { table, trace } = this.#parts
    table.startDueUs[slot] = dueUs
    table.asks[slot] = (table.asks[slot] as number) + 1
    table.setActivity(slot, Activity.asking)
    trace?.asking(slot, dueUs, planned, nowUs)
    this.#attempts.begin(slot, START_NEXT, dueUs, planned, nowUs)
  }

  /** @returns `Next.work` when the reply holds an execution to work on. */
  answered(slot: number, reply: Reply, nowUs: number): number {
    const { table, meter } = this.#parts
    if (reply.kind === 'rejected') {
      if (isPassing(reply.code)) return Next.retry
      this.giveUp(slot, nowUs)
      return Next.rest
    }
    meter.acquired(nowUs - (table.startDueUs[slot] as number))
    return reply.execution === undefined ? Next.rest : Next.work
  }

  /** The start came to nothing: attempts used up, or a rejection that is final. */
  giveUp(slot: number, nowUs: number): void {
    this.#parts.meter.execution('stuck')
    this.#parts.trace?.execution(slot, 'stuck', undefined, 0, nowUs)
  }

  /** Whether this is the execution that the thing has begun and not ended. */
  holds(slot: number, { jobId, executionNumber }: JobExecution): boolean {
    const { table } = this.#parts
    return table.jobId[slot] === jobId && table.executionNumber[slot] === executionNumber
  }
}
