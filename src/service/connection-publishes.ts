import { grown } from './growing.ts'

/**
 * How much one connection may publish (protocol 5.4): so many in a window, which opens with the
 * first publish after the one before it has closed. So of a burst exactly the quota passes; a bucket
 * that is refilled meanwhile would let a slow burst through.
 *
 * A connection is a place: in a simulated fleet its thing, in the stand-in a number from `open`.
 */
export class ConnectionPublishes {
  readonly #capacity: number
  readonly #windowUs: number
  #openedUs = new Float64Array(0)
  #taken: Uint32Array = new Uint32Array(0)
  readonly #free: number[] = []
  #places = 0

  /** @param ratePerSecond Infinity lets everything pass, 0 nothing. */
  constructor(ratePerSecond: number, burstSeconds: number) {
    this.#capacity = ratePerSecond === 0 ? 0 : Math.max(1, Math.floor(ratePerSecond * burstSeconds))
    this.#windowUs = (this.#capacity * 1_000_000) / ratePerSecond
  }

  /** @returns a place for a connection, to be given back to `close`. */
  open(): number {
    const place = this.#free.pop() ?? this.#places++
    this.restart(place)
    return place
  }

  close(place: number): void {
    this.#free.push(place)
  }

  /** A new connection stands in the place. */
  restart(place: number): void {
    if (place < this.#taken.length) this.#taken[place] = 0
  }

  take(place: number, nowUs: number): boolean {
    if (this.#capacity === Number.POSITIVE_INFINITY) return true
    if (place >= this.#taken.length) this.#grow(place + 1)
    const taken = this.#taken[place] as number
    if (taken === 0 || nowUs - (this.#openedUs[place] as number) >= this.#windowUs) {
      this.#openedUs[place] = nowUs
      this.#taken[place] = Math.min(1, this.#capacity)
      return this.#capacity > 0
    }
    if (taken >= this.#capacity) return false
    this.#taken[place] = taken + 1
    return true
  }

  #grow(places: number): void {
    this.#taken = grown(this.#taken, places)
    const longer = new Float64Array(this.#taken.length)
    longer.set(this.#openedUs)
    this.#openedUs = longer
  }
}
