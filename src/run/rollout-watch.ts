import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import { ROLLOUT_LOOK_US } from '../scenario/run-timing.ts'

/**
 * Asks the stand-in, twice a second, whether any execution is still to end. A rollout is over when
 * none is; only the service knows of those that it has not yet rolled out, or will retry.
 */
export class RolloutWatch {
  readonly #ask: () => Promise<number>
  readonly #over: () => void
  readonly #wake = new Wake(systemClock, () => void this.#look())
  #closed = false

  constructor(ask: () => Promise<number>, over: () => void) {
    this.#ask = ask
    this.#over = over
  }

  /** @param t0Us nothing is rolled out before. */
  begin(t0Us: number): void {
    this.#wake.at(t0Us + ROLLOUT_LOOK_US)
  }

  async #look(): Promise<void> {
    // A stand-in that does not answer is found missing elsewhere; here it just is not over.
    const open = await this.#ask().catch(() => Number.POSITIVE_INFINITY)
    if (this.#closed) return
    if (open === 0) this.#over()
    else this.#wake.at(systemClock.nowUs() + ROLLOUT_LOOK_US)
  }

  close(): void {
    this.#closed = true
    this.#wake.close()
  }
}
