const FIRST_CAPACITY = 1_024
const NEVER = Number.POSITIVE_INFINITY

/** Deliveries that come out in the order they went in: a ring in columns, that doubles when full. */
export class LegQueue {
  #mask = FIRST_CAPACITY - 1
  #head = 0
  #size = 0
  #atUs = new Float64Array(FIRST_CAPACITY)
  #order = new Float64Array(FIRST_CAPACITY)
  #thing = new Uint32Array(FIRST_CAPACITY)
  #kind = new Uint8Array(FIRST_CAPACITY)
  #connection = new Uint32Array(FIRST_CAPACITY)
  #token = new Uint32Array(FIRST_CAPACITY)
  #payload: unknown[] = new Array(FIRST_CAPACITY).fill(undefined)

  /** When the next is due; Infinity when there is none. */
  nextUs = NEVER

  /** When the one after the next is due; Infinity when there is none. */
  get afterNextUs(): number {
    return this.#size > 1 ? (this.#atUs[(this.#head + 1) & this.#mask] as number) : NEVER
  }

  /** Of the next delivery, as long as there is one; so are the members below. */
  get order(): number {
    return this.#order[this.#head] as number
  }

  get thing(): number {
    return this.#thing[this.#head] as number
  }

  get kind(): number {
    return this.#kind[this.#head] as number
  }

  get connection(): number {
    return this.#connection[this.#head] as number
  }

  get token(): number {
    return this.#token[this.#head] as number
  }

  get payload(): unknown {
    return this.#payload[this.#head]
  }

  /** @param atUs not before that of any that was added. */
  add(
    atUs: number,
    order: number,
    thing: number,
    kind: number,
    connection: number,
    token: number,
    payload: unknown,
  ): void {
    if (this.#size > this.#mask) this.#grow()
    const place = (this.#head + this.#size) & this.#mask
    this.#atUs[place] = atUs
    this.#order[place] = order
    this.#thing[place] = thing
    this.#kind[place] = kind
    this.#connection[place] = connection
    this.#token[place] = token
    this.#payload[place] = payload
    if (this.#size === 0) this.nextUs = atUs
    this.#size += 1
  }

  /** Forgets the next delivery. */
  drop(): void {
    this.#payload[this.#head] = undefined
    this.nextUs = this.afterNextUs
    this.#head = (this.#head + 1) & this.#mask
    this.#size -= 1
  }

  #grow(): void {
    const capacity = 2 * this.#size
    this.#atUs = this.#unrolled(this.#atUs, new Float64Array(capacity))
    this.#order = this.#unrolled(this.#order, new Float64Array(capacity))
    this.#thing = this.#unrolled(this.#thing, new Uint32Array(capacity))
    this.#kind = this.#unrolled(this.#kind, new Uint8Array(capacity))
    this.#connection = this.#unrolled(this.#connection, new Uint32Array(capacity))
    this.#token = this.#unrolled(this.#token, new Uint32Array(capacity))
    const payload = [...this.#payload.slice(this.#head), ...this.#payload.slice(0, this.#head)]
    this.#payload = [...payload, ...new Array(this.#size).fill(undefined)]
    this.#head = 0
    this.#mask = capacity - 1
  }

  /** The column of a full ring with its head at place 0. */
  #unrolled<Column extends Uint8Array | Uint32Array | Float64Array>(
    from: Column,
    to: Column,
  ): Column {
    to.set(from.subarray(this.#head))
    to.set(from.subarray(0, this.#head), from.length - this.#head)
    return to
  }
}
