/** Of a ring the first events are always kept, because a story has a beginning … */
const FIRST_EVENTS = 8
/** … and of the rest the newest. */
const RING_EVENTS = 32
/** Rings are made so many at a time, when they are first needed. */
const CHUNK_RINGS = 256

interface Chunk {
  readonly kinds: Uint8Array
  readonly ones: Uint8Array
  readonly others: Uint32Array
  readonly atUs: Float64Array
  readonly numbers: Float64Array
  readonly texts: (string | undefined)[]
}

/** One event as it is stored; its kind says what the rest means. */
export interface RingEvent {
  readonly kind: number
  readonly one: number
  readonly other: number
  readonly atUs: number
  readonly number: number
  readonly text: string | undefined
}

/**
 * Short memories for things that are busy: of each a fixed number of events, about 1 KB, used again
 * and again. Noting an event allocates nothing.
 */
export class EventRings {
  /** How many rings there may be; above it `take` has none. */
  readonly limit: number
  readonly #chunks: Chunk[] = []
  readonly #free: number[] = []
  /** Events noted since the ring was taken. */
  readonly #counts: Uint32Array

  constructor(limit: number) {
    this.limit = limit
    this.#counts = new Uint32Array(limit)
  }

  /** How many exist, free ones included. */
  get made(): number {
    return Math.min(this.limit, this.#chunks.length * CHUNK_RINGS)
  }

  /** @returns a ring without events, or -1 when all are in use. */
  take(): number {
    if (this.#free.length === 0) this.#make()
    const ring = this.#free.pop() ?? -1
    if (ring >= 0) this.#counts[ring] = 0
    return ring
  }

  giveBack(ring: number): void {
    this.#free.push(ring)
  }

  add(
    ring: number,
    kind: number,
    one: number,
    other: number,
    atUs: number,
    number: number,
    text: string | undefined,
  ): void {
    const count = this.#counts[ring] as number
    this.#counts[ring] = count + 1
    const chunk = this.#chunks[Math.floor(ring / CHUNK_RINGS)] as Chunk
    const at = (ring % CHUNK_RINGS) * RING_EVENTS + placeOf(count)
    chunk.kinds[at] = kind
    chunk.ones[at] = one
    chunk.others[at] = other
    chunk.atUs[at] = atUs
    chunk.numbers[at] = number
    chunk.texts[at] = text
  }

  /** How many events had to make room for later ones. */
  leftOut(ring: number): number {
    return Math.max(0, (this.#counts[ring] as number) - RING_EVENTS)
  }

  /** In the order in which they happened. */
  *events(ring: number): Iterable<RingEvent> {
    const count = this.#counts[ring] as number
    const leftOut = this.leftOut(ring)
    for (let event = 0; event < count; event++) {
      if (event < FIRST_EVENTS || event >= FIRST_EVENTS + leftOut) yield this.#event(ring, event)
    }
  }

  #event(ring: number, event: number): RingEvent {
    const chunk = this.#chunks[Math.floor(ring / CHUNK_RINGS)] as Chunk
    const at = (ring % CHUNK_RINGS) * RING_EVENTS + placeOf(event)
    return {
      kind: chunk.kinds[at] as number,
      one: chunk.ones[at] as number,
      other: chunk.others[at] as number,
      atUs: chunk.atUs[at] as number,
      number: chunk.numbers[at] as number,
      text: chunk.texts[at],
    }
  }

  #make(): void {
    const from = this.made
    if (from >= this.limit) return
    const events = CHUNK_RINGS * RING_EVENTS
    this.#chunks.push({
      kinds: new Uint8Array(events),
      ones: new Uint8Array(events),
      others: new Uint32Array(events),
      atUs: new Float64Array(events),
      numbers: new Float64Array(events),
      texts: new Array<string | undefined>(events).fill(undefined),
    })
    for (let ring = this.made - 1; ring >= from; ring--) this.#free.push(ring)
  }
}

/** Where the event with this ordinal stands in its ring. */
function placeOf(event: number): number {
  return event < FIRST_EVENTS
    ? event
    : FIRST_EVENTS + ((event - FIRST_EVENTS) % (RING_EVENTS - FIRST_EVENTS))
}
