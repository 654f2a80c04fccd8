import { wholeSeconds } from './run-timing.ts'
import type { ArrivalsLoad, LoopLoad, RolloutLoad } from './scenario.ts'

/** As much of a load as says when it does what. */
export type LoadTimes =
  | Pick<ArrivalsLoad, 'kind' | 'phases'>
  | Pick<RolloutLoad, 'kind' | 'limitUs'>
  | Pick<LoopLoad, 'kind' | 'forUs'>

/** A stretch of the load from its time to its time, in microseconds since T0. */
interface Part {
  readonly name: string
  readonly fromUs: number
  readonly toUs: number
  readonly isRamp: boolean
}

/** What a window of a threshold has to fit into. */
export interface WindowRoom {
  /** The longest row of whole seconds. */
  readonly seconds: number
  /** Whether there are ramps, and it lies outside of them. */
  readonly skipsRamps: boolean
}

/**
 * Which stretches of a load count for what. On a ramp the rate is a different one every second, so
 * what is said of the load as a whole leaves ramps out, unless it has nothing else.
 */
export class LoadParts {
  readonly #parts: readonly Part[]
  readonly #ramps: readonly Part[]
  readonly #lengthUs: number

  constructor(load: LoadTimes) {
    let fromUs = 0
    this.#parts = (load.kind === 'arrivals' ? load.phases : []).map((phase) => {
      const toUs = fromUs + phase.durationUs
      const isRamp = phase.fromPerSecond !== phase.toPerSecond
      const part = { name: phase.name, fromUs, toUs, isRamp }
      fromUs = toUs
      return part
    })
    const ramps = this.#parts.filter(({ isRamp }) => isRamp)
    this.#ramps = ramps.length < this.#parts.length ? ramps : []
    if (load.kind === 'arrivals') this.#lengthUs = fromUs
    else this.#lengthUs = load.kind === 'rollout' ? load.limitUs : load.forUs
  }

  get names(): string[] {
    return this.#parts.map(({ name }) => name)
  }

  /** Whether the stretch belongs to the phase alone; without a phase, whether no ramp has a part of it. */
  holds(phase: string | undefined, fromUs: number, toUs: number): boolean {
    const touches = (part: Part) => fromUs < part.toUs && toUs > part.fromUs
    if (phase === undefined) return !this.#ramps.some(touches)
    const touched = this.#parts.filter(touches)
    return touched.length === 1 && touched[0]?.name === phase
  }

  /**
   * The most seconds in a row that each belong to the phase, or to no ramp (`holds`), if the load goes
   * by its plan. 0 for a phase that there is not.
   */
  longestWindow(phase?: string): WindowRoom {
    const own = this.#parts.find(({ name }) => name === phase)
    const others = phase === undefined ? this.#ramps : this.#parts.filter((part) => part !== own)
    const end = wholeSeconds(this.#lengthUs)
    const whole = phase === undefined ? { from: 0, to: end } : secondsOf(own)
    const until = Math.min(end, whole.to)
    let { from } = whole
    let longest = 0
    for (const other of others) {
      const taken = secondsOf(other)
      // A phase of no length at the border of two seconds lies in neither.
      if (taken.from >= taken.to) continue
      longest = Math.max(longest, Math.min(taken.from, until) - from)
      from = Math.max(from, taken.to)
    }
    const seconds = Math.max(longest, until - from)
    return { seconds, skipsRamps: phase === undefined && others.length > 0 }
  }
}

/** The seconds since T0 that a part lies in, if only for a part of them; the last one is excluded. */
function secondsOf(part: Part | undefined): { readonly from: number; readonly to: number } {
  if (part === undefined) return { from: 0, to: 0 }
  return { from: Math.floor(part.fromUs / 1e6), to: Math.ceil(part.toUs / 1e6) }
}
