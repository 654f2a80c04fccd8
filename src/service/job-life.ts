import type { RolloutConfig } from '../protocol/job-config.ts'
import { isTerminal } from '../protocol/jobs.ts'
import type { Executions } from './executions.ts'
import { mustAbort } from './failure-rules.ts'
import { type Job, type JobSettings, slotOf } from './job.ts'
import { type AgendaKind, JobAgenda } from './job-agenda.ts'
import type { JobStatus } from './job-control.ts'
import type { JobEvents } from './job-events.ts'
import type { ExecutionRecord } from './job-execution.ts'
import { JobRemoval } from './job-removal.ts'
import type { JobTable } from './job-table.ts'
import { Retries } from './retries.ts'
import { Rollouts } from './rollouts.ts'
import type { ThingGroups } from './thing-groups.ts'

/** Why a job is canceled. */
export interface CancelReason {
  readonly reasonCode?: string | undefined
  readonly comment?: string | undefined
}

const ABORTED: CancelReason = {
  reasonCode: 'ABORT_THRESHOLD_REACHED',
  comment: 'The criteria of the abort configuration were met.',
}
const END_TIME: CancelReason = {
  reasonCode: 'END_TIME_REACHED',
  comment: 'The end time of the schedule was reached.',
}

/** What jobs do by themselves: they retry, give up, complete, begin and end on schedule, and go. */
export class JobLife {
  readonly rollouts: Rollouts
  readonly #agenda = new JobAgenda()
  readonly #jobs: JobTable
  readonly #executions: Executions
  readonly #groups: ThingGroups
  readonly #epochSeconds: (nowUs: number) => number
  readonly #retries: Retries
  readonly #removal: JobRemoval
  readonly #events: JobEvents
  readonly #byStatus: Record<JobStatus, number> = {
    SCHEDULED: 0,
    IN_PROGRESS: 0,
    COMPLETED: 0,
    CANCELED: 0,
    DELETION_IN_PROGRESS: 0,
  }

  /** @param epochSeconds the wall clock's seconds, with a fraction, at a time of ours. */
  constructor(
    jobs: JobTable,
    executions: Executions,
    groups: ThingGroups,
    minuteUs: number,
    epochSeconds: (nowUs: number) => number,
    events: JobEvents,
  ) {
    this.#events = events
    this.#jobs = jobs
    this.#executions = executions
    this.#groups = groups
    this.#epochSeconds = epochSeconds
    this.#retries = new Retries(executions, this.#agenda, minuteUs)
    this.#removal = new JobRemoval(executions, this.#agenda, events, minuteUs)
    this.rollouts = new Rollouts(executions, groups, this.#agenda, minuteUs, {
      reached: (job, nowUs) => this.#abortIfMet(job, nowUs),
      rolledOut: (job, nowUs) => this.#completeIfDone(job, nowUs),
    })
  }

  /** Executions that are still to be rolled out or retried. */
  get toCome(): number {
    return this.rollouts.toCome + this.#retries.waiting
  }

  countOf(status: JobStatus): number {
    return this.#byStatus[status]
  }

  /** Perhaps too early, never too late. Infinity is never. */
  get nextUs(): number {
    return this.#agenda.nextUs
  }

  advance(nowUs: number): void {
    this.#agenda.advance(nowUs, this.#due, this.#retries.due)
  }

  /**
   * Creates jobs that reach their things one after the other.
   *
   * @param targets things without repetitions, or the things below a number.
   * @param pace undefined: all at once.
   */
  create(
    settings: readonly JobSettings[],
    targets: readonly number[] | number,
    pace: RolloutConfig | undefined,
    nowUs: number,
  ): readonly Job[] {
    const jobs = settings.map((one) => this.#create(one, nowUs))
    if (jobs.length > 0)
      this.rollouts.start(this.rollouts.prepare(jobs, targets, pace, nowUs), nowUs)
    return jobs
  }

  /** A job that begins later. The things of a snapshot are those of now, else those of then. */
  createScheduled(
    settings: JobSettings,
    targets: readonly number[],
    beginUs: number,
    nowUs: number,
  ): Job {
    const job = this.#create(settings, nowUs)
    this.#become(job, 'SCHEDULED')
    this.rollouts.prepare([job], targets, settings.rolloutConfig ?? {}, beginUs)
    this.#agenda.set(job.index, 'begin', beginUs)
    return job
  }

  endAt(job: Job, atUs: number): void {
    this.#agenda.set(job.index, 'end', atUs)
  }

  /** To be called for each execution that has ended. */
  ended(record: ExecutionRecord, nowUs: number): void {
    const { job, status } = record
    if (status === 'SUCCEEDED') this.rollouts.succeeded(job, nowUs)
    else this.#abortIfMet(job, nowUs)
    if (this.#retries.tryAgain(record, nowUs)) return
    if (job.isEndless) this.#goOn(record, nowUs)
    else this.#completeIfDone(job, nowUs)
  }

  touch(job: Job, nowUs: number): void {
    job.lastUpdatedAt = this.#epochSeconds(nowUs)
  }

  /** QUEUED executions are CANCELED, with `force` those in progress too; no more are to come. */
  cancel(job: Job, force: boolean, reason: CancelReason, nowUs: number): void {
    this.#become(job, 'CANCELED')
    this.touch(job, nowUs)
    job.forceCanceled ||= force
    job.reasonCode = reason.reasonCode ?? job.reasonCode
    job.comment = reason.comment ?? job.comment
    this.#stop(job)
    this.#events.job('cancellation_in_progress', job, nowUs)
    for (const record of job.latest.values())
      if (record.status === 'QUEUED' || (force && record.status === 'IN_PROGRESS'))
        this.#executions.end(record, 'CANCELED', nowUs)
    this.#events.job('canceled', job, nowUs)
  }

  /** Everything of the job goes, a part at a time when there is much. */
  delete(job: Job, nowUs: number): void {
    this.#become(job, 'DELETION_IN_PROGRESS')
    this.touch(job, nowUs)
    this.#stop(job)
    this.#events.job('deletion_in_progress', job, nowUs)
    this.#goOnDeleting(job, nowUs)
  }

  deleteExecution(record: ExecutionRecord, nowUs: number): void {
    this.#retries.drop(record)
    this.#removal.remove(record, nowUs)
    this.#completeIfDone(record.job, nowUs)
  }

  /** The thing has become a target of a continuous job: its execution is queued outside the pace. */
  joined(job: Job, thing: number, nowUs: number): void {
    if (job.status !== 'IN_PROGRESS' || job.isRolloutStopped) return
    const latest = job.latest.get(thing)
    if (latest === undefined) job.notified += 1
    else if (!isTerminal(latest.status)) return
    else this.#retries.drop(latest)
    this.#executions.queue(job, thing, 1, nowUs)
    this.#abortIfMet(job, nowUs)
  }

  /** The thing is no target of the job any more. */
  left(job: Job, thing: number, nowUs: number): void {
    const latest = job.latest.get(thing)
    if (job.status !== 'IN_PROGRESS' || latest === undefined) return
    if (isTerminal(latest.status)) this.#retries.drop(latest)
    else this.#executions.end(latest, 'REMOVED', nowUs)
  }

  /** All that is open of a deleted thing is REMOVED. */
  removeThing(thing: number, nowUs: number): void {
    for (const record of this.#executions.pendingOf(thing, Number.POSITIVE_INFINITY))
      this.#executions.end(record, 'REMOVED', nowUs)
    if (this.#retries.waiting === 0) return
    for (const job of this.#jobs.withRows())
      for (const ordinal of [0, 1]) {
        const latest = job.latest.get(slotOf(job, thing, ordinal))
        if (latest !== undefined && this.#retries.drop(latest)) this.#completeIfDone(job, nowUs)
      }
  }

  /** A continuous job reaches all that are its targets now and have no execution, at its pace. */
  retarget(job: Job, nowUs: number): void {
    const things = this.#groups.thingsOf(job.targets)
    const fresh = things.filter((thing) => !job.latest.has(thing))
    this.rollouts.retarget(job, fresh, nowUs)
  }

  readonly #due = (index: number, kind: AgendaKind, atUs: number): void => {
    if (kind === 'roll-out') {
      this.rollouts.due(index, atUs)
      return
    }
    const job = this.#jobs.at(index)
    if (job === undefined) return
    if (kind === 'begin') this.#begin(job, atUs)
    else if (kind === 'end') this.#endOnSchedule(job, atUs)
    else this.#goOnDeleting(job, atUs)
  }

  #create(settings: JobSettings, nowUs: number): Job {
    const job = this.#jobs.add(settings, this.#epochSeconds(nowUs))
    this.#byStatus.IN_PROGRESS += 1
    if (job.targetSelection === 'CONTINUOUS') this.#groups.follow(job)
    return job
  }

  #begin(job: Job, nowUs: number): void {
    if (job.status !== 'SCHEDULED' || job.rollout === undefined) return
    this.#become(job, 'IN_PROGRESS')
    this.touch(job, nowUs)
    if (job.targetSelection === 'CONTINUOUS') this.retarget(job, nowUs)
    else this.rollouts.start(job.rollout, nowUs)
  }

  /** The end time (protocol 3.10). What was rolled out and is not canceled goes on, retries too. */
  #endOnSchedule(job: Job, nowUs: number): void {
    if (job.status !== 'IN_PROGRESS') return
    const { endBehavior = 'STOP_ROLLOUT' } = job.schedule ?? {}
    if (endBehavior !== 'STOP_ROLLOUT') {
      this.cancel(job, endBehavior === 'FORCE_CANCEL', END_TIME, nowUs)
      return
    }
    job.isRolloutStopped = true
    this.touch(job, nowUs)
    this.rollouts.stop(job)
    this.#completeIfDone(job, nowUs)
  }

  /** A snapshot job, when every execution is terminal and none is to come (protocol 3.9). */
  #completeIfDone(job: Job, nowUs: number): void {
    if (job.status !== 'IN_PROGRESS' || job.targetSelection !== 'SNAPSHOT' || job.isEndless) return
    const { QUEUED, IN_PROGRESS } = job.counts
    if (QUEUED + IN_PROGRESS + job.toRollOut + job.waitingRetries > 0) return
    this.#become(job, 'COMPLETED')
    this.touch(job, nowUs)
    job.completedAt = job.lastUpdatedAt
    this.#events.job('completed', job, nowUs)
    this.#agenda.clearSchedule(job.index)
  }

  #abortIfMet(job: Job, nowUs: number): void {
    if (job.abort === undefined || job.status !== 'IN_PROGRESS') return
    if (mustAbort(job, job.abort)) this.cancel(job, false, ABORTED, nowUs)
  }

  /** The next execution of an endless row. */
  #goOn({ job, thing, ordinal }: ExecutionRecord, nowUs: number): void {
    if (job.status === 'IN_PROGRESS' && !this.#groups.isGone(thing))
      this.#executions.queue(job, thing, ordinal + 1, nowUs)
  }

  /** Nothing of the job is to come any more. */
  #stop(job: Job): void {
    this.#agenda.clearSchedule(job.index)
    this.rollouts.stop(job)
    this.#retries.dropAll(job)
  }

  #goOnDeleting(job: Job, nowUs: number): void {
    const isEmpty = this.#removal.removeSome(job, nowUs)
    if (!isEmpty) return
    this.#byStatus[job.status] -= 1
    this.#groups.unfollow(job)
    this.#events.job('deleted', job, nowUs)
    this.#jobs.remove(job)
  }

  #become(job: Job, status: JobStatus): void {
    this.#byStatus[job.status] -= 1
    this.#byStatus[status] += 1
    job.status = status
  }
}
