import { markOf } from '../ledger/mark.ts'
import type { OperationCounts } from '../protocol/admin.ts'
import type { ExecutionStatus, Operation, Reply } from '../protocol/jobs.ts'
import { grown } from './growing.ts'

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
  readonly byStatus: Record<string, number> = {}
  #ended: Uint32Array
  #marks: Uint32Array

  constructor(things: number) {
    this.#ended = new Uint32Array(things)
    this.#marks = new Uint32Array(things)
  }

  /** Makes room for more things. */
  grow(things: number): void {
    this.#ended = grown(this.#ended, things)
    this.#marks = grown(this.#marks, things)
  }

  /** One received request and its answer. */
  answered(operation: Operation, reply: Reply): void {
    const counts = this.operations[operation]
    counts.received += 1
    if (reply.kind === 'rejected') {
      if (reply.code === 'RequestThrottled') counts.throttled += 1
      else counts.rejected += 1
    } else if (reply.execution === undefined && mayBeEmpty(operation)) counts.empty += 1
    else counts.accepted += 1
  }

  ended(thing: number, jobId: string, executionNumber: number, status: ExecutionStatus): void {
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1
    this.#ended[thing] = (this.#ended[thing] ?? 0) + 1
    // The array takes it modulo 2^32, as the other side does.
    this.#marks[thing] = (this.#marks[thing] ?? 0) + markOf(jobId, executionNumber, status)
  }

  /** Copies, by thing. */
  endings(things: number): { readonly ended: Uint32Array; readonly marks: Uint32Array } {
    return { ended: this.#ended.slice(0, things), marks: this.#marks.slice(0, things) }
  }
}

function none(): OperationCounts {
  return { received: 0, accepted: 0, empty: 0, throttled: 0, rejected: 0 }
}

function mayBeEmpty(operation: Operation): boolean {
  return operation === 'start-next' || operation === 'describe'
}
