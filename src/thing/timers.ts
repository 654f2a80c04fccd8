import { TimeWheel } from '../clock/time-wheel.ts'

/** A thing has one timer of each kind at most; equal times go off by slot, then in this order. */
export const Timer = {
  /** The connection: waiting to connect or subscribe again, or for the answer to a subscribe. */
  connection: 0,
  /** The work in hand: a slice of work, a backoff, the pause before the next round. */
  work: 1,
  /** The next poll of a thing that hears no notifications. */
  poll: 2,
} as const
const KINDS = 3

/** The timers of all slots in one order. Request timeouts are not here: see `Attempts`. */
export class Timers {
  readonly #wheel: TimeWheel

  constructor(slots: number) {
    this.#wheel = new TimeWheel(slots * KINDS, (one, other) => one < other)
  }

  /** Replaces the deadline of this timer. */
  set(slot: number, timer: number, atUs: number): void {
    const item = slot * KINDS + timer
    this.#wheel.remove(item)
    this.#wheel.add(item, atUs)
  }

  clear(slot: number, timer: number): void {
    this.#wheel.remove(slot * KINDS + timer)
  }

  isSet(slot: number, timer: number): boolean {
    return this.#wheel.has(slot * KINDS + timer)
  }

  /** Infinity when none is set. */
  nextUs(): number {
    return this.#wheel.nextUs
  }

  /** Takes the first timer that has gone off; its slot and kind are read from it by `slotOf`, `kindOf`
   *  and `atUs`. @returns -1 when none is due. */
  take(nowUs: number): number {
    return this.#wheel.take(nowUs)
  }

  slotOf(taken: number): number {
    return Math.floor(taken / KINDS)
  }

  kindOf(taken: number): number {
    return taken % KINDS
  }

  atUs(taken: number): number {
    return this.#wheel.atUs(taken)
  }
}
