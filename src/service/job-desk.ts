import type { RolloutConfig } from '../protocol/job-config.ts'
import {
  ACTIVE_JOBS_MAX,
  CONCURRENT_JOBS_MAX,
  JOB_TARGETS_MAX,
  JOBS_IN_DELETION_MAX,
} from '../protocol/limits.ts'
import { type DeskParts, ExecutionDesk } from './execution-desk.ts'
import type { JobSettings } from './job.ts'
import type {
  JobCancel,
  JobChange,
  JobControl,
  JobFilter,
  JobSpec,
  JobView,
  Placed,
  Refusal,
} from './job-control.ts'
import { cancelRefusal, changeRefusal, commentRefusal, specRefusal } from './job-rules.ts'
import { jobView, passes } from './job-views.ts'
import { noJob, refused } from './refusals.ts'
import { scheduleSeconds } from './schedule-time.ts'

/** Where the control plane's wishes are checked and carried out. */
export class JobDesk extends ExecutionDesk implements JobControl {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    super(parts)
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
}

/** The control plane's default is the account's limit (protocol 3.7). */
function paceOf({ jobExecutionsRolloutConfig }: JobSpec): RolloutConfig {
  return jobExecutionsRolloutConfig ?? {}
}
