import { TimeWheel } from '../clock/time-wheel.ts'
import { LegQueue } from './leg-queue.ts'

/** What is delivered. Nothing but a number in a column; the driver knows what each one means. */
export type DeliveryKind = number

const FIRST_CAPACITY = 1_024

/**
 * Everything that is under way between the fleet and the service, in columns: no object and no
 * closure for a delivery. They come out by time, then by thing, then in the order they were put in.
 *
 * Most of it is on a leg of the one length that all legs have, and so comes out as it went in: that
 * stands in a queue of its own. Only what comes at the same time as something else is sorted.
 *
 * What is under way is bounded by what the things have asked for and the notifications of it; the
 * largest number ever is `mostUnderWay`.
 */
export class DeliveryQueue {
  readonly #legUs: number = 0
  readonly #legs = new LegQueue()
  readonly #wheel: TimeWheel
  #thing = new Uint32Array(FIRST_CAPACITY)
  #order = new Float64Array(FIRST_CAPACITY)
  #kind = new Uint8Array(FIRST_CAPACITY)
  #connection = new Uint32Array(FIRST_CAPACITY)
  #token = new Uint32Array(FIRST_CAPACITY)
  readonly #payload: unknown[] = []
  /** Places that are free, as a stack. */
  #free = new Uint32Array(FIRST_CAPACITY)
  #freeCount = 0
  #used = 0
  /** Counts up with each delivery that is put in. */
  #added = 0

  /** When to take the next: perhaps too early, never too late. Infinity when nothing is under way. */
  nextUs = Number.POSITIVE_INFINITY

  /** The delivery last taken. */
  thing = 0
  kind: DeliveryKind = 0
  /** Which of the thing's connections it belongs to. */
  connection = 0
  token = 0
  payload: unknown
  mostUnderWay = 0

  /** @param legUs how long a leg takes: what takes as long comes out as it went in. */
  constructor(legUs: number) {
    this.#legUs = legUs
    this.#wheel = new TimeWheel(FIRST_CAPACITY, (one, other) => this.#isBefore(one, other))
  }

  get size(): number {
    return this.#used - this.#freeCount
  }

  /** @param nowUs never less than before. */
  add(
    nowUs: number,
    afterUs: number,
    thing: number,
    kind: DeliveryKind,
    connection: number,
    token: number,
    payload: unknown,
  ): void {
    const place = this.#place()
    this.#thing[place] = thing
    this.#order[place] = this.#added
    this.#added += 1
    this.#kind[place] = kind
    this.#connection[place] = connection
    this.#token[place] = token
    this.#payload[place] = payload
    const atUs = nowUs + afterUs
    if (afterUs === this.#legUs) this.#legs.add(place, atUs)
    else this.#wheel.add(place, atUs)
    if (atUs < this.nextUs) this.nextUs = atUs
    if (this.size > this.mostUnderWay) this.mostUnderWay = this.size
  }

  /** Takes the next delivery that is due, if there is one; its members are this object's until the
   *  next call. */
  take(nowUs: number): boolean {
    const place = this.#takePlace(nowUs)
    const legUs = this.#legs.nextUs
    const wheelUs = this.#wheel.nextUs
    this.nextUs = legUs < wheelUs ? legUs : wheelUs
    if (place < 0) return false
    this.thing = this.#thing[place] as number
    this.kind = this.#kind[place] as number
    this.connection = this.#connection[place] as number
    this.token = this.#token[place] as number
    this.payload = this.#payload[place]
    this.#payload[place] = undefined
    this.#free[this.#freeCount] = place
    this.#freeCount += 1
    return true
  }

  #takePlace(nowUs: number): number {
    const legs = this.#legs
    if (legs.nextUs <= nowUs) {
      const isAlone = legs.nextUs < this.#wheel.nextUs && legs.nextUs < legs.afterNextUs
      if (isAlone) return legs.take()
      while (legs.nextUs <= nowUs) {
        const atUs = legs.nextUs
        this.#wheel.add(legs.take(), atUs)
      }
    }
    return this.#wheel.take(nowUs)
  }

  #isBefore(one: number, other: number): boolean {
    const oneThing = this.#thing[one] as number
    const otherThing = this.#thing[other] as number
    if (oneThing !== otherThing) return oneThing < otherThing
    return (this.#order[one] as number) < (this.#order[other] as number)
  }

  #place(): number {
    if (this.#freeCount > 0) {
      this.#freeCount -= 1
      return this.#free[this.#freeCount] as number
    }
    if (this.#used === this.#kind.length) this.#grow(2 * this.#used)
    this.#used += 1
    return this.#used - 1
  }

  #grow(capacity: number): void {
    this.#thing = longer(this.#thing, new Uint32Array(capacity))
    this.#order = longer(this.#order, new Float64Array(capacity))
    this.#kind = longer(this.#kind, new Uint8Array(capacity))
    this.#connection = longer(this.#connection, new Uint32Array(capacity))
    this.#token = longer(this.#token, new Uint32Array(capacity))
    this.#free = longer(this.#free, new Uint32Array(capacity))
    this.#wheel.grow(capacity)
  }
}

function longer<Column extends Uint8Array | Uint32Array | Float64Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from)
  return to
}
