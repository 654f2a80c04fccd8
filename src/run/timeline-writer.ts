import type { SamplerLimits, ThingSampler } from '../metrics/thing-sampler.ts'
import { appendTimelines, type TimelineRow } from '../results/timeline-log.ts'
import type { Fleet } from '../thing/fleet.ts'
import type { ShardTask } from './messages.ts'

/** How many intervals may pass before new counts of what was left out are written down. */
const LIMITS_EVERY = 30

/** Writes down what the sampler of a shard has kept, so that a crash keeps it too. */
export class TimelineWriter {
  readonly #task: Pick<ShardTask, 'folder' | 'shard' | 'runStartUs'>
  readonly #fleet: Fleet
  readonly #sampler: ThingSampler
  #intervals = 0
  #limits: string

  constructor(
    task: Pick<ShardTask, 'folder' | 'shard' | 'runStartUs'>,
    fleet: Fleet,
    sampler: ThingSampler,
  ) {
    this.#task = task
    this.#fleet = fleet
    this.#sampler = sampler
    this.#limits = JSON.stringify(sampler.limits)
  }

  /** At the end of an interval. @throws ShakedownError FOLDER_UNUSABLE */
  write(isLast = false): void {
    const { folder, shard, runStartUs } = this.#task
    const rows: TimelineRow[] = this.#sampler.take(runStartUs, isLast).map(({ slot, ...rest }) => ({
      kind: 'timeline',
      worker: shard,
      thing: this.#fleet.nameOf(slot),
      index: this.#fleet.globalOf(slot),
      ...rest,
    }))
    this.#intervals += 1
    if (isLast || this.#intervals % LIMITS_EVERY === 0) rows.push(...this.#newLimits())
    appendTimelines(folder, shard, rows)
  }

  #newLimits(): TimelineRow[] {
    const limits: SamplerLimits = this.#sampler.limits
    const text = JSON.stringify(limits)
    if (text === this.#limits) return []
    this.#limits = text
    return [{ kind: 'limits', worker: this.#task.shard, ...limits }]
  }
}
