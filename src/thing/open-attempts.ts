/** In place of a slot: its attempt has ended. */
const ENDED = -1
/** In place of a place: the slot has no open attempt. */
const NONE = -1
const NEVER = Number.POSITIVE_INFINITY

/**
 * The open attempts of all slots, at most one each, the oldest first: with one timeout for all that is
 * also the order in which they time out. A ring, so that no neighbour is touched when one ends; what
 * has ended leaves its place empty, until the ring is full and is swept.
 */
export class OpenAttempts {
  /** By place in the ring. */
  readonly #slots = new Int32Array(0)
  readonly #deadlineUs = new Float64Array(0)
  /** By slot: its place in the ring. */
  readonly #places = new Int32Array(0)
  readonly #mask: number = 0
  /** Where the oldest stands, and where the next will: counted on for ever, cut to places by the mask. */
  #head = 0
  #tail = 0

  /** When the oldest times out; Infinity without any. */
  nextUs = NEVER

  constructor(slots: number) {
    let capacity = 2
    while (capacity < 2 * slots) capacity *= 2
    this.#slots = new Int32Array(capacity).fill(ENDED)
    this.#deadlineUs = new Float64Array(capacity)
    this.#places = new Int32Array(slots).fill(NONE)
    this.#mask = capacity - 1
  }

  /** The slot with the oldest attempt, or -1. */
  get first(): number {
    return this.#head === this.#tail ? NONE : (this.#slots[this.#head & this.#mask] as number)
  }

  /** @param slot without an open attempt. @param deadlineUs not before that of any other. */
  push(slot: number, deadlineUs: number): void {
    if (this.#tail - this.#head > this.#mask) this.#sweep()
    const place = this.#tail & this.#mask
    this.#slots[place] = slot
    this.#deadlineUs[place] = deadlineUs
    this.#places[slot] = place
    if (this.#head === this.#tail) this.nextUs = deadlineUs
    this.#tail += 1
  }

  /** Nothing happens when the slot has no open attempt. */
  remove(slot: number): void {
    const place = this.#places[slot] as number
    if (place === NONE) return
    this.#places[slot] = NONE
    this.#slots[place] = ENDED
    if (place === (this.#head & this.#mask)) this.#skip()
  }

  #skip(): void {
    const slots = this.#slots
    while (this.#head < this.#tail && slots[this.#head & this.#mask] === ENDED) this.#head += 1
    const isEmpty = this.#head === this.#tail
    if (isEmpty) {
      // So that the counts stay small numbers however long a run goes on.
      this.#head = 0
      this.#tail = 0
    }
    this.nextUs = isEmpty ? NEVER : (this.#deadlineUs[this.#head & this.#mask] as number)
  }

  /** Moves what is open together, to the front of the ring; it is half of it at most. */
  #sweep(): void {
    const mask = this.#mask
    let end = this.#head
    for (let at = this.#head; at < this.#tail; at++) {
      const slot = this.#slots[at & mask] as number
      if (slot === ENDED) continue
      this.#slots[at & mask] = ENDED
      const place = end & mask
      this.#slots[place] = slot
      this.#deadlineUs[place] = this.#deadlineUs[at & mask] as number
      this.#places[slot] = place
      end += 1
    }
    this.#tail = end
    const before = this.#head - (this.#head & mask)
    this.#head -= before
    this.#tail -= before
  }
}
