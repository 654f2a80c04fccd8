/** After so many windows of one length the window doubles: a long run keeps its slowest moments to
 *  its end, and what it keeps grows with the logarithm of its length. */
const WINDOWS_OF_ONE_LENGTH = 120

/**
 * The slowest attempt of each operation in the window that runs, by the ring its story is in. The
 * window is one interval at first.
 */
export class SlowestAttempts {
  readonly #us: Float64Array
  readonly #rings: Int32Array
  readonly #release: (ring: number) => void
  #intervals = 0
  #windows = 0
  #windowIntervals = 1

  /** @param release is told a ring that was the slowest and is not any more. */
  constructor(operations: number, release: (ring: number) => void) {
    this.#us = new Float64Array(operations).fill(-1)
    this.#rings = new Int32Array(operations).fill(-1)
    this.#release = release
  }

  /** @param ring -1 for an attempt whose story nobody has. */
  offer(operation: number, responseUs: number, ring: number): void {
    if (responseUs <= (this.#us[operation] as number) || ring < 0) return
    const before = this.#rings[operation] as number
    this.#us[operation] = responseUs
    this.#rings[operation] = ring
    if (before >= 0 && before !== ring) this.#release(before)
  }

  holds(ring: number): boolean {
    return this.#rings.includes(ring)
  }

  /** An interval is over. @returns operations and their rings when the window is over with it. */
  take(isLast: boolean): (readonly [operation: number, ring: number])[] {
    this.#intervals += 1
    if (this.#intervals < this.#windowIntervals && !isLast) return []
    this.#intervals = 0
    this.#windows += 1
    if (this.#windows % WINDOWS_OF_ONE_LENGTH === 0) this.#windowIntervals *= 2
    const slowest: (readonly [number, number])[] = []
    for (const [operation, ring] of this.#rings.entries()) {
      if (ring >= 0) slowest.push([operation, ring])
    }
    this.#us.fill(-1)
    this.#rings.fill(-1)
    return slowest
  }
}
