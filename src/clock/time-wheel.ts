import { BitTree } from './bit-tree.ts'

/** No item, no list. */
const NONE = -1

/** The open page has a list for each of its microseconds. */
const SLOTS = 4_096
/** The pages ahead, half a minute of them, have a list each. */
const PAGES = 8_192
const PAGE_MASK = PAGES - 1
/** Lists by number: slots, pages, and one for what lies beyond the pages. */
const FIRST_PAGE = SLOTS
const FAR = SLOTS + PAGES

/**
 * Items by time. An item is a small number, its place in the columns of whoever uses this; it is in
 * the wheel at most once, and what is removed leaves nothing behind. Adding, removing and taking cost
 * the same for ten items and for millions. Time must not go back: nothing may be added before what
 * was last taken.
 *
 * An item waits in the list of its page (4.096 ms), and when that is opened in the list of its
 * microsecond, so that nothing but equal times is ever compared. Holding 100,000 items, a step costs
 * half of a binary heap's.
 */
export class TimeWheel {
  /** When to call `take`: perhaps too early, never too late. Infinity when it is empty. */
  nextUs = Number.POSITIVE_INFINITY

  readonly #isBefore: (one: number, other: number) => boolean
  #atUs: Float64Array
  /** Which list the item is in, or NONE. */
  #list: Int16Array
  /** Neighbours in the list, which is a ring: before its first stands its last. */
  #next: Int32Array
  #previous: Int32Array

  /** First item of each list, in the order they were added. */
  readonly #heads = new Int32Array(FAR + 1).fill(NONE)
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
    this.#atUs = new Float64Array(capacity)
    this.#list = new Int16Array(capacity).fill(NONE)
    this.#next = new Int32Array(capacity)
    this.#previous = new Int32Array(capacity)
  }

  /** Makes room for more items. */
  grow(capacity: number): void {
    this.#atUs = copied(this.#atUs, new Float64Array(capacity))
    this.#list = copied(this.#list, new Int16Array(capacity).fill(NONE))
    this.#next = copied(this.#next, new Int32Array(capacity))
    this.#previous = copied(this.#previous, new Int32Array(capacity))
  }

  has(item: number): boolean {
    return this.#list[item] !== NONE
  }

  /** Of an item that is here, or the last that was. */
  atUs(item: number): number {
    return this.#atUs[item] as number
  }

  /** @param item not in the wheel, below the capacity. @param atUs whole microseconds. */
  add(item: number, atUs: number): void {
    this.#atUs[item] = atUs
    this.#place(item, atUs)
    if (atUs < this.nextUs) this.nextUs = atUs
  }

  /** Nothing happens when the item is not here. */
  remove(item: number): void {
    const list = this.#list[item] as number
    if (list === NONE) return
    this.#unlink(item, list)
    if ((this.#atUs[item] as number) <= this.nextUs) this.#foresee()
  }

  /** Takes the first item that is due, or -1. */
  take(nowUs: number): number {
    while (this.nextUs <= nowUs) {
      const slot = this.#slots.first()
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
        this.#foresee()
        return item
      }
    }
    return NONE
  }

  #place(item: number, atUs: number): void {
    const page = Math.floor(atUs / SLOTS)
    if (page <= this.#page) this.#enterSlot(item, Math.max(0, atUs - this.#page * SLOTS))
    else if (page < this.#page + PAGES) this.#enterPage(item, page & PAGE_MASK, atUs)
    else this.#link(item, FAR, atUs)
  }

  #enterSlot(item: number, slot: number): void {
    const head = this.#heads[slot] as number
    if (head === NONE) this.#slots.set(slot)
    else if (this.#isBefore(item, this.#previous[head] as number)) this.#unsorted[slot] = 1
    this.#append(item, slot, head)
  }

  #enterPage(item: number, page: number, atUs: number): void {
    if (this.#heads[FIRST_PAGE + page] === NONE) this.#pages.set(page)
    this.#link(item, FIRST_PAGE + page, atUs)
  }

  #link(item: number, list: number, atUs: number): void {
    if (atUs < (this.#floorUs[list] as number)) this.#floorUs[list] = atUs
    this.#append(item, list, this.#heads[list] as number)
  }

  #append(item: number, list: number, head: number): void {
    this.#list[item] = list
    if (head === NONE) {
      this.#heads[list] = item
      this.#next[item] = item
      this.#previous[item] = item
      return
    }
    const last = this.#previous[head] as number
    this.#next[last] = item
    this.#previous[item] = last
    this.#next[item] = head
    this.#previous[head] = item
  }

  #unlink(item: number, list: number): void {
    const next = this.#next[item] as number
    this.#list[item] = NONE
    if (next === item) {
      this.#empty(list)
      return
    }
    const previous = this.#previous[item] as number
    this.#next[previous] = next
    this.#previous[next] = previous
    if (this.#heads[list] === item) this.#heads[list] = next
  }

  #empty(list: number): void {
    this.#heads[list] = NONE
    if (list < FIRST_PAGE) {
      this.#slots.clear(list)
      this.#unsorted[list] = 0
      return
    }
    this.#floorUs[list] = Number.POSITIVE_INFINITY
    if (list < FAR) this.#pages.clear(list - FIRST_PAGE)
  }

  #foresee(): void {
    const slot = this.#slots.first()
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
    const last = this.#previous[head] as number
    this.#empty(list)
    for (let item = head; ; ) {
      const next = this.#next[item] as number
      this.#place(item, this.#atUs[item] as number)
      if (item === last) return
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

function copied<Column extends Float64Array | Int32Array | Int16Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from)
  return to
}
