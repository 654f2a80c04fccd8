import type { StrayAnswer } from './ports.ts'
import { type ThingTable, WORD } from './thing-table.ts'

/** How many tokens back an answer is still told apart. */
const REMEMBERED = 32

/**
 * The names of a thing's requests: numbers that count up from 1. Of the last 32 it remembers which
 * were answered, so that an answer nobody waits for can be called late, duplicate or unmatched.
 */
export class TokenMemory {
  readonly #last: Uint32Array = new Uint32Array(0)
  /** Bit k belongs to the token `last - k`; it is set when that was answered. */
  readonly #answered: Uint32Array = new Uint32Array(0)

  constructor({ token, answered }: Pick<ThingTable, 'token' | 'answered'>) {
    this.#last = token
    this.#answered = answered
  }

  /** The newest token of the slot; 0 before the first. */
  last(slot: number): number {
    return this.#last[slot * WORD] as number
  }

  next(slot: number): number {
    const token = this.last(slot) + 1
    this.#last[slot * WORD] = token
    this.#answered[slot * WORD] = (this.#answered[slot * WORD] as number) << 1
    return token
  }

  /** The newest token has its answer. */
  answer(slot: number): void {
    this.#answered[slot * WORD] = (this.#answered[slot * WORD] as number) | 1
  }

  /** What to call an answer that nobody waits for. A late one counts as answered from here on. */
  judge(slot: number, token: number | undefined): StrayAnswer {
    if (token === undefined || !Number.isInteger(token)) return 'unmatched'
    const age = this.last(slot) - token
    if (token < 1 || age < 0 || age >= REMEMBERED) return 'unmatched'
    const bits = this.#answered[slot * WORD] as number
    if (((bits >>> age) & 1) === 1) return 'duplicate'
    this.#answered[slot * WORD] = bits | (1 << age)
    return 'late'
  }
}
