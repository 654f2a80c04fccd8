import type { RolloutConfig } from '../protocol/job-config.ts'
import type { Job } from './job.ts'
import type { RolloutPace } from './rollout-pace.ts'

/**
 * A job on its way to its things, or a row of jobs: all things for `<id>-1`, then for `<id>-2`, and so
 * on. Executions are made one by one when they are due, so a large job costs nothing at its creation.
 */
export class Rollout {
  readonly jobs: readonly Job[]
  /** What its deadline stands under while it goes on. */
  index = -1
  /** undefined: the things 0 … `things` − 1. */
  #targets: readonly number[] | undefined
  #things: number
  readonly #pace: RolloutPace
  /** How many targets have been handed out, things times jobs. */
  #at = 0

  /** @param targets without repetitions. */
  constructor(jobs: readonly Job[], targets: readonly number[] | number, pace: RolloutPace) {
    this.jobs = jobs
    this.#targets = typeof targets === 'number' ? undefined : targets
    this.#things = typeof targets === 'number' ? targets : targets.length
    this.#pace = pace
  }

  /** When the next target is due; undefined when none is left. */
  nextUs(): number | undefined {
    return this.#at < this.#things * this.jobs.length ? this.#pace.nextUs() : undefined
  }

  /** The job and the thing that are due. */
  take(): { readonly job: Job; readonly thing: number } {
    const at = this.#at % this.#things
    const job = this.jobs[Math.floor(this.#at / this.#things)] as Job
    this.#at += 1
    return { job, thing: this.#targets === undefined ? at : (this.#targets[at] as number) }
  }

  /** The target that was taken has got its execution; others are passed over and do not count. */
  queued(nowUs: number): void {
    this.#pace.queued(nowUs)
  }

  /** @returns whether the rate has changed, and with it `nextUs`. */
  succeeded(nowUs: number): boolean {
    return this.#pace.succeeded(nowUs)
  }

  repace(config: RolloutConfig | undefined, nowUs: number): void {
    this.#pace.configure(config, nowUs)
  }

  /** Other things for a single job, in place of those that are left. */
  retarget(things: readonly number[], nowUs: number): void {
    this.#targets = things
    this.#things = things.length
    this.#at = 0
    this.#pace.resume(nowUs)
  }
}
