import { drawUnit, PURPOSE } from '../clock/draw.ts'
import { OPERATIONS, type Operation, type Reply } from '../protocol/jobs.ts'
import { type FleetParts, globalOf, retryOf } from './fleet-parts.ts'
import { OpenAttempts } from './open-attempts.ts'
import type { AttemptOutcome } from './ports.ts'
import { DESCRIBE, RequestForms, START_NEXT, UPDATE } from './request-forms.ts'
import { backoffUs, isServiceFailure, mayRetry } from './retry.ts'
import { Activity, Request, TIME, WORD } from './thing-table.ts'
import { Timer } from './timers.ts'
import { TokenMemory } from './token-memory.ts'

/**
 * The one request of each thing and its attempts: when one is due, when it is issued, how it ends and
 * when the next is tried (design 5.2 to 5.4). What an answer means is not decided here.
 */
export class Attempts {
  readonly forms: RequestForms
  readonly #parts: FleetParts
  readonly #tokens: TokenMemory
  /** Attempts on their way. */
  readonly #open: OpenAttempts

  constructor(parts: FleetParts) {
    this.#parts = parts
    this.forms = new RequestForms(parts.table, parts.scenario)
    this.#tokens = new TokenMemory(parts.table)
    this.#open = new OpenAttempts(parts.table)
  }

  /** A new request with its first attempt. @param planned it is the first of a planned start. */
  begin(slot: number, operation: number, dueUs: number, planned: boolean, nowUs: number): void {
    const { table } = this.#parts
    table.operation[slot * WORD] = operation
    table.tries[slot * WORD] = 0
    table.unsure[slot * WORD] = 0
    this.#decide(slot, dueUs, planned, nowUs)
  }

  /** The backoff is over. */
  again(slot: number, atUs: number, nowUs: number): void {
    this.#decide(slot, atUs, false, nowUs)
  }

  /** The thing came online: what was decided before is sent, with the due time it has. */
  resume(slot: number, nowUs: number): void {
    if (this.#parts.table.request[slot * WORD] === Request.waiting) this.#send(slot, nowUs)
  }

  /** The bytes went to the socket. */
  sent(slot: number, token: number, nowUs: number): void {
    const { table, meter, trace } = this.#parts
    if (table.request[slot * WORD] !== Request.sending || token !== this.#tokens.last(slot)) return
    table.setRequest(slot, Request.sent)
    table.sentUs[slot * TIME] = nowUs
    const planned = table.planned[slot * WORD] === 1
    const operation = this.#operation(slot)
    const dueUs = table.dueUs[slot * TIME] as number
    meter.issued(operation, dueUs, nowUs, planned)
    trace?.issued(slot, operation, (table.tries[slot * WORD] as number) + 1, dueUs, nowUs)
  }

  /** Ends the attempt that this answers. @returns false for an answer that nobody waits for. */
  answered(slot: number, token: number | undefined, reply: Reply, nowUs: number): boolean {
    if (!this.#isOpen(slot) || token !== this.#tokens.last(slot)) {
      this.#parts.meter.stray(this.#tokens.judge(slot, token))
      return false
    }
    // An answer proves that the bytes went out, whatever the link has told so far.
    this.sent(slot, token, nowUs)
    this.#tokens.answer(slot)
    const outcome = this.#outcomeOf(slot, reply)
    const code = reply.kind === 'rejected' ? reply.code : undefined
    if (code !== undefined && (isServiceFailure(code) || code === 'Malformed')) {
      this.#parts.table.unsure[slot * WORD] = 1
    }
    this.#end(slot, outcome, outcome === 'rejected' ? code : undefined, nowUs)
    return true
  }

  /** Plans the next attempt. @returns false when there is none: the request is given up. */
  retry(slot: number, nowUs: number): boolean {
    const { table, timers, trace, scenario } = this.#parts
    const policy = retryOf(this.#parts, slot)
    const tries = (table.tries[slot * WORD] as number) + 1
    table.tries[slot * WORD] = tries
    if (!mayRetry(policy, tries)) return false
    const thing = globalOf(this.#parts, slot)
    // The first token of the request would do as well, but a lost answer must not shift the draws.
    const ordinal = (table.asks[slot * WORD] as number) * DRAWS_AN_ASK + this.#drawOf(slot)
    const unit = drawUnit(scenario.seed, thing, ordinal, PURPOSE.backoff, tries)
    table.setRequest(slot, Request.backoff)
    const waitUs = backoffUs(policy, tries, unit)
    timers.set(slot, Timer.work, nowUs + waitUs)
    trace?.waiting(slot, 'retry', nowUs + waitUs, nowUs)
    return true
  }

  /** When the first open attempt times out; Infinity without one. */
  nextUs(): number {
    return this.#open.nextUs
  }

  /** Ends one attempt whose time is over. @returns its slot, or -1 when there is none. */
  takeExpired(nowUs: number): number {
    const { table, effects, meter, trace } = this.#parts
    if (this.#open.nextUs > nowUs) return -1
    const slot = this.#open.first
    const wasSent = table.request[slot * WORD] === Request.sent
    if (wasSent) this.#endUnsure(slot, 'timedOut', nowUs)
    else this.#drop(slot, Request.none)
    effects.cancel(slot, this.#tokens.last(slot))
    // Nothing was written, so nothing was issued; it must still show somewhere.
    if (!wasSent) {
      meter.dropped('not-sent')
      trace?.dropped(slot, 'not-sent', nowUs)
    }
    return slot
  }

  /** The connection is gone. @returns true when an issued attempt went with it. */
  lost(slot: number, nowUs: number): boolean {
    const { request, planned } = this.#parts.table
    if (request[slot * WORD] === Request.sending) {
      this.#drop(slot, Request.waiting)
      // It was released in time: what it waits for from here on is the target, and that voids no plan.
      planned[slot * WORD] = 0
    }
    if (request[slot * WORD] !== Request.sent) return false
    this.#endUnsure(slot, 'lost', nowUs)
    return true
  }

  /** The run is over: an issued attempt stays unanswered, one that was not issued never was. */
  finish(slot: number, nowUs: number): void {
    const { table, timers } = this.#parts
    if (table.request[slot * WORD] === Request.sent) this.#endUnsure(slot, 'unanswered', nowUs)
    else this.#drop(slot, Request.none)
    timers.clear(slot, Timer.work)
  }

  #decide(slot: number, dueUs: number, planned: boolean, nowUs: number): void {
    const { table } = this.#parts
    table.dueUs[slot * TIME] = dueUs
    table.planned[slot * WORD] = planned ? 1 : 0
    if (table.isOnline(slot)) this.#send(slot, nowUs)
    else table.setRequest(slot, Request.waiting)
  }

  #send(slot: number, nowUs: number): void {
    const { table, effects, scenario } = this.#parts
    const token = this.#tokens.next(slot)
    table.setRequest(slot, Request.sending)
    this.#open.push(slot, nowUs + scenario.behaviour.requestTimeoutUs)
    effects.send(slot, this.#operation(slot), token, this.forms.request(slot))
  }

  #end(slot: number, outcome: AttemptOutcome, code: string | undefined, nowUs: number): void {
    const { table, meter, trace } = this.#parts
    const operation = this.#operation(slot)
    const dueUs = table.dueUs[slot * TIME] as number
    const sentUs = table.sentUs[slot * TIME] as number
    this.#drop(slot, Request.none)
    meter.ended(operation, outcome, code, dueUs, sentUs, nowUs)
    trace?.ended(slot, operation, outcome, code, dueUs, sentUs, nowUs)
  }

  #endUnsure(slot: number, outcome: AttemptOutcome, nowUs: number): void {
    this.#parts.table.unsure[slot * WORD] = 1
    this.#end(slot, outcome, undefined, nowUs)
  }

  #drop(slot: number, request: number): void {
    this.#open.remove(slot)
    this.#parts.table.setRequest(slot, request)
  }

  #isOpen(slot: number): boolean {
    const request = this.#parts.table.request[slot * WORD]
    return request === Request.sent || request === Request.sending
  }

  #operation(slot: number): Operation {
    return OPERATIONS[this.#parts.table.operation[slot * WORD] as number] ?? 'start-next'
  }

  #outcomeOf(slot: number, reply: Reply): AttemptOutcome {
    if (reply.kind === 'rejected') {
      return reply.code === 'RequestThrottled' ? 'throttled' : 'rejected'
    }
    const operation = this.#parts.table.operation[slot * WORD]
    const mayBeEmpty = operation === START_NEXT || operation === DESCRIBE
    return mayBeEmpty && reply.execution === undefined ? 'empty' : 'accepted'
  }

  /** Requests of one round draw apart from each other: asking first, then its updates; the update
   *  that begins what a look has found has the last. */
  #drawOf(slot: number): number {
    const { table } = this.#parts
    if (table.activity[slot * WORD] !== Activity.asking)
      return 1 + (table.step[slot * WORD] as number)
    return table.operation[slot * WORD] === UPDATE ? DRAWS_AN_ASK - 1 : 0
  }
}

/** More than a round can have requests: at most 1,000 progress updates are legal. */
const DRAWS_AN_ASK = 1024
