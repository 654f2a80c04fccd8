const FIRST_CAPACITY = 1_024
const NEVER = Number.POSITIVE_INFINITY

/** Items by time that come out in the order they went in: a ring, that doubles when full. */
export class LegQueue {
  #items = new Uint32Array(FIRST_CAPACITY)
  #atUs = new Float64Array(FIRST_CAPACITY)
  #mask = FIRST_CAPACITY - 1
  #head = 0
  #size = 0

  /** When the next is due; Infinity when there is none. */
  nextUs = NEVER

  /** When the one after the next is due; Infinity when there is none. */
  get afterNextUs(): number {
    return this.#size > 1 ? (this.#atUs[(this.#head + 1) & this.#mask] as number) : NEVER
  }

  /** @param atUs not before that of any that was added. */
  add(item: number, atUs: number): void {
    if (this.#size > this.#mask) this.#grow()
    const at = (this.#head + this.#size) & this.#mask
    this.#items[at] = item
    this.#atUs[at] = atUs
    if (this.#size === 0) this.nextUs = atUs
    this.#size += 1
  }

  /** The next item, of which there must be one. */
  take(): number {
    const item = this.#items[this.#head] as number
    this.nextUs = this.afterNextUs
    this.#head = (this.#head + 1) & this.#mask
    this.#size -= 1
    return item
  }

  #grow(): void {
    const capacity = 2 * this.#size
    const items = new Uint32Array(capacity)
    const atUs = new Float64Array(capacity)
    for (let place = 0; place < this.#size; place++) {
      const at = (this.#head + place) & this.#mask
      items[place] = this.#items[at] as number
      atUs[place] = this.#atUs[at] as number
    }
    this.#items = items
    this.#atUs = atUs
    this.#head = 0
    this.#mask = capacity - 1
  }
}
