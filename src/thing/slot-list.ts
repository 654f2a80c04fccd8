/** The end of a chain. */
const NONE = -1
/** In no chain. */
const ABSENT = -2

/**
 * Slots in the order in which they came, each at most once. Every operation costs the same whatever
 * the size, and a slot that leaves from the middle leaves nothing behind.
 */
export class SlotList {
  /** Next and previous of each slot, side by side. */
  readonly #links = new Int32Array(0)
  #first = NONE
  #last = NONE
  #size = 0

  constructor(slots: number) {
    this.#links = new Int32Array(2 * slots).fill(ABSENT)
  }

  get size(): number {
    return this.#size
  }

  /** The slot that has been here longest, or -1. */
  get first(): number {
    return this.#first
  }

  has(slot: number): boolean {
    return this.#links[2 * slot] !== ABSENT
  }

  /** Puts a slot last. One that is here keeps its place. */
  push(slot: number): void {
    if (this.has(slot)) return
    this.#links[2 * slot] = NONE
    this.#links[2 * slot + 1] = this.#last
    if (this.#last === NONE) this.#first = slot
    else this.#links[2 * this.#last] = slot
    this.#last = slot
    this.#size += 1
  }

  /** Nothing happens when the slot is not here. */
  remove(slot: number): void {
    if (!this.has(slot)) return
    const links = this.#links
    const next = links[2 * slot] as number
    const previous = links[2 * slot + 1] as number
    if (previous === NONE) this.#first = next
    else links[2 * previous] = next
    if (next === NONE) this.#last = previous
    else links[2 * next + 1] = previous
    links[2 * slot] = ABSENT
    this.#size -= 1
  }
}
