import type { ServiceLedger } from '../protocol/admin.ts'
import {
  type ExecutionStatus,
  isTerminal,
  type JobExecution,
  type JobsNotification,
  type JobsRequest,
  type Operation,
  type Rejected,
  type Reply,
  type UpdateRequest,
} from '../protocol/jobs.ts'
import type { JobsService } from '../service/jobs-service.ts'
import type { Overhead } from './overhead.ts'
import type { VirtualBroker, VirtualFate, VirtualService } from './virtual-service.ts'

/** Sentences beyond this are counted. */
const SENTENCES = 20

export interface CanceledJob {
  readonly jobId: string
  /** Since the epoch. */
  readonly atSeconds: number
  /** Those that its things had got by then. */
  readonly executions: number
}

/**
 * The service, and beside it who watches what it says of each execution: its version rises with every
 * change that a device makes, and what has ended stays as it ended. The rules are those of a reader
 * of the answers; nothing of the service's own records is looked at.
 */
export class WatchedService implements VirtualService {
  readonly #service: JobsService
  readonly #overhead: Overhead | undefined
  /** By thing: the execution it was last told of, and how. */
  readonly #jobId: (string | undefined)[]
  readonly #number = new Uint32Array(0)
  readonly #version = new Float64Array(0)
  /** 1: the service has accepted a terminal update of it. */
  readonly #ended = new Uint8Array(0)
  readonly #sentences: string[] = []
  #broken = 0

  /** @param overhead that comes on top of the service's latency. */
  constructor(service: JobsService, things: number, overhead?: Overhead) {
    this.#service = service
    this.#overhead = overhead
    this.#jobId = new Array<string | undefined>(things).fill(undefined)
    this.#number = new Uint32Array(things)
    this.#version = new Float64Array(things)
    this.#ended = new Uint8Array(things)
  }

  /** What was wrong, at most 20 sentences of it and the number of the rest. */
  get broken(): string[] {
    const rest = this.#broken - this.#sentences.length
    return rest > 0 ? [...this.#sentences, `And ${rest} more.`] : [...this.#sentences]
  }

  handle(thing: number, operation: Operation, request: JobsRequest, nowUs: number): Reply {
    const reply = this.#service.handle(thing, operation, request, nowUs)
    if (reply.kind === 'accepted') {
      if (operation === 'update') this.#updated(thing, request as UpdateRequest)
      else if (reply.execution !== undefined) this.#seen(thing, reply.execution)
    } else if (reply.executionState !== undefined && operation === 'update') {
      const { jobId, executionNumber } = request as UpdateRequest
      const { status, versionNumber } = reply.executionState
      if (this.#isLast(thing, jobId, executionNumber)) {
        this.#check(thing, status, versionNumber)
      }
    }
    return reply
  }

  notifyNextOf(thing: number, nowUs: number): JobsNotification {
    const notification = this.#service.notifyNextOf(thing, nowUs)
    if (notification.kind === 'notify-next' && notification.execution !== undefined) {
      this.#seen(thing, notification.execution)
    }
    return notification
  }

  /** A device's change, which adds one to the version. */
  #updated(thing: number, { jobId, executionNumber, status }: UpdateRequest): void {
    if (!this.#isLast(thing, jobId, executionNumber)) {
      this.#follow(thing, jobId, executionNumber ?? 1, 0)
    } else if (this.#ended[thing] === 1) {
      this.#tell(thing, `${status} was accepted after a final status`)
    }
    this.#version[thing] = (this.#version[thing] as number) + 1
    if (isTerminal(status)) this.#ended[thing] = 1
  }

  #seen(thing: number, { jobId, executionNumber, status, versionNumber }: JobExecution): void {
    if (this.#isLast(thing, jobId, executionNumber)) this.#check(thing, status, versionNumber)
    else this.#follow(thing, jobId, executionNumber, versionNumber)
    this.#version[thing] = versionNumber
  }

  #check(thing: number, status: ExecutionStatus, version: number): void {
    const least = this.#version[thing] as number
    if (version < least) this.#tell(thing, `version ${version} was told after version ${least}`)
    if (this.#ended[thing] === 1 && !isTerminal(status))
      this.#tell(thing, `${status} was told after a final status`)
  }

  #follow(thing: number, jobId: string, executionNumber: number, version: number): void {
    this.#jobId[thing] = jobId
    this.#number[thing] = executionNumber
    this.#version[thing] = version
    this.#ended[thing] = 0
  }

  #isLast(thing: number, jobId: string, executionNumber: number | undefined): boolean {
    const known = this.#jobId[thing] === jobId
    return known && (executionNumber === undefined || this.#number[thing] === executionNumber)
  }

  #tell(thing: number, what: string): void {
    this.#broken += 1
    if (this.#sentences.length >= SENTENCES) return
    const execution = `job ${this.#jobId[thing]}, execution ${this.#number[thing]}`
    this.#sentences.push(`Service: thing ${thing}, ${execution}: ${what}.`)
  }

  begin(nowUs: number): void {
    this.#service.begin(nowUs)
  }

  refuse(operation: Operation, reply: Rejected, nowUs: number): Reply {
    return this.#service.refuse(operation, reply, nowUs)
  }

  fate(thing: number, operation: Operation, nowUs: number): Readonly<VirtualFate> {
    const fate = this.#service.fate(thing, operation, nowUs)
    return this.#overhead?.on(thing, fate) ?? fate
  }

  get longestDelayUs(): number {
    return this.#service.longestDelayUs + (this.#overhead?.longestUs ?? 0)
  }

  get broker(): VirtualBroker {
    return this.#service.broker
  }

  notificationDelayUs(thing: number, nowUs: number): number {
    return this.#service.notificationDelayUs(thing, nowUs)
  }

  get nextUs(): number {
    return this.#service.nextUs
  }

  advance(nowUs: number): void {
    this.#service.advance(nowUs)
  }

  firstStatusOf(thing: number): ExecutionStatus | undefined {
    return this.#service.firstStatusOf(thing)
  }

  openExecutions(): number {
    return this.#service.openExecutions()
  }

  /** The jobs that were canceled, with the service's time of it and the executions they had. */
  canceledJobs(nowUs: number): CanceledJob[] {
    return [...this.#service.control.listJobs({ status: 'CANCELED' }, nowUs)].map(({ value }) => ({
      jobId: value.jobId,
      atSeconds: value.lastUpdatedAt,
      executions: Object.values(value.counts).reduce((sum, count) => sum + count, 0),
    }))
  }

  ledger(): ServiceLedger {
    return this.#service.ledger()
  }
}
