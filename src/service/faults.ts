import { drawUnit, HIGHEST_UNIT, PURPOSE } from '../clock/draw.ts'
import { logNormal, Z_P99 } from '../clock/law.ts'
import type { Fault, FaultKind, LatencyLaw } from '../protocol/admin.ts'
import { grown } from './growing.ts'

/** What happens to a request and its answer on their way. */
export interface Fate {
  /** From the arrival of the request to the departure of the answer. */
  delayUs: number
  /** The service never sees it. */
  requestLost: boolean
  replyLost: boolean
  /** The answer is sent twice. */
  duplicated: boolean
  /** The connection goes in place of the answer. */
  connectionLost: boolean
  /** The service refuses with InternalError. */
  internalError: boolean
}

/** Latency and mishaps as stateless draws: equal (thing, ordinal) of equal seeds meet equal fates. */
export class Fates {
  readonly #seed: number = 0
  readonly #faults: readonly Fault[]
  readonly #latencyUs: (unit: number) => number
  /** From the arrival of a request to the departure of its answer, at most. */
  readonly longestDelayUs: number = 0
  /** By thing: how many requests, and how many notifications, have been drawn for. */
  #requests: Uint32Array = new Uint32Array(0)
  #notifications: Uint32Array = new Uint32Array(0)
  #requestsOfStrangers = 0
  #begunUs = Number.POSITIVE_INFINITY
  readonly #fate: Fate = {
    delayUs: 0,
    requestLost: false,
    replyLost: false,
    duplicated: false,
    connectionLost: false,
    internalError: false,
  }

  constructor(seed: number, latency: LatencyLaw, faults: readonly Fault[], things: number) {
    this.#seed = seed
    this.#requests = new Uint32Array(things)
    this.#notifications = new Uint32Array(things)
    this.#faults = faults
    this.#latencyUs = logNormal(latency.medianUs, latency.p99Us, Z_P99)
    this.longestDelayUs = this.#latencyUs(HIGHEST_UNIT)
  }

  /** Windows count from here. Before it there is latency, but no fault. */
  begin(nowUs: number): void {
    this.#begunUs = nowUs
  }

  /** Makes room for more things. */
  grow(things: number): void {
    this.#requests = grown(this.#requests, things)
    this.#notifications = grown(this.#notifications, things)
  }

  /**
   * For the next request of the thing.
   *
   * @param thing undefined for a name that the service does not know.
   * @returns the same object each time, valid until the next call.
   */
  ofRequest(thing: number | undefined, nowUs: number): Readonly<Fate> {
    return thing === undefined
      ? this.#draw(STRANGER, this.#requestsOfStrangers++, nowUs)
      : this.#draw(thing, countUp(this.#requests, thing), nowUs)
  }

  #draw(thing: number, ordinal: number, nowUs: number): Readonly<Fate> {
    const fate = this.#fate
    fate.delayUs = this.#latencyUs(drawUnit(this.#seed, thing, ordinal, PURPOSE.latency, 0))
    if (this.#faults.length === 0) return fate
    fate.requestLost = this.#hits('lost-request', thing, ordinal, nowUs)
    fate.replyLost = this.#hits('lost-reply', thing, ordinal, nowUs)
    fate.duplicated = this.#hits('duplicate-reply', thing, ordinal, nowUs)
    fate.connectionLost = this.#hits('lost-connection', thing, ordinal, nowUs)
    fate.internalError = this.#hits('internal-error', thing, ordinal, nowUs)
    return fate
  }

  /** How much later the next notification of the thing leaves; 0 when no fault hits it. */
  notificationDelayUs(thing: number, nowUs: number): number {
    if (this.#faults.length === 0) return 0
    const ordinal = countUp(this.#notifications, thing)
    let delayUs = 0
    this.#faults.forEach((fault, at) => {
      if (fault.kind === 'delayed-notification' && this.#strikes(fault, at, thing, ordinal, nowUs))
        delayUs = Math.max(delayUs, fault.byUs)
    })
    return delayUs
  }

  #hits(kind: FaultKind, thing: number, ordinal: number, nowUs: number): boolean {
    return this.#faults.some(
      (fault, at) => fault.kind === kind && this.#strikes(fault, at, thing, ordinal, nowUs),
    )
  }

  /** @param at which fault of the scenario: each has draws of its own. */
  #strikes(fault: Fault, at: number, thing: number, ordinal: number, nowUs: number): boolean {
    const sinceUs = nowUs - this.#begunUs - fault.fromUs
    if (!(sinceUs >= 0 && sinceUs < fault.forUs)) return false
    return drawUnit(this.#seed, thing, ordinal, PURPOSE.fault, at) * 100 < fault.sharePercent
  }
}

/** In place of a thing index. */
const STRANGER = -1

function countUp(counts: Uint32Array, thing: number): number {
  const count = counts[thing] ?? 0
  counts[thing] = count + 1
  return count
}
