/** Monotonic, in whole microseconds. */
export interface Clock {
  nowUs(): number
}

/** The machine's monotonic clock. Its zero is the start of the process and means nothing. */
export const systemClock: Clock = { nowUs: () => Math.floor(performance.now() * 1_000) }

/** A clock that stands still until it is moved. It never goes back. */
export class VirtualClock implements Clock {
  #nowUs = 0

  nowUs(): number {
    return this.#nowUs
  }

  moveTo(nowUs: number): void {
    if (nowUs > this.#nowUs) this.#nowUs = nowUs
  }
}
