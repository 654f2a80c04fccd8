import FlatQueue from 'flatqueue'

/** Equal to no time. */
const NONE = Number.NaN

/** One deadline an index. A replaced one stays as a stale entry, until its time has passed. */
export class DeadlineQueue {
  readonly #entries = new FlatQueue<number>()
  #deadlineUs = new Float64Array(0)
  readonly #batch: number[] = []

  /** When to come back: perhaps too early, for a stale entry, but never too late. Infinity is never. */
  nextUs = Number.POSITIVE_INFINITY

  constructor(size: number) {
    this.#deadlineUs = new Float64Array(size).fill(NONE)
  }

  /** Makes room for more indexes; the deadlines that are set stay. */
  grow(size: number): void {
    if (size <= this.#deadlineUs.length) return
    const larger = new Float64Array(size).fill(NONE)
    larger.set(this.#deadlineUs)
    this.#deadlineUs = larger
  }

  /** Replaces the deadline; it never adds to it. */
  set(index: number, deadlineUs: number): void {
    if (this.#deadlineUs[index] === deadlineUs) return
    this.#deadlineUs[index] = deadlineUs
    this.#entries.push(index, deadlineUs)
    if (deadlineUs < this.nextUs) this.nextUs = deadlineUs
  }

  clear(index: number): void {
    this.#deadlineUs[index] = NONE
  }

  /** The deadline of one index, if it has one. */
  at(index: number): number | undefined {
    const deadlineUs = this.#deadlineUs[index]
    return deadlineUs === undefined || Number.isNaN(deadlineUs) ? undefined : deadlineUs
  }

  /** Hands out what is due: by time, then by index, so that equal times replay in equal order. */
  advance(nowUs: number, due: (index: number, atUs: number) => void): void {
    while (this.nextUs <= nowUs) {
      const atUs = this.nextUs
      this.#batch.length = 0
      while (this.#entries.peekValue() === atUs) this.#batch.push(this.#entries.pop() ?? 0)
      this.nextUs = this.#entries.peekValue() ?? Number.POSITIVE_INFINITY
      if (this.#batch.length > 1) this.#batch.sort((one, other) => one - other)
      for (const index of this.#batch) {
        if (this.#deadlineUs[index] !== atUs) continue // stale
        this.#deadlineUs[index] = NONE
        due(index, atUs)
      }
    }
  }
}
