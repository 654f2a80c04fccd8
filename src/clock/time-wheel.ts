import { BitTree } from './bit-tree.ts'

/** No item, no list. */
const NONE = -1

/** The open page has a list for each of its microseconds. */
const SLOTS = 16_384
/** The pages ahead, a minute of them, have a list each. */
const PAGES = 4_096
const PAGE_MASK = PAGES - 1
/** Lists by number: slots, pages, and one for what lies beyond the pages. */
const FIRST_PAGE = SLOTS
const FAR = SLOTS + PAGES

/** A time of eight bytes, and from `Link.next` on three links of four. */
const NODE_BYTES = 24
const TIMES = NODE_BYTES / Float64Array.BYTES_PER_ELEMENT
const LINKS = NODE_BYTES / Int32Array.BYTES_PER_ELEMENT
const Link = { next: 2, previous: 3, list: 4 } as const
/** So many steps back are taken to put an item in order when it is added. */
const NEAR = 8

/**
 * Items by time. An item is a small number, its place in the columns of whoever uses this; it is in
 * the wheel at most once, and what is removed leaves nothing behind. Adding, removing and taking cost
 * the same for ten items and for millions. Time must not go back: nothing may be added before what
 * was last taken.
 *
 * An item waits in the list of its page (16.384 ms), and when that is opened in the list of its
 * microsecond, so that nothing but equal times is ever compared. Holding 100,000 items, a step costs
 * half of a binary heap's.
 */
export class TimeWheel {
  /** When to call `take`: perhaps too early, never too late. Infinity when it is empty. */
  nextUs = Number.POSITIVE_INFINITY

  readonly #isBefore: (one: number, other: number) => boolean
  /** Time and links of an item stand side by side, in `NODE_BYTES`: they are read together, and come
   *  with one access to memory. */
  #atUs = new Float64Array(0)
  /** `Link`s: neighbours in the list, and which list the item is in, or NONE. */
  #links = new Int32Array(0)

  /** First and last item of each list, in the order they were added. */
  readonly #heads = new Int32Array(FAR + 1).fill(NONE)
  readonly #tails = new Int32Array(FAR + 1).fill(NONE)
  /** Not above the earliest time in the list of a page. */
  readonly #floorUs = new Float64Array(FAR + 1).fill(Number.POSITIVE_INFINITY)
  /** 1: the items of this slot were not added in the order in which they are to come out. */
  readonly #unsorted = new Uint8Array(SLOTS)
  readonly #slots = new BitTree(SLOTS)
  readonly #pages = new BitTree(PAGES)
  /** The open page, counted from time 0. */
  #page = 0

  /** @param isBefore which of two items at the same time comes first. */
  constructor(capacity: number, isBefore: (one: number, other: number) => boolean) {
    this.#isBefore = isBefore
    const nodes = new ArrayBuffer(capacity * NODE_BYTES)
    this.#atUs = new Float64Array(nodes)
    this.#links = new Int32Array(nodes)
    this.#unlist(0, capacity)
  }

  /** Makes room for more items. */
  grow(capacity: number): void {
    const before = this.#links
    const nodes = new ArrayBuffer(capacity * NODE_BYTES)
    this.#atUs = new Float64Array(nodes)
    this.#links = new Int32Array(nodes)
    this.#links.set(before)
    this.#unlist(before.length / LINKS, capacity)
  }

  has(item: number): boolean {
    return this.#links[item * LINKS + Link.list] !== NONE
  }

  /** Of an item that is here, or the last that was. */
  atUs(item: number): number {
    return this.#atUs[item * TIMES] as number
  }

  /** @param item not in the wheel, below the capacity. @param atUs whole microseconds. */
  add(item: number, atUs: number): void {
    this.#atUs[item * TIMES] = atUs
    this.#place(item, atUs)
    if (atUs < this.nextUs) this.nextUs = atUs
  }

  /** Nothing happens when the item is not here. */
  remove(item: number): void {
    const list = this.#links[item * LINKS + Link.list] as number
    if (list === NONE) return
    this.#unlink(item, list)
    if ((this.#atUs[item * TIMES] as number) <= this.nextUs) this.#foresee()
  }

  /** Takes the first item that is due, or -1. */
  take(nowUs: number): number {
    while (this.nextUs <= nowUs) {
      const next = this.nextUs - this.#page * SLOTS
      const isKnown = next >= 0 && next < SLOTS && this.#heads[next] !== NONE
      const slot = isKnown ? next : this.#slots.first()
      if (slot < 0) {
        // What `nextUs` told of may have been removed: a page whose time has not come stays closed.
        this.#foresee()
        if (this.nextUs <= nowUs) this.#turn()
      } else if (this.#page * SLOTS + slot > nowUs) {
        this.nextUs = this.#page * SLOTS + slot
      } else {
        if (this.#unsorted[slot] === 1) this.#sort(slot)
        const item = this.#heads[slot] as number
        this.#unlink(item, slot)
        if (!isKnown || this.#heads[slot] === NONE) this.#foresee(slot)
        return item
      }
    }
    return NONE
  }

  #unlist(from: number, to: number): void {
    for (let item = from; item < to; item++) this.#links[item * LINKS + Link.list] = NONE
  }

  #place(item: number, atUs: number): void {
    const page = Math.floor(atUs / SLOTS)
    if (page <= this.#page) this.#enterSlot(item, Math.max(0, atUs - this.#page * SLOTS))
    else if (page < this.#page + PAGES) this.#enterPage(item, page & PAGE_MASK, atUs)
    else this.#link(item, FAR, atUs)
  }

  #enterSlot(item: number, slot: number): void {
    const tail = this.#tails[slot] as number
    if (tail !== NONE && this.#isBefore(item, tail)) {
      this.#enterBefore(item, slot, tail)
      return
    }
    if (tail === NONE) this.#slots.set(slot)
    this.#insert(item, slot, tail, NONE)
  }

  /** What comes out before the last is put where it belongs when that is near, and is left to the sorting else. */
  #enterBefore(item: number, slot: number, tail: number): void {
    const links = this.#links
    let next = tail
    for (let step = 0; step < NEAR; step++) {
      const previous = links[next * LINKS + Link.previous] as number
      if (previous === NONE || this.#isBefore(previous, item)) {
        this.#insert(item, slot, previous, next)
        return
      }
      next = previous
    }
    this.#unsorted[slot] = 1
    this.#insert(item, slot, tail, NONE)
  }

  #enterPage(item: number, page: number, atUs: number): void {
    if (this.#heads[FIRST_PAGE + page] === NONE) this.#pages.set(page)
    this.#link(item, FIRST_PAGE + page, atUs)
  }

  #link(item: number, list: number, atUs: number): void {
    if (atUs < (this.#floorUs[list] as number)) this.#floorUs[list] = atUs
    this.#insert(item, list, this.#tails[list] as number, NONE)
  }

  #insert(item: number, list: number, previous: number, next: number): void {
    const links = this.#links
    const at = item * LINKS
    links[at + Link.list] = list
    links[at + Link.next] = next
    links[at + Link.previous] = previous
    if (previous === NONE) this.#heads[list] = item
    else links[previous * LINKS + Link.next] = item
    if (next === NONE) this.#tails[list] = item
    else links[next * LINKS + Link.previous] = item
  }

  #unlink(item: number, list: number): void {
    const links = this.#links
    const at = item * LINKS
    const next = links[at + Link.next] as number
    links[at + Link.list] = NONE
    const previous = links[at + Link.previous] as number
    if (next === NONE && previous === NONE) {
      this.#empty(list)
      return
    }
    if (previous === NONE) this.#heads[list] = next
    else links[previous * LINKS + Link.next] = next
    if (next === NONE) this.#tails[list] = previous
    else links[next * LINKS + Link.previous] = previous
  }

  #empty(list: number): void {
    this.#heads[list] = NONE
    this.#tails[list] = NONE
    if (list < FIRST_PAGE) {
      this.#slots.clear(list)
      this.#unsorted[list] = 0
      return
    }
    this.#floorUs[list] = Number.POSITIVE_INFINITY
    if (list < FAR) this.#pages.clear(list - FIRST_PAGE)
  }

  /** @param from no slot before this one has anything. */
  #foresee(from = 0): void {
    const slot = this.#slots.firstFrom(from)
    if (slot >= 0) {
      this.nextUs = this.#page * SLOTS + slot
      return
    }
    const page = this.#pages.firstFrom((this.#page + 1) & PAGE_MASK)
    const farUs = this.#floorUs[FAR] as number
    this.nextUs = page < 0 ? farUs : Math.min(farUs, this.#floorUs[FIRST_PAGE + page] as number)
  }

  /** Opens the next page that has items. */
  #turn(): void {
    const farPage = Math.floor((this.#floorUs[FAR] as number) / SLOTS)
    const page = Math.min(this.#pageAhead(), farPage)
    if (page < Number.POSITIVE_INFINITY) {
      this.#page = page
      if (farPage <= page) this.#spread(FAR)
      this.#spread(FIRST_PAGE + (page & PAGE_MASK))
    }
    this.#foresee()
  }

  /** The next page with items that is not beyond the wheel, counted from time 0. */
  #pageAhead(): number {
    const from = (this.#page + 1) & PAGE_MASK
    const page = this.#pages.firstFrom(from)
    return page < 0 ? Number.POSITIVE_INFINITY : this.#page + 1 + ((page - from) & PAGE_MASK)
  }

  /** Moves all items of a list to where they belong now, in their order. */
  #spread(list: number): void {
    const head = this.#heads[list] as number
    if (head === NONE) return
    this.#empty(list)
    for (let item = head; item !== NONE; ) {
      const next = this.#links[item * LINKS + Link.next] as number
      this.#place(item, this.#atUs[item * TIMES] as number)
      item = next
    }
  }

  #sort(slot: number): void {
    const items: number[] = []
    while (this.#heads[slot] !== NONE) {
      const item = this.#heads[slot] as number
      this.#unlink(item, slot)
      items.push(item)
    }
    items.sort((one, other) => (this.#isBefore(one, other) ? -1 : 1))
    for (const item of items) this.#enterSlot(item, slot)
  }
}
