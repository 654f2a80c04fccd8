/** No item. */
const NONE = -1
const BUCKET_BITS = 12
const BUCKETS = 1 << BUCKET_BITS
const BUCKET_MASK = BUCKETS - 1
const HALF_TURN = BUCKETS / 2
/** Width of a bucket; the wheel spans about a second. Wider ones sort more, narrower ones scan more. */
const BUCKET_US = 256
/** Above this many items a bucket is sorted by the engine. */
const INSERTION_MAX = 24

/**
 * A queue of items (small numbers) by time, then by key, then in the order they came. Time only goes
 * forward: nothing may be added before what was last taken.
 *
 * A wheel of buckets, each sorted when its time comes. What lies beyond the wheel waits in a list
 * without order, which is looked through every half turn.
 */
export class BucketWheel {
  /** When the next item is due; Infinity without one. */
  nextUs = Number.POSITIVE_INFINITY

  #atUs: Float64Array
  #key: Uint32Array
  #order: Float64Array
  /** Next item of the same bucket. */
  #chain: Int32Array
  readonly #heads = new Int32Array(BUCKETS).fill(NONE)
  /** A bit for each bucket that is not empty. */
  readonly #filled = new Uint32Array(BUCKETS / 32)
  #inWheel = 0
  /** The bucket whose items are in `#current`, sorted; `#position` is the next of them. */
  #bucket = 0
  /** The wheel holds buckets below this one: at most a turn ahead, at least half of one. */
  #limit = BUCKETS
  #current: number[] = []
  #position = 0
  #far: number[] = []
  #farUs = Number.POSITIVE_INFINITY
  #added = 0

  constructor(capacity: number) {
    this.#atUs = new Float64Array(capacity)
    this.#key = new Uint32Array(capacity)
    this.#order = new Float64Array(capacity)
    this.#chain = new Int32Array(capacity)
  }

  /** Makes room for more items. */
  grow(capacity: number): void {
    this.#atUs = copied(this.#atUs, new Float64Array(capacity))
    this.#key = copied(this.#key, new Uint32Array(capacity))
    this.#order = copied(this.#order, new Float64Array(capacity))
    this.#chain = copied(this.#chain, new Int32Array(capacity))
  }

  keyOf(item: number): number {
    return this.#key[item] as number
  }

  /** @param item not in the queue; below the capacity. @param atUs not before what was last taken. */
  add(item: number, atUs: number, key: number): void {
    this.#atUs[item] = atUs
    this.#key[item] = key
    this.#order[item] = this.#added
    this.#added += 1
    const bucket = Math.floor(atUs / BUCKET_US)
    if (bucket <= this.#bucket) this.#insert(item)
    else if (bucket < this.#limit) this.#put(item, bucket)
    else this.#putFar(item, atUs)
    if (atUs < this.nextUs) this.nextUs = atUs
  }

  /** The next item, which must exist. */
  take(): number {
    if (this.#position >= this.#current.length) this.#open(Math.floor(this.nextUs / BUCKET_US))
    const item = this.#current[this.#position] as number
    this.#position += 1
    const following = this.#current[this.#position]
    this.nextUs = following === undefined ? this.#nextBeyond() : (this.#atUs[following] as number)
    return item
  }

  /** Into the bucket that is open, at its place among those not taken yet. */
  #insert(item: number): void {
    let at = this.#current.length
    this.#current.push(item)
    while (at > this.#position && this.#isBefore(item, this.#current[at - 1] as number)) {
      this.#current[at] = this.#current[at - 1] as number
      at -= 1
    }
    this.#current[at] = item
  }

  #put(item: number, bucket: number): void {
    const at = bucket & BUCKET_MASK
    this.#chain[item] = this.#heads[at] as number
    this.#heads[at] = item
    this.#filled[at >> 5] = (this.#filled[at >> 5] as number) | (1 << (at & 31))
    this.#inWheel += 1
  }

  #putFar(item: number, atUs: number): void {
    this.#far.push(item)
    if (atUs < this.#farUs) this.#farUs = atUs
  }

  /** Turns the wheel to this bucket and sorts what is in it. */
  #open(bucket: number): void {
    this.#bucket = bucket
    this.#position = 0
    this.#current.length = 0
    const at = bucket & BUCKET_MASK
    for (let item = this.#heads[at] as number; item !== NONE; item = this.#chain[item] as number) {
      this.#current.push(item)
    }
    this.#inWheel -= this.#current.length
    this.#heads[at] = NONE
    this.#filled[at >> 5] = (this.#filled[at >> 5] as number) & ~(1 << (at & 31))
    // In half turns, so that the far list is not looked through for each bucket.
    const limit = (Math.floor(bucket / HALF_TURN) + 2) * HALF_TURN
    if (limit > this.#limit) this.#fetchFar(limit)
    this.#sort()
  }

  /** Brings in what has come within reach of the wheel. */
  #fetchFar(limit: number): void {
    this.#limit = limit
    if (this.#farUs >= limit * BUCKET_US) return
    const waiting = this.#far
    this.#far = []
    this.#farUs = Number.POSITIVE_INFINITY
    for (const item of waiting) {
      const atUs = this.#atUs[item] as number
      const bucket = Math.floor(atUs / BUCKET_US)
      if (bucket === this.#bucket) this.#current.push(item)
      else if (bucket < limit) this.#put(item, bucket)
      else this.#putFar(item, atUs)
    }
  }

  #sort(): void {
    const items = this.#current
    if (items.length > INSERTION_MAX) {
      items.sort((one, other) => (this.#isBefore(one, other) ? -1 : 1))
      return
    }
    for (let from = 1; from < items.length; from++) {
      const item = items[from] as number
      let at = from
      while (at > 0 && this.#isBefore(item, items[at - 1] as number)) {
        items[at] = items[at - 1] as number
        at -= 1
      }
      items[at] = item
    }
  }

  /** The earliest time behind the open bucket. */
  #nextBeyond(): number {
    if (this.#inWheel === 0) return this.#farUs
    const at = this.#nextFilled((this.#bucket + 1) & BUCKET_MASK)
    let nextUs = Number.POSITIVE_INFINITY
    for (let item = this.#heads[at] as number; item !== NONE; item = this.#chain[item] as number) {
      const atUs = this.#atUs[item] as number
      if (atUs < nextUs) nextUs = atUs
    }
    return nextUs
  }

  /** The first bucket that is not empty from this one on, around the wheel. */
  #nextFilled(from: number): number {
    let word = from >> 5
    let bits = (this.#filled[word] as number) & (-1 << (from & 31))
    while (bits === 0) {
      word = (word + 1) & (BUCKETS / 32 - 1)
      bits = this.#filled[word] as number
    }
    return (word << 5) + (31 - Math.clz32(bits & -bits))
  }

  #isBefore(one: number, other: number): boolean {
    const oneUs = this.#atUs[one] as number
    const otherUs = this.#atUs[other] as number
    if (oneUs !== otherUs) return oneUs < otherUs
    const oneKey = this.#key[one] as number
    const otherKey = this.#key[other] as number
    if (oneKey !== otherKey) return oneKey < otherKey
    return (this.#order[one] as number) < (this.#order[other] as number)
  }
}

function copied<Column extends Float64Array | Uint32Array | Int32Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from)
  return to
}
