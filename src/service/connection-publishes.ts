import { publishWindow } from '../protocol/quotas.ts'

/**
 * How much may be published on one connection, in and out together (protocol 5.4): so many in a window, which opens with the
 * first publish after the one before it has closed. So of a burst exactly the quota passes; a bucket
 * that is refilled meanwhile would let a slow burst through.
 *
 * A connection is a place: in a simulated fleet its thing, in the stand-in a number from `open`.
 */
export class ConnectionPublishes {
  readonly #capacity: number = 0
  readonly #windowUs: number = 0
  /** By place, side by side: when the window was opened, and how much passed since. */
  #windows = new Float64Array(0)
  readonly #free: number[] = []
  #places = 0

  /** @param ratePerSecond Infinity lets everything pass, 0 nothing. */
  constructor(ratePerSecond: number, burstSeconds: number) {
    const { capacity, lengthUs } = publishWindow(ratePerSecond, burstSeconds)
    this.#capacity = capacity
    this.#windowUs = lengthUs
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
    if (2 * place < this.#windows.length) this.#windows[2 * place + 1] = 0
  }

  take(place: number, nowUs: number): boolean {
    if (this.#capacity === Number.POSITIVE_INFINITY) return true
    const at = 2 * place
    if (at >= this.#windows.length) this.#grow(place + 1)
    const windows = this.#windows
    const taken = windows[at + 1] as number
    if (taken === 0 || nowUs - (windows[at] as number) >= this.#windowUs) {
      windows[at] = nowUs
      windows[at + 1] = Math.min(1, this.#capacity)
      return this.#capacity > 0
    }
    if (taken >= this.#capacity) return false
    windows[at + 1] = taken + 1
    return true
  }

  #grow(places: number): void {
    const longer = new Float64Array(Math.max(2 * places, 2 * this.#windows.length))
    longer.set(this.#windows)
    this.#windows = longer
  }
}
