/**
 * The names of the things: `<prefix>0`, `<prefix>1`, … of the scenario, which take no memory, and
 * those that were added. An index is used once: a name that is removed and added again gets another.
 */
export class ThingNames {
  readonly #prefix: string
  readonly #numbered: number
  readonly #added: string[] = []
  readonly #indexes = new Map<string, number>()
  /** Numbered ones that were deleted. */
  readonly #removed = new Set<number>()

  constructor(prefix: string, numbered: number) {
    this.#prefix = prefix
    this.#numbered = numbered
  }

  get count(): number {
    return this.#numbered + this.#added.length
  }

  nameOf(index: number): string {
    return this.#added[index - this.#numbered] ?? `${this.#prefix}${index}`
  }

  indexOf(name: string): number | undefined {
    if (name.startsWith(this.#prefix)) {
      const digits = name.slice(this.#prefix.length)
      // No leading zero: `thing-07` is not `thing-7`.
      if (/^(0|[1-9][0-9]{0,9})$/.test(digits)) {
        const index = Number(digits)
        if (index < this.#numbered && !this.#removed.has(index)) return index
      }
    }
    return this.#indexes.get(name)
  }

  /** The name is free again. Its index is not, and still has the name. */
  remove(index: number): void {
    if (index < this.#numbered) this.#removed.add(index)
    else this.#indexes.delete(this.nameOf(index))
  }

  /** The index of the name, new or old. */
  add(name: string): number {
    const known = this.indexOf(name)
    if (known !== undefined) return known
    const index = this.count
    this.#added.push(name)
    this.#indexes.set(name, index)
    return index
  }
}
