import type { FrontCounts } from './limit-counts.ts'

/** Something that leaves the stand-in at its time. */
export interface Departure {
  leave(nowUs: number): void
}

/** Far above what the quotas of an account could keep in the air; it bounds the memory. */
const LONGEST_LINE = 1_000_000

/**
 * Holds answers and notifications until they are due. Equal due times leave in the order in which
 * they came. A binary heap over parallel arrays: nothing is made for an item but the item.
 */
export class DelayLine {
  readonly #dueUs: number[] = []
  readonly #order: number[] = []
  readonly #items: Departure[] = []
  #arrivals = 0
  readonly #counts: FrontCounts

  constructor(counts: FrontCounts) {
    this.#counts = counts
  }

  /** An item that finds the line full is lost and counted, like a packet in a full router. */
  add(item: Departure, dueUs: number): void {
    if (this.#items.length >= LONGEST_LINE) {
      this.#counts.delayed += 1
      return
    }
    const order = this.#arrivals++
    let at = this.#items.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      // Whoever came earlier has the lower number, so equal times need no second look here.
      if ((this.#dueUs[parent] as number) <= dueUs) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, dueUs, order, item)
  }

  /** When the next item is due; Infinity when none is held. */
  nextUs(): number {
    return this.#dueUs[0] ?? Number.POSITIVE_INFINITY
  }

  /** Lets go whatever is due, in order. What that adds and is due already goes too. */
  advance(nowUs: number): void {
    while (this.nextUs() <= nowUs) this.#takeFirst().leave(nowUs)
  }

  #takeFirst(): Departure {
    const first = this.#items[0] as Departure
    const dueUs = this.#dueUs.pop() as number
    const order = this.#order.pop() as number
    const item = this.#items.pop() as Departure
    if (this.#items.length > 0) this.#sink(dueUs, order, item)
    return first
  }

  /** Puts an item in at the top and lets it down to its place. */
  #sink(dueUs: number, order: number, item: Departure): void {
    const size = this.#items.length
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#isBefore(child + 1, child)) child += 1
      const childUs = this.#dueUs[child] as number
      if (dueUs < childUs || (dueUs === childUs && order < (this.#order[child] as number))) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, dueUs, order, item)
  }

  #isBefore(one: number, other: number): boolean {
    const oneUs = this.#dueUs[one] as number
    const otherUs = this.#dueUs[other] as number
    if (oneUs !== otherUs) return oneUs < otherUs
    return (this.#order[one] as number) < (this.#order[other] as number)
  }

  #move(from: number, to: number): void {
    this.#put(
      to,
      this.#dueUs[from] as number,
      this.#order[from] as number,
      this.#items[from] as Departure,
    )
  }

  #put(at: number, dueUs: number, order: number, item: Departure): void {
    this.#dueUs[at] = dueUs
    this.#order[at] = order
    this.#items[at] = item
  }
}
