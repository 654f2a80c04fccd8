import { DeadlineQueue } from '../clock/deadline-queue.ts'

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
  readonly #queue: DeadlineQueue
  readonly #due: (index: number, atUs: number) => void

  constructor(slots: number, due: (slot: number, timer: number, atUs: number) => void) {
    this.#queue = new DeadlineQueue(slots * KINDS)
    this.#due = (index, atUs) => {
      const slot = Math.floor(index / KINDS)
      due(slot, index - slot * KINDS, atUs)
    }
  }

  set(slot: number, timer: number, atUs: number): void {
    this.#queue.set(slot * KINDS + timer, atUs)
  }

  clear(slot: number, timer: number): void {
    this.#queue.clear(slot * KINDS + timer)
  }

  isSet(slot: number, timer: number): boolean {
    return this.#queue.at(slot * KINDS + timer) !== undefined
  }

  nextUs(): number | undefined {
    return this.#queue.nextUs()
  }

  /** Tells what is due, by time and then by slot. */
  advance(nowUs: number): void {
    this.#queue.advance(nowUs, this.#due)
  }
}
