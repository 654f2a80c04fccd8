import { burstOf } from '../protocol/quotas.ts'

/**
 * A quota: so many a second, with a burst. In any window of W seconds at most
 * `capacity + rate × W` pass.
 *
 * It remembers when it was last full and how many it gave since, and multiplies anew each time. A
 * level that is changed by each refill would gather the rounding of all of them.
 */
export class TokenBucket {
  readonly #perUs: number = 0
  readonly #capacity: number = 0
  #fullAtUs = 0
  #taken = 0

  /** @param ratePerSecond Infinity lets everything pass, 0 nothing. */
  constructor(ratePerSecond: number, burstSeconds: number) {
    this.#perUs = ratePerSecond / 1_000_000
    this.#capacity = burstOf(ratePerSecond, burstSeconds)
  }

  /** All or none of `count`. */
  take(nowUs: number, count = 1): boolean {
    if (this.#capacity === Number.POSITIVE_INFINITY) return true
    const refilled = (nowUs - this.#fullAtUs) * this.#perUs
    if (refilled >= this.#taken) {
      this.#fullAtUs = nowUs
      this.#taken = 0
      if (count > this.#capacity) return false
    } else if (this.#taken + count > this.#capacity + refilled) return false
    this.#taken += count
    return true
  }
}
