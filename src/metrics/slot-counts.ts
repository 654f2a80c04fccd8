import { inflateSync } from 'node:zlib'
import { type Histogram, newHistogram } from './latency-recorder.ts'
import { highestUs, SLOTS } from './slots.ts'

/**
 * The counts of encoded histograms, added up slot by slot. Reading only the slots that an encoding
 * names costs half of decoding it into a histogram and adding that, and a long run has a hundred
 * thousand of them.
 */
export class SlotCounts {
  readonly #counts = new Float64Array(SLOTS)
  /** One past the highest slot that was ever touched. */
  #end = 0

  /** @param sign -1 takes away what was added before. */
  add(encoded: string, sign: 1 | -1 = 1): void {
    const bytes = inflateSync(Buffer.from(encoded, 'base64').subarray(COMPRESSED_HEADER_BYTES))
    let slot = 0
    forEachWord(bytes, (word) => {
      // V2 encoding: an even word is a count, an odd one stands for that many empty slots.
      if (word % 2 === 1) {
        slot += (word + 1) / 2
        return
      }
      if (slot >= SLOTS) throw new RangeError(`slot ${slot} is beyond the range of a log of ours`)
      this.#counts[slot] = (this.#counts[slot] ?? 0) + (sign * word) / 2
      slot += 1
    })
    this.#end = Math.max(this.#end, slot)
  }

  addAll(other: SlotCounts): void {
    for (let slot = 0; slot < other.#end; slot++) {
      this.#counts[slot] = (this.#counts[slot] ?? 0) + (other.#counts[slot] ?? 0)
    }
    this.#end = Math.max(this.#end, other.#end)
  }

  /** As a histogram, which the caller destroys. */
  toHistogram(): Histogram {
    const histogram = newHistogram()
    for (let slot = 0; slot < this.#end; slot++) {
      const count = this.#counts[slot] ?? 0
      if (count > 0) histogram.recordValueWithCount(highestUs(slot), count)
    }
    return histogram
  }
}

const COMPRESSED_HEADER_BYTES = 8
/** Cookie, length, offset, digits: 4 bytes each; lowest, highest, ratio: 8 bytes each. */
const HEADER_BYTES = 40

/** Little-endian words of seven bits a byte; nine bytes at most, the last with eight bits. */
function forEachWord(bytes: Uint8Array, take: (word: number) => void): void {
  let word = 0
  let unit = 1
  for (let at = HEADER_BYTES; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    word += (byte & 0x7f) * unit
    if ((byte & 0x80) !== 0) {
      unit *= 128
      continue
    }
    take(word)
    word = 0
    unit = 1
  }
}
