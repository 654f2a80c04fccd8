/** Bits in a word, words under one bit of the summary, and words of it under one bit of the top. */
const WORD = 32

/**
 * A set of small numbers that finds its smallest member in three steps, however few or many there are:
 * a bit for each member, a summary with a bit for each word of them, and on top a bit for each word of
 * that.
 */
export class BitTree {
  readonly #bits = new Int32Array(0)
  readonly #summary = new Int32Array(0)
  #top = 0

  /** @param size how many numbers, from 0; a multiple of 1,024, and 32,768 at most. */
  constructor(size: number) {
    this.#bits = new Int32Array(size / WORD)
    this.#summary = new Int32Array(size / WORD / WORD)
  }

  set(member: number): void {
    const word = member >> 5
    const above = word >> 5
    this.#bits[word] = (this.#bits[word] as number) | (1 << (member & 31))
    this.#summary[above] = (this.#summary[above] as number) | (1 << (word & 31))
    this.#top |= 1 << above
  }

  clear(member: number): void {
    const word = member >> 5
    const bits = (this.#bits[word] as number) & ~(1 << (member & 31))
    this.#bits[word] = bits
    if (bits !== 0) return
    const above = word >> 5
    const summary = (this.#summary[above] as number) & ~(1 << (word & 31))
    this.#summary[above] = summary
    if (summary === 0) this.#top &= ~(1 << above)
  }

  /** The smallest member, or -1. */
  first(): number {
    return this.#top === 0 ? -1 : this.#firstUnder(lowestBit(this.#top))
  }

  /** The smallest member from this number on, else the smallest of all, or -1. */
  firstFrom(from: number): number {
    const word = from >> 5
    const bits = (this.#bits[word] as number) & (-1 << (from & 31))
    if (bits !== 0) return (word << 5) + lowestBit(bits)
    const above = word >> 5
    const summary = (this.#summary[above] as number) & bitsAbove(word & 31)
    if (summary !== 0) return this.#lowest((above << 5) + lowestBit(summary))
    const top = this.#top & bitsAbove(above)
    return top === 0 ? this.first() : this.#firstUnder(lowestBit(top))
  }

  #firstUnder(above: number): number {
    return this.#lowest((above << 5) + lowestBit(this.#summary[above] as number))
  }

  #lowest(word: number): number {
    return (word << 5) + lowestBit(this.#bits[word] as number)
  }
}

function bitsAbove(bit: number): number {
  return bit === 31 ? 0 : -2 << bit
}

/** The place of the lowest bit that is set, 0 … 31. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
