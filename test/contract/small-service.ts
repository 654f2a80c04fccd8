import { EventEmitter, once } from 'node:events'
import type {
  DescribeRequest,
  JobExecution,
  JobsNotification,
  JobsRequest,
  Operation,
  Reply,
  UpdateRequest,
} from '../../src/protocol/jobs.ts'
import { isTerminal } from '../../src/protocol/jobs.ts'

/**
 * The smallest service the contract needs: thing 0 has one execution, of `job-0`, the others none;
 * answers can be held back. Not the stand-in: it must be simple enough to be right at a glance.
 */
export class SmallService {
  #execution: JobExecution = {
    jobId: 'job-0',
    status: 'QUEUED',
    queuedAt: 1_786_000_000,
    lastUpdatedAt: 1_786_000_000,
    versionNumber: 1,
    executionNumber: 1,
    jobDocument: '{"operation":"install"}',
  }
  #held: (() => void)[] | undefined
  #taken = 0
  readonly #news = new EventEmitter()

  /** From here on requests are taken and not answered. */
  hold(): void {
    this.#held ??= []
    this.#taken = 0
  }

  /** Settles when so many requests in all have been taken since the last `hold`. */
  async taken(count: number): Promise<void> {
    while (this.#taken < count) await once(this.#news, 'taken')
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const answer of held) answer()
  }

  /** What notify-next says when the execution is queued. */
  get next(): JobsNotification {
    return { kind: 'notify-next', execution: this.#execution }
  }

  take(
    thing: number,
    operation: Operation,
    request: JobsRequest,
    answer: (reply: Reply) => void,
  ): void {
    this.#taken += 1
    this.#news.emit('taken')
    const reply = this.#reply(thing, operation, request)
    if (this.#held === undefined) answer(reply)
    else this.#held.push(() => answer(reply))
  }

  #reply(thing: number, operation: Operation, request: JobsRequest): Reply {
    switch (operation) {
      case 'start-next': {
        if (thing !== 0 || isTerminal(this.#execution.status)) return { kind: 'accepted' }
        this.#execution = { ...this.#execution, status: 'IN_PROGRESS', versionNumber: 2 }
        return { kind: 'accepted', execution: this.#execution }
      }
      case 'update':
        return this.#update(thing, request as UpdateRequest)
      case 'describe': {
        const { jobId } = request as DescribeRequest
        if (thing !== 0 || jobId !== 'job-0') return rejected('ResourceNotFound')
        return { kind: 'accepted', execution: this.#execution }
      }
      case 'get-pending':
        return { kind: 'accepted', inProgressJobs: [], queuedJobs: [] }
    }
  }

  #update(thing: number, { jobId, status }: UpdateRequest): Reply {
    if (thing !== 0 || jobId !== 'job-0') return rejected('ResourceNotFound')
    if (isTerminal(this.#execution.status)) return rejected('InvalidStateTransition')
    this.#execution = { ...this.#execution, status }
    return { kind: 'accepted' }
  }
}

function rejected(code: string): Reply {
  return { kind: 'rejected', code, message: `${code}.` }
}

export const thingNames: readonly string[] = ['thing-0', 'thing-1', 'thing-2']

export function thingOf(name: string): number {
  return thingNames.indexOf(name)
}
