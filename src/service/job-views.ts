import type { Job } from './job.ts'
import type { ControlExecution, JobFilter, JobView } from './job-control.ts'
import type { ExecutionRecord } from './job-execution.ts'

/** What the control plane sees of a job: a copy, because jobs change in place. */
export function jobView(job: Job): JobView {
  const isConcurrent = job.status === 'IN_PROGRESS' && job.toRollOut > 0
  return {
    jobId: job.id,
    targetSelection: job.targetSelection,
    status: job.status,
    forceCanceled: job.forceCanceled || undefined,
    reasonCode: job.reasonCode,
    comment: job.comment,
    targets: job.targets,
    processingTargets: isConcurrent ? job.targets : undefined,
    description: job.description,
    documentSource: job.documentSource,
    presignedUrlConfig: job.presigned,
    jobExecutionsRolloutConfig: job.rolloutConfig,
    abortConfig: job.abort,
    timeoutConfig: job.timeout,
    jobExecutionsRetryConfig: job.retry,
    schedulingConfig: job.schedule,
    createdAt: job.createdAt,
    lastUpdatedAt: job.lastUpdatedAt,
    completedAt: job.completedAt,
    isConcurrent,
    counts: { ...job.counts },
    repeated: job.repeated,
  }
}

export function controlExecution(
  record: ExecutionRecord,
  secondsLeft: number | undefined,
): ControlExecution {
  return {
    thing: record.thing,
    jobId: record.jobId,
    status: record.status,
    forceCanceled: record.forceCanceled || undefined,
    statusDetails: record.statusDetails,
    queuedAt: record.queuedAt,
    startedAt: record.startedAt === 0 ? undefined : record.startedAt,
    lastUpdatedAt: record.lastUpdatedAt,
    executionNumber: record.executionNumber,
    versionNumber: record.versionNumber,
    retryAttempt: record.retryAttempt,
    approximateSecondsBeforeTimedOut: secondsLeft,
  }
}

export function passes(job: Job, { status, targetSelection, group }: JobFilter): boolean {
  if (status !== undefined && job.status !== status) return false
  if (targetSelection !== undefined && job.targetSelection !== targetSelection) return false
  if (group === undefined) return true
  return job.targets.some((target) => target.kind === 'group' && target.group === group)
}
