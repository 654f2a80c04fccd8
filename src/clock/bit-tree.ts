/** Bits in a word, and words under one bit of the summary. */
const WORD = 32

/**
 * A set of small numbers that finds its smallest member without looking at the empty ones: a bit for
 * each member, and a summary with a bit for each word of them.
 */
export class BitTree {
  readonly #bits: Int32Array
  readonly #summary: Int32Array

  /** @param size how many numbers, from 0; a multiple of 1,024. */
  constructor(size: number) {
    this.#bits = new Int32Array(size / WORD)
    this.#summary = new Int32Array(size / WORD / WORD)
  }

  set(member: number): void {
    const word = member >> 5
    this.#bits[word] = (this.#bits[word] as number) | (1 << (member & 31))
    this.#summary[word >> 5] = (this.#summary[word >> 5] as number) | (1 << (word & 31))
  }

  clear(member: number): void {
    const word = member >> 5
    const bits = (this.#bits[word] as number) & ~(1 << (member & 31))
    this.#bits[word] = bits
    if (bits !== 0) return
    this.#summary[word >> 5] = (this.#summary[word >> 5] as number) & ~(1 << (word & 31))
  }

  /** The smallest member, or -1. */
  first(): number {
    const summary = this.#summary
    for (let at = 0; at < summary.length; at++) {
      if (summary[at] !== 0) return this.#lowest((at << 5) + lowestBit(summary[at] as number))
    }
    return -1
  }

  /** The smallest member from this number on, else the smallest of all, or -1. */
  firstFrom(from: number): number {
    const word = from >> 5
    const bits = (this.#bits[word] as number) & (-1 << (from & 31))
    if (bits !== 0) return (word << 5) + lowestBit(bits)
    const summary = this.#summary
    const above = (word & 31) === 31 ? 0 : (summary[word >> 5] as number) & (-2 << (word & 31))
    if (above !== 0) return this.#lowest(((word >> 5) << 5) + lowestBit(above))
    for (let at = (word >> 5) + 1; at < summary.length; at++) {
      if (summary[at] !== 0) return this.#lowest((at << 5) + lowestBit(summary[at] as number))
    }
    return this.first()
  }

  #lowest(word: number): number {
    return (word << 5) + lowestBit(this.#bits[word] as number)
  }
}

/** The place of the lowest bit that is set, 0 … 31. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
