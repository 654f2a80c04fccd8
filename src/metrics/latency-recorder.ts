import { build, type Histogram, initWebAssembly, initWebAssemblySync } from 'hdr-histogram-js'

export type { Histogram } from 'hdr-histogram-js'

/** 600 s. The range is part of what a `.hlog` holds: logs of different ranges do not add up. */
export const HIGHEST_US = 600_000_000

/** Once a thread, before its first record: what is loaded then is not loaded under load. */
export const prepareRecorders: () => Promise<void> = initWebAssembly

/** One series: whole microseconds, 1 µs … 600 s, three digits. Made when its series first needs it. */
export class LatencyRecorder {
  #active: Histogram | undefined
  #spare: Histogram | undefined
  #touched = false
  /** Records outside the range. The report shows it, so that a clamp is never silent. */
  clampedCount = 0

  record(latencyUs: number): void {
    this.#active ??= newHistogram()
    this.#active.recordValue(this.#clamp(latencyUs))
    this.#touched = true
  }

  /**
   * The interval since the last call, if it has a record. Valid until the next call; whoever has read
   * it may empty it at a time that suits them, for a reset costs some 40 µs.
   */
  takeInterval(): Histogram | undefined {
    if (!this.#touched) return undefined
    const taken = this.#active
    this.#active = this.#spare
    if (this.#active !== undefined && this.#active.totalCount > 0) this.#active.reset()
    this.#spare = taken
    this.#touched = false
    return taken
  }

  /** WASM memory comes back in no other way. */
  destroy(): void {
    this.#active?.destroy()
    this.#spare?.destroy()
    this.#active = undefined
    this.#spare = undefined
    this.#touched = false
  }

  #clamp(latencyUs: number): number {
    if (latencyUs >= 0 && latencyUs <= HIGHEST_US) return latencyUs
    this.clampedCount += 1
    return latencyUs > HIGHEST_US ? HIGHEST_US : 0
  }
}

/** An empty histogram of the one range that everything here records, writes and adds up. */
export function newHistogram(): Histogram {
  initWebAssemblySync() // Does nothing after `prepareRecorders`.
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: true,
  })
}
