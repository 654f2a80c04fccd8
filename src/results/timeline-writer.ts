import type { ThingSampler } from '../metrics/thing-sampler.ts'
import { appendTimelines, type TimelineRow } from './timeline-log.ts'

/** How many intervals may pass before new counts of what was left out are written down. */
const LIMITS_EVERY = 30

interface Place {
  readonly folder: string
  readonly worker: number
  /** The start of the run, from which the rows count. */
  readonly zeroUs: number
}

/** Who is in a slot. A `Fleet` (thing room) fits. */
interface SlotNames {
  nameOf(slot: number): string
  globalOf(slot: number): number
}

/** Writes down what the sampler of a shard has kept, so that a crash keeps it too. */
export class TimelineWriter {
  readonly #place: Place
  readonly #names: SlotNames
  readonly #sampler: ThingSampler
  #intervals = 0
  #limits: string

  constructor(place: Place, names: SlotNames, sampler: ThingSampler) {
    this.#place = place
    this.#names = names
    this.#sampler = sampler
    this.#limits = JSON.stringify(sampler.limits)
  }

  /** At the end of each interval, and last of all. @throws ShakedownError FOLDER_UNUSABLE */
  write(isLast = false): void {
    const { folder, worker, zeroUs } = this.#place
    const rows: TimelineRow[] = this.#sampler.take(zeroUs, isLast).map(({ slot, ...rest }) => ({
      kind: 'timeline',
      worker,
      thing: this.#names.nameOf(slot),
      index: this.#names.globalOf(slot),
      ...rest,
    }))
    this.#intervals += 1
    if (isLast || this.#intervals % LIMITS_EVERY === 0) rows.push(...this.#newLimits())
    appendTimelines(folder, worker, rows)
  }

  #newLimits(): TimelineRow[] {
    const { limits } = this.#sampler
    const text = JSON.stringify(limits)
    if (text === this.#limits) return []
    this.#limits = text
    return [{ kind: 'limits', worker: this.#place.worker, ...limits }]
  }
}
