/** No item, no list. */
const NONE = -1
/** The list of the items that are sorted and about to come out. */
const OPEN = -2

const SLOTS_BITS = 12
const SLOTS = 1 << SLOTS_BITS
const SLOT_MASK = SLOTS - 1
/** Width of a bucket. Wider ones sort more, narrower ones leave more of them empty. */
const BUCKET_US = 256
/** Width of a page, 4,096 buckets or about a second. */
const PAGE_US = BUCKET_US * SLOTS

/** Lists: the buckets of the page that is turned to, the pages after it, and what lies beyond those
 *  (an hour ahead). */
const FIRST_PAGE = SLOTS
const FAR = 2 * SLOTS
const LISTS = 2 * SLOTS + 1

/** Up to here insertion beats the engine's sort. */
const INSERTION_MAX = 24

/**
 * Items by time. An item is a small number, its place in the columns of whoever uses this; it is in
 * the wheel at most once. Adding, removing and taking cost the same for ten items and for millions,
 * and what is removed leaves nothing behind.
 *
 * Times are sorted only when they are near: an item waits in the list of its page (a second), then of
 * its bucket (256 µs), and a bucket is sorted when its time has come. Time must not go back: nothing
 * may be added before what was last taken.
 */
export class TimeWheel {
  /** When to call `take`: perhaps too early, never too late. Infinity when it is empty. */
  nextUs = Number.POSITIVE_INFINITY

  readonly #isBefore: (one: number, other: number) => boolean
  #atUs: Float64Array
  /** Neighbours in the list, and which list it is. */
  #next: Int32Array
  #previous: Int32Array
  #list: Int16Array
  readonly #heads = new Int32Array(LISTS).fill(NONE)
  /** Not above the earliest time in the list. */
  readonly #floorUs = new Float64Array(LISTS).fill(Number.POSITIVE_INFINITY)
  /** A bit for each list that is not empty. */
  readonly #filled = new Int32Array(LISTS / 32 + 1)
  #inBuckets = 0
  #inPages = 0
  /** The last bucket that was opened, and the page turned to, both counted from time 0. */
  #bucket = 0
  #page = 0
  /** Items of the open bucket, sorted; those before `#position` are taken. */
  readonly #open: number[] = []
  #position = 0

  /** @param isBefore which of two items at the same time comes first. */
  constructor(capacity: number, isBefore: (one: number, other: number) => boolean) {
    this.#isBefore = isBefore
    this.#atUs = new Float64Array(capacity)
    this.#next = new Int32Array(capacity)
    this.#previous = new Int32Array(capacity)
    this.#list = new Int16Array(capacity).fill(NONE)
  }

  /** Makes room for more items. */
  grow(capacity: number): void {
    this.#atUs = copied(this.#atUs, new Float64Array(capacity))
    this.#next = copied(this.#next, new Int32Array(capacity))
    this.#previous = copied(this.#previous, new Int32Array(capacity))
    this.#list = copied(this.#list, new Int16Array(capacity).fill(NONE))
  }

  has(item: number): boolean {
    return this.#list[item] !== NONE
  }

  /** Of an item that is here, or the last that was. */
  atUs(item: number): number {
    return this.#atUs[item] as number
  }

  /** @param item not in the wheel, below the capacity. */
  add(item: number, atUs: number): void {
    this.#atUs[item] = atUs
    this.#place(item, atUs)
    if (atUs < this.nextUs) this.nextUs = atUs
  }

  /** Nothing happens when the item is not here. */
  remove(item: number): void {
    const list = this.#list[item] as number
    if (list === NONE) return
    if (list === OPEN) this.#open.splice(this.#open.indexOf(item, this.#position), 1)
    else this.#unlink(item, list)
    this.#list[item] = NONE
  }

  /** Takes the first item that is due, or -1. */
  take(nowUs: number): number {
    while (this.nextUs <= nowUs) {
      if (this.#position === this.#open.length) {
        this.#turn()
        continue
      }
      const item = this.#open[this.#position] as number
      const atUs = this.#atUs[item] as number
      if (atUs > nowUs) {
        this.nextUs = atUs
        return NONE
      }
      this.#position += 1
      this.#list[item] = NONE
      this.#foresee()
      return item
    }
    return NONE
  }

  #place(item: number, atUs: number): void {
    const bucket = Math.floor(atUs / BUCKET_US)
    if (bucket <= this.#bucket) {
      this.#insert(item)
      return
    }
    const page = Math.floor(bucket / SLOTS)
    if (page <= this.#page) this.#link(item, bucket & SLOT_MASK)
    else if (page < this.#page + SLOTS) this.#link(item, FIRST_PAGE + (page & SLOT_MASK))
    else this.#link(item, FAR)
  }

  /** Into the open bucket, at its place among those not taken yet. */
  #insert(item: number): void {
    this.#list[item] = OPEN
    this.#open.push(item)
    this.#sink(this.#open.length - 1, this.#position)
  }

  #link(item: number, list: number): void {
    const head = this.#heads[list] as number
    const atUs = this.#atUs[item] as number
    this.#list[item] = list
    this.#previous[item] = NONE
    this.#next[item] = head
    this.#heads[list] = item
    if (head === NONE)
      this.#filled[list >> 5] = (this.#filled[list >> 5] as number) | (1 << (list & 31))
    else this.#previous[head] = item
    if (atUs < (this.#floorUs[list] as number)) this.#floorUs[list] = atUs
    this.#count(list, 1)
  }

  #unlink(item: number, list: number): void {
    const next = this.#next[item] as number
    const previous = this.#previous[item] as number
    if (next !== NONE) this.#previous[next] = previous
    if (previous !== NONE) this.#next[previous] = next
    else this.#heads[list] = next
    if (this.#heads[list] === NONE) this.#empty(list)
    this.#count(list, -1)
  }

  #empty(list: number): void {
    this.#heads[list] = NONE
    this.#floorUs[list] = Number.POSITIVE_INFINITY
    this.#filled[list >> 5] = (this.#filled[list >> 5] as number) & ~(1 << (list & 31))
  }

  #count(list: number, difference: number): void {
    if (list < FIRST_PAGE) this.#inBuckets += difference
    else if (list < FAR) this.#inPages += difference
  }

  /** Sets `nextUs`. */
  #foresee(): void {
    const item = this.#open[this.#position]
    if (item !== undefined) this.nextUs = this.#atUs[item] as number
    else if (this.#inBuckets > 0) this.nextUs = this.#floorUs[this.#firstBucket()] as number
    else this.nextUs = Math.min(this.#pageFloorUs(), this.#floorUs[FAR] as number)
  }

  #pageFloorUs(): number {
    if (this.#inPages === 0) return Number.POSITIVE_INFINITY
    return this.#floorUs[FIRST_PAGE + this.#firstPage()] as number
  }

  /** Opens the next bucket, or turns to the page that has it. */
  #turn(): void {
    this.#open.length = 0
    this.#position = 0
    if (this.#inBuckets > 0) this.#openBucket(this.#firstBucket())
    else this.#turnPage()
    this.#foresee()
  }

  #openBucket(slot: number): void {
    this.#bucket = this.#page * SLOTS + slot
    for (let item = this.#heads[slot] as number; item !== NONE; item = this.#next[item] as number) {
      this.#list[item] = OPEN
      this.#open.push(item)
    }
    this.#inBuckets -= this.#open.length
    this.#empty(slot)
    this.#sort()
  }

  #turnPage(): void {
    const ahead = this.#inPages === 0 ? Number.POSITIVE_INFINITY : this.#pageAt(this.#firstPage())
    const far = Math.floor((this.#floorUs[FAR] as number) / PAGE_US)
    const page = Math.min(ahead, far)
    if (page === Number.POSITIVE_INFINITY) return
    this.#page = page
    this.#bucket = page * SLOTS - 1
    if (far <= page) this.#spread(FAR)
    this.#spread(FIRST_PAGE + (page & SLOT_MASK))
  }

  /** The page of this slot, counted from time 0. */
  #pageAt(slot: number): number {
    return this.#page + ((slot - this.#page) & SLOT_MASK)
  }

  /** Moves all items of a list to where they belong now. */
  #spread(list: number): void {
    let item = this.#heads[list] as number
    this.#empty(list)
    while (item !== NONE) {
      const next = this.#next[item] as number
      this.#count(list, -1)
      this.#place(item, this.#atUs[item] as number)
      item = next
    }
  }

  #firstBucket(): number {
    return this.#firstFilled(0, 0)
  }

  #firstPage(): number {
    return this.#firstFilled(FIRST_PAGE, (this.#page + 1) & SLOT_MASK)
  }

  /** The first slot from this one on, around the wheel, that has a list; there must be one. */
  #firstFilled(offset: number, from: number): number {
    const words = offset >> 5
    let word = from >> 5
    let bits = (this.#filled[words + word] as number) & (-1 << (from & 31))
    while (bits === 0) {
      word = (word + 1) & (SLOTS / 32 - 1)
      bits = this.#filled[words + word] as number
    }
    return (word << 5) + (31 - Math.clz32(bits & -bits))
  }

  #sort(): void {
    const items = this.#open
    if (items.length > INSERTION_MAX) {
      items.sort((one, other) => (this.#precedes(one, other) ? -1 : 1))
      return
    }
    for (let from = 1; from < items.length; from++) this.#sink(from, 0)
  }

  /** Lets the item at this position down to its place among those before it. */
  #sink(from: number, lowest: number): void {
    const items = this.#open
    const item = items[from] as number
    let at = from
    while (at > lowest && this.#precedes(item, items[at - 1] as number)) {
      items[at] = items[at - 1] as number
      at -= 1
    }
    items[at] = item
  }

  #precedes(one: number, other: number): boolean {
    const oneUs = this.#atUs[one] as number
    const otherUs = this.#atUs[other] as number
    return oneUs === otherUs ? this.#isBefore(one, other) : oneUs < otherUs
  }
}

function copied<Column extends Float64Array | Int32Array | Int16Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from)
  return to
}
