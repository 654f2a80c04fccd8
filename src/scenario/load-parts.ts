import type { Load } from './scenario.ts'

/** A stretch of the load from its time to its time, in microseconds since T0. */
interface Part {
  readonly name: string
  readonly fromUs: number
  readonly toUs: number
  readonly isRamp: boolean
}

/**
 * Which stretches of a load count for what. On a ramp the rate is a different one every second, so
 * what is said of the load as a whole leaves ramps out, unless it has nothing else.
 */
export class LoadParts {
  readonly #parts: readonly Part[]
  readonly #ramps: readonly Part[]

  constructor(load: Load) {
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
}
