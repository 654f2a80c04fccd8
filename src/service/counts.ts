import { columnOf } from '../ledger/column.ts'
import { markOf } from '../ledger/mark.ts'
import type { OperationCounts } from '../protocol/admin.ts'
import type { ExecutionStatus, Operation, Reply } from '../protocol/jobs.ts'
import { grown } from './growing.ts'
import { addTo, noExecutions } from './status-counts.ts'

/** What the service has done, as its ledger tells it: requests by operation, endings by thing. */
export class Counts {
  readonly operations: Readonly<Record<Operation, OperationCounts>> = {
    'start-next': none(),
    update: none(),
    describe: none(),
    'get-pending': none(),
  }
  /** Requests that a fault, or the rate of their connection, took away before they were received. */
  readonly lostRequests: Record<Operation, number> = {
    'start-next': 0,
    update: 0,
    describe: 0,
    'get-pending': 0,
  }
  readonly #ended = noExecutions()
  /** By thing: how many executions have ended, and the sum of their marks. */
  #endings: Uint32Array

  constructor(things: number) {
    this.#endings = new Uint32Array(2 * things)
  }

  /** Makes room for more things. */
  grow(things: number): void {
    this.#endings = grown(this.#endings, 2 * things)
  }

  /** One received request and its answer. */
  answered(operation: Operation, reply: Reply): void {
    const counts = this.#of(operation)
    counts.received += 1
    if (reply.kind === 'rejected') {
      if (reply.code === 'RequestThrottled') counts.throttled += 1
      else counts.rejected += 1
    } else if (reply.execution === undefined && mayBeEmpty(operation)) counts.empty += 1
    else counts.accepted += 1
  }

  ended(thing: number, jobId: string, executionNumber: number, status: ExecutionStatus): void {
    addTo(this.#ended, status, 1)
    const at = 2 * thing
    this.#endings[at] = (this.#endings[at] ?? 0) + 1
    // The array takes it modulo 2^32, as the other side does.
    this.#endings[at + 1] = (this.#endings[at + 1] ?? 0) + markOf(jobId, executionNumber, status)
  }

  /** How many have ended, by status; zero is left out. */
  get byStatus(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#ended).filter(([, count]) => count > 0))
  }

  /** Copies, by thing. */
  endings(things: number): { readonly ended: Uint32Array; readonly marks: Uint32Array } {
    const column = (place: number) => columnOf(this.#endings, 2, place, things)
    return { ended: column(0), marks: column(1) }
  }

  #of(operation: Operation): OperationCounts {
    switch (operation) {
      case 'start-next':
        return this.operations['start-next']
      case 'update':
        return this.operations.update
      case 'describe':
        return this.operations.describe
      default:
        return this.operations['get-pending']
    }
  }
}

function none(): OperationCounts {
  return { received: 0, accepted: 0, empty: 0, throttled: 0, rejected: 0 }
}

function mayBeEmpty(operation: Operation): boolean {
  return operation === 'start-next' || operation === 'describe'
}
