import { SlotRing } from './slot-ring.ts'
import { type ThingTable, WORD } from './thing-table.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * The open attempts of all slots, at most one each, the oldest first: with one timeout for all that is
 * also the order in which they time out.
 */
export class OpenAttempts {
  readonly #ring: SlotRing
  /** By place in the ring. */
  readonly #deadlineUs = new Float64Array(0)

  /** When the oldest times out; Infinity without any. */
  nextUs = NEVER

  constructor({ size, openPlace }: Pick<ThingTable, 'size' | 'openPlace'>) {
    this.#ring = new SlotRing(size, openPlace, WORD, (from, to) => {
      this.#deadlineUs[to] = this.#deadlineUs[from] as number
    })
    this.#deadlineUs = new Float64Array(this.#ring.capacity)
  }

  /** The slot with the oldest attempt, or -1. */
  get first(): number {
    return this.#ring.first
  }

  /** @param slot without an open attempt. @param deadlineUs not before that of any other. */
  push(slot: number, deadlineUs: number): void {
    this.#deadlineUs[this.#ring.push(slot)] = deadlineUs
    if (this.#ring.size === 1) this.nextUs = deadlineUs
  }

  /** Nothing happens when the slot has no open attempt. */
  remove(slot: number): void {
    if (!this.#ring.remove(slot)) return
    const isEmpty = this.#ring.size === 0
    this.nextUs = isEmpty ? NEVER : (this.#deadlineUs[this.#ring.firstPlace] as number)
  }
}
