/** A client id; in a simulated fleet the index of the thing that it stands for. */
export type ClientKey = string | number

/**
 * How often one client id may connect (protocol 5.4): a token bucket for each, which needs one
 * number, the time at which it will be full again.
 *
 * A bucket that is full is like one that never was, so those of a while ago are forgotten: what is
 * kept is bounded by the connects of the account in two such whiles.
 */
export class ClientConnects {
  readonly #perConnectUs: number
  readonly #burstUs: number
  #fullAtUs = new Map<ClientKey, number>()
  #older = new Map<ClientKey, number>()
  #forgetAtUs = 0

  /** @param ratePerSecond Infinity lets everything pass, 0 nothing. */
  constructor(ratePerSecond: number, burstSeconds: number) {
    this.#perConnectUs = 1_000_000 / ratePerSecond
    const capacity = Math.max(1, ratePerSecond * burstSeconds)
    this.#burstUs = capacity * this.#perConnectUs
  }

  mayPass(client: ClientKey, nowUs: number): boolean {
    if (this.#perConnectUs === 0) return true
    if (this.#perConnectUs === Number.POSITIVE_INFINITY) return false
    const fullAtUs = this.#fullAtUs.get(client) ?? this.#older.get(client) ?? nowUs
    return Math.max(fullAtUs, nowUs) + this.#perConnectUs <= nowUs + this.#burstUs
  }

  /** It did. */
  passed(client: ClientKey, nowUs: number): void {
    if (this.#perConnectUs === 0) return
    const fullAtUs = this.#fullAtUs.get(client) ?? this.#older.get(client) ?? nowUs
    if (nowUs >= this.#forgetAtUs) {
      this.#older = this.#fullAtUs
      this.#fullAtUs = new Map()
      this.#forgetAtUs = nowUs + this.#burstUs
    }
    this.#fullAtUs.set(client, Math.max(fullAtUs, nowUs) + this.#perConnectUs)
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#fullAtUs.size + this.#older.size
  }
}
