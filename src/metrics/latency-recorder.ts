import { build, type Histogram, initWebAssembly } from 'hdr-histogram-js'
import { ShakedownError } from '../errors.ts'
import { HIGHEST_US, highestUs, SLOTS, slotOf } from './slots.ts'

export type { Histogram } from 'hdr-histogram-js'

let isPrepared = false

/**
 * Once a thread, before its first histogram, where time is real: those in WebAssembly are read and
 * encoded faster (a report of an hour in 2.96 s in place of 3.3). In virtual time it is left out: memory
 * of WebAssembly that grows makes every typed array of the thread slower for good.
 * @throws ShakedownError MACHINE_TOO_SMALL where Node has no WebAssembly, or no address space for it.
 */
export async function prepareRecorders(): Promise<void> {
  try {
    await initWebAssembly()
  } catch (error) {
    throw new ShakedownError(
      'MACHINE_TOO_SMALL',
      `There is no WebAssembly, in which histograms are kept: ${(error as Error).message.replace(/[.!]$/, '')}.`,
      {
        hint: 'Take --jitless away from the options of Node, or the limit of address space (ulimit -v unlimited).',
        cause: error,
      },
    )
  }
  isPrepared = true
}

/** One series: whole microseconds, 1 µs … 600 s, three digits. Made when its series first needs it. */
export class LatencyRecorder {
  /** Records since the last interval was taken, by slot. */
  readonly #counts = new Uint32Array(SLOTS)
  #maxUs = 0
  #isTouched = false
  #taken: Histogram | undefined
  /** Records outside the range. The report shows it, so that a clamp is never silent. */
  clampedCount = 0

  /** @param latencyUs what is below a microsecond is cut off. */
  record(latencyUs: number): void {
    const us = this.#clamp(latencyUs) | 0
    const slot = slotOf(us)
    this.#counts[slot] = (this.#counts[slot] as number) + 1
    if (us > this.#maxUs) this.#maxUs = us
    this.#isTouched = true
  }

  /**
   * The interval since the last call, if it has a record. Valid until the next call; whoever has read
   * it may empty it at a time that suits them, for a reset costs some 40 µs.
   */
  takeInterval(): Histogram | undefined {
    if (!this.#isTouched) return undefined
    this.#taken ??= newHistogram()
    if (this.#taken.totalCount > 0) this.#taken.reset()
    this.#pour(this.#taken)
    this.#maxUs = 0
    this.#isTouched = false
    return this.#taken
  }

  /** WASM memory comes back in no other way. */
  destroy(): void {
    this.#taken?.destroy()
    this.#taken = undefined
    this.#counts.fill(0)
    this.#maxUs = 0
    this.#isTouched = false
  }

  /** Empties the slots into a histogram, with the highest record as it was. */
  #pour(histogram: Histogram): void {
    const counts = this.#counts
    const last = slotOf(this.#maxUs)
    for (let slot = 0; slot <= last; slot++) {
      const count = counts[slot] as number
      if (count === 0) continue
      counts[slot] = 0
      histogram.recordValueWithCount(slot === last ? this.#maxUs : highestUs(slot), count)
    }
  }

  #clamp(latencyUs: number): number {
    if (latencyUs >= 0 && latencyUs <= HIGHEST_US) return latencyUs
    this.clampedCount += 1
    return latencyUs > HIGHEST_US ? HIGHEST_US : 0
  }
}

/** An empty histogram of the one range that everything here records, writes and adds up. */
export function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: isPrepared,
  })
}
