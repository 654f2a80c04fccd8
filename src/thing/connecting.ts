import { drawUnit, PURPOSE } from '../clock/draw.ts'
import type { RetryPolicy } from '../scenario/scenario.ts'
import { type FleetParts, globalOf, retryOf, rowOf } from './fleet-parts.ts'
import type { AttemptOutcome } from './ports.ts'
import { backoffUs, mayRetry } from './retry.ts'
import { Connection, WORD } from './thing-table.ts'
import { Timer } from './timers.ts'

/** As the official clients do it (protocol 6, CRT): full jitter from 1 s, for as long as the run lasts. */
const RECONNECT: RetryPolicy = {
  kind: 'full-jitter',
  baseUs: 1_000_000,
  capUs: 60_000_000,
  attempts: Number.POSITIVE_INFINITY,
}
/** A connection must have stood this long before the backoff starts over; else a thing that is kicked
 *  as soon as it is connected would hammer the service (protocol 9, reconnect storm). */
const STABLE_US = 30_000_000

/** Getting online and coming back: connect, subscribe, reconnect. */
export class Connecting {
  readonly #parts: FleetParts

  constructor(parts: FleetParts) {
    this.#parts = parts
  }

  connect(slot: number, dueUs: number, nowUs: number): void {
    const { table, effects, trace } = this.#parts
    if (table.connection[slot * WORD] !== Connection.none) return
    table.connects[slot] = (table.connects[slot] as number) + 1
    table.connectDueUs[slot] = dueUs
    table.openSinceUs[slot] = nowUs
    table.setConnection(slot, Connection.connecting)
    trace?.connecting(slot, dueUs, nowUs)
    effects.connect(slot)
  }

  /** One handshake has ended. Sockets beyond the first, which HTTP opens as it needs them, are due
   *  when they begin. */
  handshake(slot: number, beganUs: number, nowUs: number, failure: string | undefined): void {
    const { table, meter, trace } = this.#parts
    const plannedUs = table.connectDueUs[slot] as number
    const isFirst =
      table.connection[slot * WORD] === Connection.connecting && !Number.isNaN(plannedUs)
    const dueUs = isFirst ? plannedUs : beganUs
    table.connectDueUs[slot] = Number.NaN
    meter.issued('connect', dueUs, beganUs, false)
    const outcome = outcomeOf(failure)
    const code = outcome === 'rejected' ? failure : undefined
    meter.ended('connect', outcome, code, dueUs, beganUs, nowUs)
    trace?.issued(slot, 'connect', (table.connectFailures[slot] as number) + 1, dueUs, beganUs)
    trace?.ended(slot, 'connect', outcome, code, dueUs, beganUs, nowUs)
  }

  /** @returns true when the thing is online with this. */
  connected(slot: number, nowUs: number): boolean {
    const { table } = this.#parts
    if (table.connection[slot * WORD] !== Connection.connecting) return false
    table.onlineSinceUs[slot] = nowUs
    table.subscribeFailures[slot] = 0
    if (this.#filters(slot) === 0) return this.#online(slot)
    table.setConnection(slot, Connection.subscribing)
    this.#subscribe(slot, nowUs, nowUs)
    return false
  }

  /** @returns true when the thing is online with this. */
  subscribed(slot: number, granted: number, refused: number, nowUs: number): boolean {
    const { table, timers } = this.#parts
    if (table.connection[slot * WORD] !== Connection.subscribing) return false
    const asked = table.openFilters[slot] as number
    if (asked === 0) return false
    // Filters that the answer does not speak of were not granted.
    const accepted = Math.min(granted, asked)
    this.#endFilters(slot, accepted, 'accepted', undefined, nowUs)
    this.#endFilters(slot, asked - accepted, 'rejected', 'Refused', nowUs)
    timers.clear(slot, Timer.connection)
    if (accepted === asked && refused === 0) return this.#online(slot)
    this.#subscribeLater(slot, nowUs)
    return false
  }

  dropped(slot: number, cause: string, nowUs: number): void {
    const { table, meter, timers, trace, scenario } = this.#parts
    const connection = table.connection[slot * WORD]
    if (connection === Connection.none) return
    meter.dropped(cause)
    trace?.dropped(slot, cause, nowUs)
    const outcome = cause === 'timeout' ? 'timedOut' : 'lost'
    this.#endFilters(slot, table.openFilters[slot] as number, outcome, undefined, nowUs)
    const stood = connection === Connection.connecting ? 0 : nowUs - this.#onlineSince(slot)
    if (stood >= STABLE_US) table.connectFailures[slot] = 0
    const failures = (table.connectFailures[slot] as number) + 1
    table.connectFailures[slot] = failures
    table.setConnection(slot, Connection.none)
    const ordinal = table.connects[slot] as number
    const thing = globalOf(this.#parts, slot)
    const unit = drawUnit(scenario.seed, thing, ordinal, PURPOSE.reconnect, failures)
    const waitUs = backoffUs(RECONNECT, failures, unit)
    timers.set(slot, Timer.connection, nowUs + waitUs)
    trace?.waiting(slot, 'reconnect', nowUs + waitUs, nowUs)
  }

  /** The connection timer went off. */
  timer(slot: number, atUs: number, nowUs: number): void {
    const { table } = this.#parts
    const openFilters = table.openFilters[slot] as number
    if (table.connection[slot * WORD] === Connection.none) this.connect(slot, atUs, nowUs)
    if (table.connection[slot * WORD] !== Connection.subscribing) return
    if (openFilters === 0) {
      this.#subscribe(slot, atUs, nowUs)
    } else {
      this.#endFilters(slot, openFilters, 'timedOut', undefined, nowUs)
      this.#giveUp(slot, 'subscribe-timeout', nowUs)
    }
  }

  finish(slot: number, nowUs: number): void {
    const { table, timers, effects } = this.#parts
    this.#endHandshake(slot, nowUs)
    this.#endFilters(slot, table.openFilters[slot] as number, 'unanswered', undefined, nowUs)
    timers.clear(slot, Timer.connection)
    if (table.connection[slot * WORD] === Connection.none) return
    table.setConnection(slot, Connection.none)
    effects.close(slot)
  }

  /** A CONNECT that nobody has answered by the end. Over HTTP a socket is opened by its first request. */
  #endHandshake(slot: number, nowUs: number): void {
    const { table, meter, trace } = this.#parts
    const isOpen = table.connection[slot * WORD] === Connection.connecting
    const dueUs = table.connectDueUs[slot] as number
    if (!isOpen || Number.isNaN(dueUs) || table.http[slot * WORD] === 1) return
    const sentUs = table.openSinceUs[slot] as number
    table.connectDueUs[slot] = Number.NaN
    meter.issued('connect', dueUs, sentUs, false)
    meter.ended('connect', 'unanswered', undefined, dueUs, sentUs, nowUs)
    trace?.issued(slot, 'connect', (table.connectFailures[slot] as number) + 1, dueUs, sentUs)
    trace?.ended(slot, 'connect', 'unanswered', undefined, dueUs, sentUs, nowUs)
  }

  #online(slot: number): boolean {
    this.#parts.table.setConnection(slot, Connection.online)
    return true
  }

  #subscribe(slot: number, dueUs: number, nowUs: number): void {
    const { table, timers, effects, meter, trace, scenario } = this.#parts
    const filters = this.#filters(slot)
    table.openFilters[slot] = filters
    table.subscribeDueUs[slot] = dueUs
    table.openSinceUs[slot] = nowUs
    for (let filter = 0; filter < filters; filter++) meter.issued('subscribe', dueUs, nowUs, false)
    trace?.issued(slot, 'subscribe', (table.subscribeFailures[slot] as number) + 1, dueUs, nowUs)
    timers.set(slot, Timer.connection, nowUs + scenario.behaviour.requestTimeoutUs)
    effects.subscribe(slot)
  }

  #subscribeLater(slot: number, nowUs: number): void {
    const { table, timers, trace, scenario } = this.#parts
    const policy = retryOf(this.#parts, slot)
    const failures = (table.subscribeFailures[slot] as number) + 1
    table.subscribeFailures[slot] = failures
    if (!mayRetry(policy, failures)) {
      this.#giveUp(slot, 'subscribe-refused', nowUs)
      return
    }
    const thing = globalOf(this.#parts, slot)
    const ordinal = table.connects[slot] as number
    const unit = drawUnit(scenario.seed, thing, ordinal, PURPOSE.connect, failures)
    const waitUs = backoffUs(policy, failures, unit)
    timers.set(slot, Timer.connection, nowUs + waitUs)
    trace?.waiting(slot, 'resubscribe', nowUs + waitUs, nowUs)
  }

  #giveUp(slot: number, cause: string, nowUs: number): void {
    this.#parts.effects.close(slot)
    this.dropped(slot, cause, nowUs)
  }

  #endFilters(
    slot: number,
    filters: number,
    outcome: AttemptOutcome,
    code: string | undefined,
    nowUs: number,
  ): void {
    const { table, meter, trace } = this.#parts
    if (filters === 0) return
    const dueUs = table.subscribeDueUs[slot] as number
    const sentUs = table.openSinceUs[slot] as number
    table.openFilters[slot] = (table.openFilters[slot] as number) - filters
    for (let filter = 0; filter < filters; filter++) {
      meter.ended('subscribe', outcome, code, dueUs, sentUs, nowUs)
    }
    trace?.ended(slot, 'subscribe', outcome, code, dueUs, sentUs, nowUs)
  }

  #onlineSince(slot: number): number {
    return this.#parts.table.onlineSinceUs[slot] as number
  }

  #filters(slot: number): number {
    const { mix } = rowOf(this.#parts, slot)
    return mix.transport === 'http' ? 0 : mix.mqtt.subscribe.length
  }
}

function outcomeOf(failure: string | undefined): AttemptOutcome {
  if (failure === undefined) return 'accepted'
  if (failure === 'timeout') return 'timedOut'
  return isRefusal(failure) ? 'rejected' : 'lost'
}

/** A refusal is the service's own word, `connack-5` or the like; anything else came from a socket. */
function isRefusal(failure: string): boolean {
  return /^connack/i.test(failure)
}
