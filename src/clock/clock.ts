/** Monotonic, in whole microseconds. */
export interface Clock {
  nowUs(): number
}

const [bootSeconds, bootNanoseconds] = process.hrtime()
/** `performance.now` starts at zero in every thread; the machine's own monotonic clock does not. */
const threadStartUs = bootSeconds * 1e6 + bootNanoseconds / 1e3 - performance.now() * 1e3

/**
 * The machine's monotonic clock. Its zero is the boot of the machine, the same in every thread and
 * process, so that a coordinator can name T0 to its workers and to the stand-in as a number.
 */
export const systemClock: Clock = {
  nowUs: () => Math.floor(threadStartUs + performance.now() * 1_000),
}

/** Wall-clock time, for stamps that people read. Never subtract two of them. */
export function wallMs(): number {
  return Date.now()
}

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
