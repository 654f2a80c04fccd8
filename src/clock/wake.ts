import type { Clock } from './clock.ts'

/** setTimeout counts whole milliseconds. */
const TIMER_GRAIN_US = 1_000
/** Longer delays overflow setTimeout, which would then fire at once. */
const LONGEST_TIMER_MS = 3_600_000

/**
 * Calls back at a time, never before it and a millisecond or two after it: one timer, however many
 * deadlines stand behind it.
 *
 * What is left below a millisecond is waited for too and not spun away: with thousands of deadlines a
 * second the spinning would never end, and a generator that is always busy cannot tell when it is full.
 */
export class Wake {
  readonly #clock: Clock
  readonly #call: (nowUs: number) => void
  /** When the call is wanted; Infinity is never. */
  #atUs = Number.POSITIVE_INFINITY
  /** What the armed timer or immediate was armed for; Infinity is none. */
  #armedUs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #closed = false

  constructor(clock: Clock, call: (nowUs: number) => void) {
    this.#clock = clock
    this.#call = call
  }

  /** Replaces the time of the one call that is to come. Infinity takes it back. */
  at(us: number): void {
    if (this.#closed || us === this.#atUs) return
    this.#atUs = us
    // A timer that comes too early looks again; only one that would come too late is replaced.
    if (us < this.#armedUs) this.#arm(this.#clock.nowUs())
    else if (us === Number.POSITIVE_INFINITY) this.#disarm()
  }

  close(): void {
    this.#closed = true
    this.#disarm()
  }

  #arm(nowUs: number): void {
    this.#disarm()
    this.#armedUs = this.#atUs
    const waitMs = Math.ceil((this.#atUs - nowUs) / TIMER_GRAIN_US)
    // What is due already still comes after the caller is done, as any other call does.
    if (waitMs <= 0) this.#immediate = setImmediate(this.#look)
    else this.#timer = setTimeout(this.#look, Math.min(waitMs, LONGEST_TIMER_MS))
  }

  #disarm(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    if (this.#immediate !== undefined) clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
    this.#armedUs = Number.POSITIVE_INFINITY
  }

  readonly #look = (): void => {
    this.#timer = undefined
    this.#immediate = undefined
    this.#armedUs = Number.POSITIVE_INFINITY
    if (this.#atUs === Number.POSITIVE_INFINITY) return
    const nowUs = this.#clock.nowUs()
    if (nowUs < this.#atUs) {
      this.#arm(nowUs)
      return
    }
    this.#atUs = Number.POSITIVE_INFINITY
    this.#call(nowUs)
  }
}
