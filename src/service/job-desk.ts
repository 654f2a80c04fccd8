import type { RolloutConfig } from '../protocol/job-config.ts'
import { isTerminal } from '../protocol/jobs.ts'
import {
  ACTIVE_JOBS_MAX,
  CONCURRENT_JOBS_MAX,
  JOB_TARGETS_MAX,
  JOBS_IN_DELETION_MAX,
} from '../protocol/limits.ts'
import type { Executions } from './executions.ts'
import type { Job, JobSettings } from './job.ts'
import type {
  ControlExecution,
  ExecutionCancel,
  ExecutionFilter,
  JobCancel,
  JobChange,
  JobControl,
  JobFilter,
  JobSpec,
  JobView,
  Placed,
  Refusal,
  RefusalCode,
} from './job-control.ts'
import type { ExecutionRecord } from './job-execution.ts'
import type { JobLife } from './job-life.ts'
import { cancelRefusal, changeRefusal, commentRefusal, specRefusal } from './job-rules.ts'
import type { JobTable } from './job-table.ts'
import { controlExecution, jobView, passes } from './job-views.ts'
import { scheduleSeconds } from './schedule-time.ts'
import type { ThingGroups } from './thing-groups.ts'

/** What the desk works on. */
export interface DeskParts {
  readonly jobs: JobTable
  readonly executions: Executions
  readonly life: JobLife
  readonly groups: ThingGroups
  readonly minuteUs: number
  /** The wall clock's seconds, with a fraction, at a time of ours. */
  readonly epochSeconds: (nowUs: number) => number
  /** Lets all happen that is due. */
  readonly advance: (nowUs: number) => void
}

/** Where the control plane's wishes are checked and carried out. */
export class JobDesk implements JobControl {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  createJob(spec: JobSpec, nowUs: number): Refusal | undefined {
    const { jobs, life, groups, epochSeconds, advance } = this.#parts
    advance(nowUs)
    const nowSeconds = epochSeconds(nowUs)
    const refusal = specRefusal(spec, nowSeconds)
    if (refusal !== undefined) return refusal
    if (jobs.has(spec.jobId))
      return refused('ResourceAlreadyExistsException', `Job ${spec.jobId} exists already`)
    const active = life.countOf('IN_PROGRESS') + life.countOf('SCHEDULED')
    if (active >= ACTIVE_JOBS_MAX || life.rollouts.count >= CONCURRENT_JOBS_MAX)
      return refused('LimitExceededException', 'The limit of active or concurrent jobs is reached')
    const settings = this.#settingsOf(spec)
    const targets = groups.thingsOf(spec.targets)
    const usOf = (text: string | undefined) =>
      text === undefined
        ? undefined
        : nowUs + Math.ceil(((scheduleSeconds(text) ?? 0) - nowSeconds) * 1_000_000)
    const beginUs = usOf(spec.schedulingConfig?.startTime)
    const endUs = usOf(spec.schedulingConfig?.endTime)
    const job =
      beginUs === undefined
        ? life.create([settings], targets, paceOf(spec), nowUs)[0]
        : life.createScheduled(settings, targets, beginUs, nowUs)
    if (endUs !== undefined && job !== undefined) life.endAt(job, endUs)
    return undefined
  }

  describeJob(jobId: string, nowUs: number): JobView | Refusal {
    this.#parts.advance(nowUs)
    const job = this.#parts.jobs.get(jobId)
    return job === undefined ? noJob(jobId) : jobView(job)
  }

  updateJob(jobId: string, change: JobChange, nowUs: number): Refusal | undefined {
    const { jobs, life, advance } = this.#parts
    advance(nowUs)
    const job = jobs.get(jobId)
    if (job === undefined) return noJob(jobId)
    const refusal = changeRefusal(change, job.timeout !== undefined)
    if (refusal !== undefined) return refusal
    if (job.status !== 'IN_PROGRESS' && job.status !== 'SCHEDULED')
      return refused('InvalidRequestException', `Job ${jobId} is ${job.status}`)
    job.description = change.description ?? job.description
    job.presigned = change.presignedUrlConfig ?? job.presigned
    job.abort = change.abortConfig ?? job.abort
    job.retry = change.jobExecutionsRetryConfig ?? job.retry
    // Executions that run keep their timer (protocol 3.5).
    job.timeout = change.timeoutConfig ?? job.timeout
    job.inProgressTimeoutUs = this.#timeoutUs(job.timeout?.inProgressTimeoutInMinutes)
    if (change.jobExecutionsRolloutConfig !== undefined) {
      job.rolloutConfig = change.jobExecutionsRolloutConfig
      life.rollouts.repace(job, nowUs)
    }
    life.touch(job, nowUs)
    return undefined
  }

  cancelJob(jobId: string, cancel: JobCancel, nowUs: number): JobView | Refusal {
    const { jobs, life, advance } = this.#parts
    advance(nowUs)
    const job = jobs.get(jobId)
    if (job === undefined) return noJob(jobId)
    const refusal = cancelRefusal(cancel)
    if (refusal !== undefined) return refusal
    if (job.status === 'COMPLETED' || job.status === 'DELETION_IN_PROGRESS')
      return refused('InvalidRequestException', `Job ${jobId} is ${job.status}`)
    life.cancel(job, cancel.force, cancel, nowUs)
    return jobView(job)
  }

  deleteJob(jobId: string, force: boolean, nowUs: number): Refusal | undefined {
    const { jobs, life, advance } = this.#parts
    advance(nowUs)
    const job = jobs.get(jobId)
    if (job === undefined) return noJob(jobId)
    const isOver = job.status === 'COMPLETED' || job.status === 'CANCELED'
    if (job.status === 'DELETION_IN_PROGRESS' || !(isOver || force))
      return refused('InvalidStateTransitionException', `Job ${jobId} is ${job.status}`)
    if (life.countOf('DELETION_IN_PROGRESS') >= JOBS_IN_DELETION_MAX)
      return refused(
        'LimitExceededException',
        `${JOBS_IN_DELETION_MAX} jobs are being deleted already`,
      )
    life.delete(job, nowUs)
    return undefined
  }

  *listJobs(filter: JobFilter, nowUs: number): Generator<Placed<JobView>> {
    this.#parts.advance(nowUs)
    const { after = 0 } = filter
    for (const job of this.#parts.jobs.all())
      if (job.serial > after && passes(job, filter))
        yield { place: job.serial, value: jobView(job) }
  }

  jobDocument(jobId: string): string | Refusal {
    return this.#parts.jobs.get(jobId)?.documentText ?? noJob(jobId)
  }

  associateTargets(
    jobId: string,
    added: readonly string[],
    comment: string | undefined,
    nowUs: number,
  ): JobView | Refusal {
    const { jobs, life, groups, advance } = this.#parts
    advance(nowUs)
    const job = jobs.get(jobId)
    if (job === undefined) return noJob(jobId)
    const refusal = commentRefusal(comment)
    if (refusal !== undefined) return refusal
    if (job.targetSelection !== 'CONTINUOUS' || job.status !== 'IN_PROGRESS')
      return refused(
        'InvalidRequestException',
        `Job ${jobId} is ${job.targetSelection} and ${job.status}; it must be CONTINUOUS and IN_PROGRESS`,
      )
    const known = new Set(job.targets.map((one) => (one.kind === 'group' ? one.group : undefined)))
    const fresh = [...new Set(added)].filter((group) => !known.has(group))
    if (job.targets.length + fresh.length > JOB_TARGETS_MAX)
      return refused('LimitExceededException', `A job has at most ${JOB_TARGETS_MAX} targets`)
    job.targets = [...job.targets, ...fresh.map((group) => ({ kind: 'group', group }) as const)]
    job.comment = comment ?? job.comment
    groups.follow(job)
    life.touch(job, nowUs)
    life.retarget(job, nowUs)
    return jobView(job)
  }

  executionsForJob(
    jobId: string,
    filter: ExecutionFilter,
    nowUs: number,
  ): Iterable<Placed<ControlExecution>> | Refusal {
    this.#parts.advance(nowUs)
    const job = this.#parts.jobs.get(jobId)
    return job === undefined ? noJob(jobId) : this.#executionsOf(job, filter, nowUs)
  }

  *executionsForThing(
    thing: number,
    filter: ExecutionFilter,
    nowUs: number,
  ): Generator<Placed<ControlExecution>> {
    this.#parts.advance(nowUs)
    const { status, jobId, after } = filter
    const records = this.#recordsOf(thing)
      .filter((one) => status === undefined || one.status === status)
      .filter((one) => jobId === undefined || one.jobId === jobId)
      .filter((one) => after === undefined || one.sequence > after)
      .sort((one, other) => one.sequence - other.sequence)
    for (const record of records) yield { place: record.sequence, value: this.#view(record, nowUs) }
  }

  describeExecution(
    thing: number,
    jobId: string,
    executionNumber: number | undefined,
    nowUs: number,
  ): ControlExecution | Refusal {
    this.#parts.advance(nowUs)
    const record = this.#parts.executions.find(thing, jobId, executionNumber)
    return record === undefined ? noExecution(jobId) : this.#view(record, nowUs)
  }

  cancelExecution(
    thing: number,
    jobId: string,
    { force, expectedVersion, statusDetails }: ExecutionCancel,
    nowUs: number,
  ): Refusal | undefined {
    const { executions, advance } = this.#parts
    advance(nowUs)
    const record = executions.find(thing, jobId, undefined)
    if (record === undefined) return noExecution(jobId)
    const { status, versionNumber } = record
    if (expectedVersion !== undefined && expectedVersion !== versionNumber)
      return refused(
        'VersionConflictException',
        `Expected version ${expectedVersion} but found version ${versionNumber}`,
      )
    if (isTerminal(status) || (status === 'IN_PROGRESS' && !force)) return notIn(status)
    executions.end(record, 'CANCELED', nowUs, statusDetails)
    return undefined
  }

  deleteExecution(
    thing: number,
    jobId: string,
    executionNumber: number,
    force: boolean,
    nowUs: number,
  ): Refusal | undefined {
    const { executions, life, advance } = this.#parts
    advance(nowUs)
    const record = executions.find(thing, jobId, executionNumber)
    // Those of an endless row follow each other for ever: to delete one would take a hole.
    if (record === undefined || record.job.isEndless) return noExecution(jobId)
    if (record.status === 'IN_PROGRESS' && !force) return notIn(record.status)
    life.deleteExecution(record, nowUs)
    return undefined
  }

  thingJoined(group: string, thing: number, nowUs: number): void {
    const { life, groups, advance } = this.#parts
    advance(nowUs)
    // Jobs that reach the thing through another target go on as they are.
    const jobs = groups.followersOf(group).filter((job) => !groups.isTargeted(job, thing))
    if (!groups.join(group, thing)) return
    for (const job of jobs) life.joined(job, thing, nowUs)
  }

  thingLeft(group: string, thing: number, nowUs: number): void {
    const { life, groups, advance } = this.#parts
    advance(nowUs)
    if (!groups.leave(group, thing)) return
    for (const job of groups.followersOf(group))
      if (!groups.isTargeted(job, thing)) life.left(job, thing, nowUs)
  }

  thingRemoved(thing: number, nowUs: number): void {
    const { life, executions, groups, advance } = this.#parts
    advance(nowUs)
    groups.remove(thing)
    if (executions.switches.deletedThing === 'removed') life.removeThing(thing, nowUs)
  }

  #settingsOf(spec: JobSpec): JobSettings {
    return {
      id: spec.jobId,
      isEndless: false,
      documentText: spec.documentText,
      documentSource: spec.documentSource,
      targetSelection: spec.targetSelection ?? 'SNAPSHOT',
      schedule: spec.schedulingConfig,
      repeated: spec.repeated,
      targets: spec.targets,
      description: spec.description,
      presigned: spec.presignedUrlConfig,
      rolloutConfig: spec.jobExecutionsRolloutConfig,
      abort: spec.abortConfig,
      timeout: spec.timeoutConfig,
      retry: spec.jobExecutionsRetryConfig,
      inProgressTimeoutUs: this.#timeoutUs(spec.timeoutConfig?.inProgressTimeoutInMinutes),
    }
  }

  #timeoutUs(minutes: number | undefined): number {
    return minutes === undefined ? Number.POSITIVE_INFINITY : minutes * this.#parts.minuteUs
  }

  *#executionsOf(
    job: Job,
    { status, after = 0 }: ExecutionFilter,
    nowUs: number,
  ): Generator<Placed<ControlExecution>> {
    for (let at = after; at < job.records.length; at++) {
      const record = job.records[at]
      if (record === undefined || (status !== undefined && record.status !== status)) continue
      yield { place: at + 1, value: this.#view(record, nowUs) }
    }
  }

  #recordsOf(thing: number): ExecutionRecord[] {
    const records: ExecutionRecord[] = []
    for (const job of this.#parts.jobs.withRows())
      for (const slot of job.isEndless ? [thing * 2, thing * 2 + 1] : [thing])
        for (let at = job.latest.get(slot); at !== undefined; at = at.earlier) records.push(at)
    return records
  }

  #view(record: ExecutionRecord, nowUs: number): ControlExecution {
    return controlExecution(record, this.#parts.executions.secondsLeft(record, nowUs))
  }
}

/** The control plane's default is the account's limit (protocol 3.7). */
function paceOf({ jobExecutionsRolloutConfig }: JobSpec): RolloutConfig {
  return jobExecutionsRolloutConfig ?? {}
}

function refused(code: RefusalCode, message: string): Refusal {
  return { code, message }
}

function noJob(jobId: string): Refusal {
  return refused('ResourceNotFoundException', `There is no job ${jobId}`)
}

function noExecution(jobId: string): Refusal {
  return refused('ResourceNotFoundException', `The thing has no such execution of job ${jobId}`)
}

function notIn(status: string): Refusal {
  return refused('InvalidStateTransitionException', `The execution is ${status}`)
}
