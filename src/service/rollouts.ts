import type { RolloutConfig } from '../protocol/job-config.ts'
import type { Executions } from './executions.ts'
import { type Job, slotOf } from './job.ts'
import type { JobAgenda } from './job-agenda.ts'
import { Rollout } from './rollout.ts'
import { RolloutPace } from './rollout-pace.ts'
import type { ThingGroups } from './thing-groups.ts'

/** What a rollout brings about for its jobs. */
export interface RolloutSink {
  /** One more thing has got its execution. */
  reached(job: Job, nowUs: number): void
  /** No target of the job is left. */
  rolledOut(job: Job, nowUs: number): void
}

/** The jobs on their way to their things. */
export class Rollouts {
  readonly #executions: Executions
  readonly #groups: ThingGroups
  readonly #agenda: JobAgenda
  readonly #minuteUs: number
  readonly #sink: RolloutSink
  /** Those that go on, by the index that their deadline stands under. */
  readonly #active: (Rollout | undefined)[] = []
  readonly #freeIndexes: number[] = []
  #toCome = 0

  constructor(
    executions: Executions,
    groups: ThingGroups,
    agenda: JobAgenda,
    minuteUs: number,
    sink: RolloutSink,
  ) {
    this.#executions = executions
    this.#groups = groups
    this.#agenda = agenda
    this.#minuteUs = minuteUs
    this.#sink = sink
  }

  /** How many go on. */
  get count(): number {
    return this.#active.length - this.#freeIndexes.length
  }

  /** Targets that are still to be reached. */
  get toCome(): number {
    return this.#toCome
  }

  /**
   * Of jobs that reach their things one after the other.
   *
   * @param targets things without repetitions, or the things below a number.
   * @param pace undefined: all at once.
   */
  prepare(
    jobs: readonly Job[],
    targets: readonly number[] | number,
    pace: RolloutConfig | undefined,
    startUs: number,
  ): Rollout {
    const rollout = new Rollout(jobs, targets, new RolloutPace(pace, this.#minuteUs, startUs))
    for (const job of jobs) {
      job.rollout = rollout
      this.#setToRollOut(job, typeof targets === 'number' ? targets : targets.length)
    }
    return rollout
  }

  start(rollout: Rollout, nowUs: number): void {
    rollout.index = this.#freeIndexes.pop() ?? this.#active.length
    this.#active[rollout.index] = rollout
    this.#goOn(rollout, nowUs)
  }

  due(index: number, nowUs: number): void {
    const rollout = this.#active[index]
    if (rollout !== undefined) this.#goOn(rollout, nowUs)
  }

  /** The targets of a job are others now; those that were reached do not count. */
  retarget(job: Job, things: readonly number[], nowUs: number): void {
    const { rollout } = job
    if (rollout === undefined || job.isRolloutStopped) return
    rollout.retarget(things, nowUs)
    this.#setToRollOut(job, things.length)
    if (this.#isActive(rollout)) this.#goOn(rollout, nowUs)
    else this.start(rollout, nowUs)
  }

  repace({ rollout, rolloutConfig = {} }: Job, nowUs: number): void {
    rollout?.repace(rolloutConfig, nowUs)
    if (rollout !== undefined && this.#isActive(rollout)) this.#goOn(rollout, nowUs)
  }

  /** An execution of the job has succeeded: that may raise the rate. */
  succeeded({ rollout }: Job, nowUs: number): void {
    if (rollout?.succeeded(nowUs) !== true || !this.#isActive(rollout)) return
    const dueUs = rollout.nextUs()
    if (dueUs !== undefined) this.#agenda.set(rollout.index, 'roll-out', dueUs)
  }

  /** No more targets of this job. */
  stop(job: Job): void {
    this.#setToRollOut(job, 0)
    const { rollout } = job
    // The other jobs of a row go on, and this one is passed over.
    if (rollout === undefined || rollout.jobs.length > 1) return
    rollout.retarget([], 0)
    if (this.#isActive(rollout)) this.#finish(rollout)
  }

  /** Reaches all targets that are due, and puts the next one on the agenda. */
  #goOn(rollout: Rollout, nowUs: number): void {
    for (let dueUs = rollout.nextUs(); dueUs !== undefined; dueUs = rollout.nextUs()) {
      if (dueUs > nowUs) {
        this.#agenda.set(rollout.index, 'roll-out', dueUs)
        return
      }
      this.#reachNext(rollout, nowUs)
    }
    if (!this.#isActive(rollout)) return
    this.#finish(rollout)
    for (const job of rollout.jobs) if (job.toRollOut === 0) this.#sink.rolledOut(job, nowUs)
  }

  #reachNext(rollout: Rollout, nowUs: number): void {
    const { job, thing } = rollout.take()
    // A canceled job of a row; those behind it go on.
    if (job.toRollOut === 0) return
    this.#setToRollOut(job, job.toRollOut - 1)
    if (this.#isWanted(job, thing)) {
      rollout.queued(nowUs)
      job.notified += 1
      this.#executions.queue(job, thing, 1, nowUs)
      this.#sink.reached(job, nowUs)
    }
    if (job.toRollOut === 0) this.#sink.rolledOut(job, nowUs)
  }

  /** Whether a target that is due still is one, and has no execution yet from joining a group. */
  #isWanted(job: Job, thing: number): boolean {
    if (job.latest.has(slotOf(job, thing, 1))) return false
    if (this.#groups.isGone(thing)) return false
    return job.targetSelection === 'SNAPSHOT' || this.#groups.isTargeted(job, thing)
  }

  #isActive(rollout: Rollout): boolean {
    return this.#active[rollout.index] === rollout
  }

  #finish({ index }: Rollout): void {
    this.#agenda.clear(index, 'roll-out')
    this.#active[index] = undefined
    this.#freeIndexes.push(index)
  }

  #setToRollOut(job: Job, count: number): void {
    this.#toCome += count - job.toRollOut
    job.toRollOut = count
  }
}
