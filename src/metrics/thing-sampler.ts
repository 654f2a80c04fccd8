import { EventRings } from './event-rings.ts'
import { KeepLimits, type KeptCount } from './keep-limits.ts'
import {
  type AttemptOutcome,
  type ExecutionEvent,
  eventAt,
  JOBS_OPERATIONS,
  METERED_OPERATIONS,
  type MeteredOperation,
  meteredAt,
  OUTCOMES,
  outcomeAt,
} from './series.ts'
import { SlowestAttempts } from './slowest-attempts.ts'
import type { ThingTimeline } from './thing-timeline.ts'
import { cutEvents, EVENT } from './timeline-cut.ts'

/** Things of one worker that are remembered at once; about 15 MB when all of them are in use. */
const MOST_BUSY = 16_384

export interface SlotTimeline extends ThingTimeline {
  readonly slot: number
}

/** What was met and what was not kept, since the run began. */
export interface SamplerLimits {
  readonly reasons: Readonly<Record<string, KeptCount>>
  /** Times a thing had something to do and there was no memory for it. */
  readonly crowdedOut: number
}

/**
 * Keeps what single things sent and saw, where it is worth keeping: every failed attempt up to a limit
 * for each kind of failure, each execution that is stuck, in doubt, or ended by the service, and what
 * was slowest. It fits the `FleetTrace` of `thing/ports.ts`. A thing with nothing in hand has no memory
 * here; one that is busy borrows a ring, and a ring in which nothing happened is given back unread.
 */
export class ThingSampler {
  readonly #rings = new EventRings(MOST_BUSY)
  readonly #limits = new KeepLimits()
  readonly #slowest: SlowestAttempts
  readonly #keepsAll: boolean
  /** By slot: its ring, or -1. */
  readonly #ringOf: Int32Array
  /** By ring: its slot. */
  readonly #slotOf = new Int32Array(MOST_BUSY)
  /** By ring: why it is kept; undefined as long as it is not. */
  readonly #why: (string[] | undefined)[] = []
  readonly #state = new Uint8Array(MOST_BUSY)
  /** By ring: the timeline's id, once it has been told. */
  readonly #ids = new Int32Array(MOST_BUSY)
  /** Rings to be told, or told as they stood. By ring: whether it is one of them. */
  #kept: number[] = []
  readonly #isKept = new Uint8Array(MOST_BUSY)
  #told = 0
  #crowdedOut = 0

  /** @param options.keepsAll every timeline is kept, for runs of a few things. */
  constructor(slots: number, options: { readonly keepsAll?: boolean } = {}) {
    this.#ringOf = new Int32Array(slots).fill(-1)
    this.#keepsAll = options.keepsAll ?? false
    this.#slowest = new SlowestAttempts(METERED_OPERATIONS.length, (ring) => this.#release(ring))
  }

  connecting(slot: number, dueUs: number, nowUs: number): void {
    if (this.#ringOf[slot] === -1) this.#open(slot)
    this.#note(slot, EVENT.connect, 0, 0, nowUs, dueUs, undefined)
  }

  asking(slot: number, dueUs: number, planned: boolean, nowUs: number): void {
    this.rested(slot)
    this.#open(slot)
    this.#note(slot, EVENT.ask, planned ? 1 : 0, 0, nowUs, dueUs, undefined)
  }

  issued(
    slot: number,
    operation: MeteredOperation,
    attempt: number,
    dueUs: number,
    sentUs: number,
  ): void {
    const at = meteredAt(operation)
    this.#note(slot, EVENT.send, at, attempt, sentUs, dueUs, undefined)
  }

  ended(
    slot: number,
    operation: MeteredOperation,
    outcome: AttemptOutcome,
    code: string | undefined,
    dueUs: number,
    sentUs: number,
    endUs: number,
  ): void {
    const at = meteredAt(operation)
    const how = outcomeAt(outcome)
    this.#note(slot, EVENT.end, at, how, endUs, sentUs, code)
    if (how > LAST_GOOD) {
      const reason = FAILURES[at]?.[how] ?? outcome
      this.#keep(slot, code === undefined ? reason : `${reason} ${code}`)
    } else if (at < JOBS_OPERATIONS.length) {
      this.#slowest.offer(at, endUs - dueUs, this.#ringOf[slot] as number)
    }
  }

  waiting(slot: number, what: string, untilUs: number, nowUs: number): void {
    this.#note(slot, EVENT.wait, 0, 0, nowUs, untilUs, what)
  }

  working(slot: number, untilUs: number, nowUs: number): void {
    this.#note(slot, EVENT.work, 0, 0, nowUs, untilUs, undefined)
  }

  execution(
    slot: number,
    event: ExecutionEvent,
    jobId: string | undefined,
    executionNumber: number,
    nowUs: number,
  ): void {
    const at = eventAt(event)
    this.#note(slot, EVENT.execution, 0, at, nowUs, executionNumber, jobId)
    if (event === 'stuck') this.#keep(slot, 'stuck')
    else if (event === 'timedOut' || event === 'canceled') {
      this.#keep(slot, event === 'timedOut' ? 'execution timedOut' : 'execution canceled')
    }
  }

  doubtful(slot: number, wanted: string, nowUs: number): void {
    this.#note(slot, EVENT.doubt, 0, 0, nowUs, 0, wanted)
    this.#keep(slot, 'disputed')
  }

  dropped(slot: number, cause: string, nowUs: number): void {
    if (this.#ringOf[slot] === -1) this.#open(slot)
    this.#note(slot, EVENT.drop, 0, 0, nowUs, 0, cause)
    this.#keep(slot, `dropped ${cause}`)
  }

  /** The thing has nothing in hand: what is kept of it is whole, the rest is forgotten. */
  rested(slot: number): void {
    const ring = this.#ringOf[slot] as number
    if (ring < 0) return
    this.#ringOf[slot] = -1
    this.#state[ring] = State.closed
    this.#release(ring)
  }

  /**
   * What is to be written down, at the end of each interval. A thing that is still at it is told once
   * as it stands, so that a crash keeps it, and again when it has ended.
   *
   * @param zeroUs what times count from.
   * @param isLast tells what was slowest although its time is not over.
   */
  take(zeroUs: number, isLast = false): SlotTimeline[] {
    for (const [operation, ring] of this.#slowest.take(isLast)) this.#keepSlowest(operation, ring)
    const timelines: SlotTimeline[] = []
    const open: number[] = []
    for (const ring of this.#kept) {
      const hasEnded = this.#state[ring] === State.closed
      if (hasEnded || this.#ids[ring] === 0) timelines.push(this.#cut(ring, hasEnded, zeroUs))
      if (!hasEnded) {
        open.push(ring)
        continue
      }
      this.#isKept[ring] = 0
      this.#release(ring)
    }
    this.#kept = open
    return timelines
  }

  get limits(): SamplerLimits {
    return { reasons: this.#limits.counts, crowdedOut: this.#crowdedOut }
  }

  #open(slot: number): void {
    const ring = this.#rings.take()
    if (ring < 0) {
      this.#crowdedOut += 1
      return
    }
    this.#ringOf[slot] = ring
    this.#slotOf[ring] = slot
    this.#state[ring] = State.open
    this.#ids[ring] = 0
    if (this.#keepsAll) {
      this.#limits.note('replayed')
      this.#keepFor(ring, 'replayed')
    }
  }

  #note(
    slot: number,
    kind: number,
    one: number,
    other: number,
    atUs: number,
    number: number,
    text: string | undefined,
  ): void {
    const ring = this.#ringOf[slot] as number
    if (ring >= 0) this.#rings.add(ring, kind, one, other, atUs, number, text)
  }

  #keep(slot: number, reason: string): void {
    const ring = this.#ringOf[slot] as number
    if (ring < 0) return
    const why = this.#why[ring]
    if (why?.includes(reason)) return
    const admitted = this.#limits.admit(reason, why !== undefined)
    if (admitted !== undefined) this.#keepFor(ring, admitted)
  }

  /** Its window has its own limit, so the limits of failures do not hold for it. */
  #keepSlowest(operation: number, ring: number): void {
    const reason = `slowest ${METERED_OPERATIONS[operation]}`
    this.#limits.note(reason)
    this.#keepFor(ring, reason)
  }

  #keepFor(ring: number, reason: string): void {
    const why = this.#why[ring]
    if (why === undefined) this.#why[ring] = [reason]
    else if (!why.includes(reason)) why.push(reason)
    if (this.#isKept[ring] === 1) return
    this.#isKept[ring] = 1
    this.#kept.push(ring)
  }

  #cut(ring: number, ended: boolean, zeroUs: number): SlotTimeline {
    if (this.#ids[ring] === 0) {
      this.#told += 1
      this.#ids[ring] = this.#told
    }
    return {
      slot: this.#slotOf[ring] as number,
      id: this.#ids[ring] as number,
      why: [...(this.#why[ring] ?? [])],
      ended,
      leftOut: this.#rings.leftOut(ring),
      events: cutEvents(this.#rings, ring, zeroUs),
    }
  }

  /** Gives back a ring that nobody will read. */
  #release(ring: number): void {
    const isWanted = this.#isKept[ring] === 1 || this.#slowest.holds(ring)
    if (this.#state[ring] !== State.closed || isWanted) return
    this.#state[ring] = State.free
    this.#why[ring] = undefined
    this.#rings.giveBack(ring)
  }
}

const State = { free: 0, open: 1, closed: 2 } as const

/** accepted and empty come first in `OUTCOMES`, and the four Jobs operations in theirs. */
const LAST_GOOD = OUTCOMES.indexOf('empty')

/** By operation and outcome, so that a failure builds no text. */
const FAILURES = METERED_OPERATIONS.map((operation) =>
  OUTCOMES.map((outcome) => `${operation} ${outcome}`),
)
