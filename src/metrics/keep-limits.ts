/** How many timelines one worker keeps: for one reason, for all failures together, and how many
 *  reasons it tells apart. */
const MOST_A_REASON = 100
const MOST_FAILURES = 1_000
const MOST_REASONS = 64

/** How often a reason to keep a timeline was met, and for how many there was no room. */
export interface KeptCount {
  readonly kept: number
  readonly leftOut: number
}

/** Which timelines may be kept. Every refusal is counted under its reason. */
export class KeepLimits {
  readonly #counts = new Map<string, { kept: number; leftOut: number }>()
  #failures = 0

  /**
   * @param alreadyKept for another reason, so that one more costs nothing.
   * @returns the reason as it is counted, or undefined when there is no room.
   */
  admit(reason: string, alreadyKept: boolean): string | undefined {
    const [name, count] = this.#countOf(reason)
    if (count.kept >= MOST_A_REASON || (!alreadyKept && this.#failures >= MOST_FAILURES)) {
      count.leftOut += 1
      return undefined
    }
    count.kept += 1
    if (!alreadyKept) this.#failures += 1
    return name
  }

  /** For reasons that have a limit of their own elsewhere. */
  note(reason: string): void {
    this.#countOf(reason)[1].kept += 1
  }

  get counts(): Record<string, KeptCount> {
    return Object.fromEntries([...this.#counts].map(([reason, count]) => [reason, { ...count }]))
  }

  #countOf(reason: string): readonly [string, { kept: number; leftOut: number }] {
    const known = this.#counts.get(reason)
    if (known !== undefined) return [reason, known]
    const name = this.#counts.size < MOST_REASONS ? reason : 'other'
    const count = this.#counts.get(name) ?? { kept: 0, leftOut: 0 }
    this.#counts.set(name, count)
    return [name, count]
  }
}
