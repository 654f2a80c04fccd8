import type { Job } from './job-table.ts'

/**
 * A job that reaches its things at a pace: execution i is queued i ÷ rate minutes after the job was
 * created, so no minute sees more than the rate (protocol 3.7). Thing by thing for `<id>-1`, then for
 * `<id>-2`, and so on; of an endless row only the first ones are paced.
 */
export class Rollout {
  readonly job: Job
  readonly #things: number
  readonly #targets: readonly number[] | undefined
  readonly #total: number
  readonly #createdUs: number
  readonly #minuteUs: number
  readonly #perMinute: number
  #queued = 0

  /**
   * @param targets thing indexes; undefined: the things 0 … `things` − 1.
   * @param perMinute undefined is all at once.
   */
  constructor(
    job: Job,
    targets: readonly number[] | undefined,
    things: number,
    perMinute: number | undefined,
    minuteUs: number,
    createdUs: number,
  ) {
    this.job = job
    this.#targets = targets
    this.#things = targets?.length ?? things
    this.#total = this.#things * (job.perThing === Number.POSITIVE_INFINITY ? 1 : job.perThing)
    this.#perMinute = perMinute ?? Number.POSITIVE_INFINITY
    this.#minuteUs = minuteUs
    this.#createdUs = createdUs
  }

  /** When the next execution is due; undefined when all are queued. */
  nextUs(): number | undefined {
    if (this.#queued >= this.#total) return undefined
    return this.#createdUs + Math.ceil((this.#queued * this.#minuteUs) / this.#perMinute)
  }

  /** The thing whose execution is due; it counts as queued from here. */
  takeThing(): number {
    const at = this.#queued % this.#things
    this.#queued += 1
    return this.#targets === undefined ? at : (this.#targets[at] ?? at)
  }

  /** The ordinal of the execution that `takeThing` hands out next. */
  get ordinal(): number {
    return Math.floor(this.#queued / this.#things) + 1
  }
}
