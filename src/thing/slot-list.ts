/** The end of a chain. */
const NONE = -1
/** In no chain. */
const ABSENT = -2

/**
 * Slots in the order in which they came, each at most once. Every operation costs the same whatever
 * the size, and a slot that leaves from the middle leaves nothing behind.
 */
export class SlotList {
  readonly #next: Int32Array
  readonly #previous: Int32Array
  #first = NONE
  #last = NONE
  #size = 0

  constructor(slots: number) {
    this.#next = new Int32Array(slots).fill(ABSENT)
    this.#previous = new Int32Array(slots).fill(ABSENT)
  }

  get size(): number {
    return this.#size
  }

  /** The slot that has been here longest, or -1. */
  get first(): number {
    return this.#first
  }

  has(slot: number): boolean {
    return this.#next[slot] !== ABSENT
  }

  /** Puts a slot last. One that is here keeps its place. */
  push(slot: number): void {
    if (this.has(slot)) return
    this.#next[slot] = NONE
    this.#previous[slot] = this.#last
    if (this.#last === NONE) this.#first = slot
    else this.#next[this.#last] = slot
    this.#last = slot
    this.#size += 1
  }

  /** Nothing happens when the slot is not here. */
  remove(slot: number): void {
    if (!this.has(slot)) return
    const next = this.#next[slot] as number
    const previous = this.#previous[slot] as number
    if (previous === NONE) this.#first = next
    else this.#next[previous] = next
    if (next === NONE) this.#last = previous
    else this.#previous[next] = previous
    this.#next[slot] = ABSENT
    this.#previous[slot] = ABSENT
    this.#size -= 1
  }
}
