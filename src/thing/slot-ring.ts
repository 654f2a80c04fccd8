/** In place of a slot: it has left. */
const LEFT = -1

/**
 * Slots in the order in which they came, each at most once. A ring, so that no neighbour is touched when
 * one leaves; that leaves its place empty, until the ring is full and is swept.
 */
export class SlotRing {
  /** More than the largest place. */
  readonly capacity: number = 0
  readonly #slots = new Int32Array(0)
  /** By slot, at every `#stride`-th place: one more than its place in the ring, or 0. */
  readonly #places: Uint32Array = new Uint32Array(0)
  readonly #stride: number = 1
  readonly #moved: ((from: number, to: number) => void) | undefined
  /** Where the first stands, and where the next will: counted on, and cut to places by the mask. */
  #head = 0
  #tail = 0
  #size = 0

  /**
   * @param places zeros, one for every `stride`-th number: a column of the table that has the slots.
   * @param moved is told of each slot that a sweep puts elsewhere, in the order of the ring.
   */
  constructor(
    slots: number,
    places: Uint32Array,
    stride: number,
    moved?: (from: number, to: number) => void,
  ) {
    let capacity = 2
    while (capacity < 2 * slots) capacity *= 2
    this.capacity = capacity
    this.#slots = new Int32Array(capacity).fill(LEFT)
    this.#places = places
    this.#stride = stride
    this.#moved = moved
  }

  get size(): number {
    return this.#size
  }

  /** The slot that has been here longest, or -1. */
  get first(): number {
    return this.#size === 0 ? -1 : (this.#slots[this.firstPlace] as number)
  }

  /** Where that stands, if there is one. */
  get firstPlace(): number {
    return this.#head & (this.capacity - 1)
  }

  has(slot: number): boolean {
    return this.#places[slot * this.#stride] !== 0
  }

  /** Puts a slot that is not here last. @returns its place, below `capacity`. */
  push(slot: number): number {
    if (this.#tail - this.#head === this.capacity) this.#sweep()
    const place = this.#tail & (this.capacity - 1)
    this.#slots[place] = slot
    this.#places[slot * this.#stride] = place + 1
    this.#tail += 1
    this.#size += 1
    return place
  }

  /** @returns false when the slot is not here. */
  remove(slot: number): boolean {
    const at = slot * this.#stride
    const place = (this.#places[at] as number) - 1
    if (place < 0) return false
    this.#places[at] = 0
    this.#slots[place] = LEFT
    this.#size -= 1
    if (place === this.firstPlace) this.#skip()
    return true
  }

  #skip(): void {
    if (this.#size === 0) {
      // So that the counts stay small numbers however long a run goes on.
      this.#head = 0
      this.#tail = 0
      return
    }
    const slots = this.#slots
    const mask = this.capacity - 1
    while (slots[this.#head & mask] === LEFT) this.#head += 1
  }

  /** Moves what is here together, to the front; it is half of the ring at most. */
  #sweep(): void {
    const mask = this.capacity - 1
    let end = this.#head
    for (let at = this.#head; at < this.#tail; at++) {
      const slot = this.#slots[at & mask] as number
      if (slot === LEFT) continue
      this.#slots[at & mask] = LEFT
      const place = end & mask
      this.#slots[place] = slot
      this.#places[slot * this.#stride] = place + 1
      this.#moved?.(at & mask, place)
      end += 1
    }
    this.#tail = end
    const before = this.#head - (this.#head & mask)
    this.#head -= before
    this.#tail -= before
  }
}
