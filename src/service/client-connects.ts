/** A client id; in a simulated fleet the index of the thing that it stands for. */
export type ClientKey = string | number

/** Of a connect, in the unit below. */
const COST = 1_000_000

/**
 * How often one client id may connect (protocol 5.4): a token bucket for each, which needs one
 * number, the time at which it will be full again.
 *
 * Times are kept multiplied by the rate, so that a connect costs a whole number: the third part of a
 * second has no exact number of microseconds, and a sum of such would drift. Clocks give whole
 * microseconds, so half of one is let pass.
 *
 * A bucket that is full is like one that never was, so those of a while ago are forgotten: what is
 * kept is bounded by the connects of the account in two such whiles.
 */
export class ClientConnects {
  readonly #rate: number
  readonly #burst: number
  #fullAt = new Map<ClientKey, number>()
  #older = new Map<ClientKey, number>()
  #forgetAt = 0

  /** @param ratePerSecond Infinity lets everything pass, 0 nothing. */
  constructor(ratePerSecond: number, burstSeconds: number) {
    this.#rate = ratePerSecond
    const capacity = Math.max(1, ratePerSecond * burstSeconds)
    this.#burst = capacity * COST + ratePerSecond / 2
  }

  mayPass(client: ClientKey, nowUs: number): boolean {
    if (this.#rate === Number.POSITIVE_INFINITY) return true
    if (this.#rate === 0) return false
    const now = nowUs * this.#rate
    return this.#fullAfter(client, now) <= now + this.#burst
  }

  /** It did. */
  passed(client: ClientKey, nowUs: number): void {
    if (this.#rate === Number.POSITIVE_INFINITY) return
    const now = nowUs * this.#rate
    const fullAt = this.#fullAfter(client, now)
    if (now >= this.#forgetAt) {
      this.#older = this.#fullAt
      this.#fullAt = new Map()
      this.#forgetAt = now + this.#burst
    }
    this.#fullAt.set(client, fullAt)
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#fullAt.size + this.#older.size
  }

  /** When the bucket of the client will be full again if it connects now. */
  #fullAfter(client: ClientKey, now: number): number {
    const fullAt = this.#fullAt.get(client) ?? this.#older.get(client) ?? now
    return Math.max(fullAt, now) + COST
  }
}
