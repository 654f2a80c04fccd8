import { isLookedFor, type SeriesName } from './series.ts'

/** How many names from outside (reject codes, causes) one prefix may bring, besides those looked for. */
const DISTINCT_LIMIT = 32

/**
 * Counters since the beginning: those known before as a table by index, those a service or a socket
 * names as a bounded map. What has no room left is counted as `<prefix>other`.
 */
export class CounterTable {
  readonly #names: readonly SeriesName[]
  readonly #counts = new Float64Array(0)
  readonly #taken = new Float64Array(0)
  readonly #prefixes = new Map<string, Map<string, NamedCounter>>()

  constructor(names: readonly SeriesName[]) {
    this.#names = names
    this.#counts = new Float64Array(names.length)
    this.#taken = new Float64Array(names.length)
  }

  add(index: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  set(index: number, count: number): void {
    this.#counts[index] = count
  }

  addNamed(prefix: string, word: string): void {
    let counters = this.#prefixes.get(prefix)
    if (counters === undefined) {
      counters = new Map()
      this.#prefixes.set(prefix, counters)
    }
    let counter = counters.get(word)
    if (counter === undefined) {
      const known = counters.size < DISTINCT_LIMIT || isLookedFor(word) ? word : 'other'
      counter = counters.get(known) ?? { name: prefix + tame(known), count: 0, taken: 0 }
      counters.set(known, counter)
    }
    counter.count += 1
  }

  /** What was added since the last call; zero is left out. */
  takeInterval(): Record<SeriesName, number> {
    const interval: Record<SeriesName, number> = {}
    for (const [at, name] of this.#names.entries()) {
      const count = this.#counts[at] ?? 0
      const added = count - (this.#taken[at] ?? 0)
      if (added !== 0) interval[name] = added
      this.#taken[at] = count
    }
    for (const counter of this.#named()) {
      const added = counter.count - counter.taken
      // Two words may have the same tame form.
      if (added !== 0) interval[counter.name] = (interval[counter.name] ?? 0) + added
      counter.taken = counter.count
    }
    return interval
  }

  totals(): Record<SeriesName, number> {
    const totals: Record<SeriesName, number> = {}
    for (const [at, name] of this.#names.entries()) {
      const count = this.#counts[at] ?? 0
      if (count !== 0) totals[name] = count
    }
    for (const { name, count } of this.#named()) totals[name] = (totals[name] ?? 0) + count
    return totals
  }

  total(name: SeriesName): number {
    const at = this.#names.indexOf(name)
    if (at >= 0) return this.#counts[at] ?? 0
    let count = 0
    for (const counter of this.#named()) if (counter.name === name) count += counter.count
    return count
  }

  *#named(): Iterable<NamedCounter> {
    for (const counters of this.#prefixes.values()) yield* counters.values()
  }
}

interface NamedCounter {
  readonly name: SeriesName
  count: number
  taken: number
}

/** A word from outside ends up in files and tables: one short word it must be. */
function tame(word: string): string {
  return word.replace(/[^\w:-]+/g, '-').slice(0, 64) || 'unknown'
}
