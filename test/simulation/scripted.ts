import type {
  Accepted,
  ExecutionStatus,
  JobsNotification,
  JobsRequest,
  Operation,
  Rejected,
  Reply,
  UpdateRequest,
} from '../../src/protocol/jobs.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Fleet } from '../../src/thing/fleet.ts'
import type { FleetEffects, FleetTrace, ThingBook } from '../../src/thing/ports.ts'
import { CountingMeter } from './recording.ts'

export interface SentRequest {
  readonly slot: number
  readonly operation: Operation
  readonly token: number
  readonly request: JobsRequest
}

/**
 * A fleet whose far side is played by the test: what it does is written down, and nothing happens
 * but what the test says. Time is `nowUs`, moved by `at`.
 */
export class ScriptedFleet implements FleetEffects, ThingBook {
  readonly fleet: Fleet
  readonly meter = new CountingMeter()
  readonly connects: number[] = []
  readonly subscribes: number[] = []
  readonly requests: SentRequest[] = []
  readonly cancelled: (readonly [slot: number, token: number])[] = []
  readonly closed: number[] = []
  /** What the book was told, as words: `began job-1 1`, `settled job-1 1 SUCCEEDED`. */
  readonly told: string[] = []
  nowUs = 0
  /** Whether the bytes of a request go out while it is sent. */
  writes = true

  constructor(
    scenario: Scenario,
    options: { trace?: FleetTrace; things?: readonly number[] } = {},
  ) {
    const { trace, things } = options
    this.fleet = new Fleet({ scenario, shard: 0, shards: 1, things }, this, this.meter, this, trace)
  }

  connect(slot: number): void {
    this.connects.push(slot)
  }

  subscribe(slot: number): void {
    this.subscribes.push(slot)
  }

  send(slot: number, operation: Operation, token: number, request: JobsRequest): void {
    this.requests.push({ slot, operation, token, request })
    if (this.writes) this.fleet.sent(slot, token, this.nowUs)
  }

  cancel(slot: number, token: number): void {
    this.cancelled.push([slot, token])
  }

  close(slot: number): void {
    this.closed.push(slot)
  }

  began(_slot: number, jobId: string, executionNumber: number): void {
    this.told.push(`began ${jobId} ${executionNumber}`)
  }

  settled(_slot: number, jobId: string, executionNumber: number, status: string): void {
    this.told.push(`settled ${jobId} ${executionNumber} ${status}`)
  }

  doubtful(_slot: number, jobId: string, executionNumber: number, wanted: string): void {
    this.told.push(`doubtful ${jobId} ${executionNumber} ${wanted}`)
  }

  /** Moves time to this moment, doing whatever falls due on the way in order. */
  at(nowUs: number): this {
    for (let nextUs = this.fleet.nextUs(); nextUs <= nowUs; ) {
      this.nowUs = Math.max(this.nowUs, nextUs)
      this.fleet.advance(this.nowUs)
      nextUs = this.fleet.nextUs()
    }
    this.nowUs = nowUs
    return this
  }

  /** Moves to when the fleet next has something to do. */
  next(): this {
    const nextUs = this.fleet.nextUs()
    if (nextUs === Number.POSITIVE_INFINITY) throw new Error('the fleet has nothing to do')
    return this.at(nextUs)
  }

  /** Until a new request is out, through backoffs and work. */
  untilSent(): SentRequest {
    const before = this.requests.length
    while (this.requests.length === before) this.next()
    return this.last
  }

  get last(): SentRequest {
    const request = this.requests.at(-1)
    if (request === undefined) throw new Error('nothing was sent')
    return request
  }

  get lastUpdate(): UpdateRequest {
    if (this.last.operation !== 'update') throw new Error(`a ${this.last.operation} was sent`)
    return this.last.request as UpdateRequest
  }

  /** A thing goes online, with its subscription granted. */
  online(slot = 0): this {
    this.fleet.connect(slot, this.nowUs, this.nowUs)
    return this.comeOnline(slot)
  }

  /** The connection that the thing has asked for stands. */
  comeOnline(slot = 0): this {
    this.fleet.handshake(slot, this.nowUs, this.nowUs, undefined)
    this.fleet.connected(slot, this.nowUs)
    this.fleet.subscribed(slot, 1, 0, this.nowUs)
    return this
  }

  start(slot = 0): this {
    this.fleet.start(slot, this.nowUs, this.nowUs)
    return this
  }

  /** Answers the newest request of all. */
  answer(reply: Reply): this {
    const { slot, token } = this.last
    this.fleet.answered(slot, token, reply, this.nowUs)
    return this
  }

  notify(notification: JobsNotification, slot = 0): this {
    this.fleet.notified(slot, notification, this.nowUs)
    return this
  }

  /** Online and asked; the answer brings an execution, whose work begins. */
  working(jobId = 'job-1', executionNumber = 1): this {
    return this.online().start().answer(brings(jobId, executionNumber))
  }

  /** As far as the open terminal update (of a scenario with one progress update). */
  ending(jobId = 'job-1'): this {
    this.working(jobId)
    this.untilSent()
    this.answer(ACCEPTED)
    this.untilSent()
    return this
  }
}

export const ACCEPTED: Accepted = { kind: 'accepted' }

export function rejected(code: string, status?: ExecutionStatus): Rejected {
  const message = `it was ${code}`
  if (status === undefined) return { kind: 'rejected', code, message }
  return { kind: 'rejected', code, message, executionState: { status, versionNumber: 7 } }
}

export function execution(jobId: string, executionNumber: number, status: ExecutionStatus) {
  return { jobId, executionNumber, status, queuedAt: 1, lastUpdatedAt: 1, versionNumber: 2 }
}

export function brings(jobId: string, executionNumber = 1): Accepted {
  return { kind: 'accepted', execution: execution(jobId, executionNumber, 'IN_PROGRESS') }
}
