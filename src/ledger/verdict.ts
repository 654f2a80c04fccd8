/** Whether what the things believe and what the service holds are the same. */
export interface LedgerVerdict {
  /** false with a target that keeps no ledger of ours. */
  readonly checked: boolean
  readonly balanced: boolean | null
  /** Sentences, at most 20; the count of the rest is the last one. */
  readonly differences: readonly string[]
}

const SENTENCES = 20

/** Gathers sentences; what goes beyond the limit is counted. */
export class Differences {
  readonly #sentences: string[] = []
  #count = 0

  add(sentence: string): void {
    this.#count += 1
    if (this.#sentences.length < SENTENCES) this.#sentences.push(sentence)
  }

  verdict(): LedgerVerdict {
    const rest = this.#count - SENTENCES
    const differences =
      rest > 0
        ? [...this.#sentences.slice(0, SENTENCES - 1), `And ${rest + 1} differences more.`]
        : this.#sentences
    return { checked: true, balanced: this.#count === 0, differences }
  }
}
