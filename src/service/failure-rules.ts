import type { AbortConfig, AbortFailure, RetryConfig } from '../protocol/job-config.ts'
import type { ExecutionStatus } from '../protocol/jobs.ts'
import type { Job } from './job.ts'
import type { ExecutionRecord } from './job-execution.ts'

/**
 * Whether an execution that has failed gets one more try (protocol 3.6). A kind of failure has its own
 * retries; what goes beyond them is taken from those for ALL.
 */
export function mayRetry(record: ExecutionRecord, config: RetryConfig): boolean {
  if (record.status !== 'FAILED' && record.status !== 'TIMED_OUT') return false
  let failed = 0
  let timedOut = 0
  let at: ExecutionRecord | undefined = record
  // Only what this row of tries has used up: after a group change it counts anew.
  for (let tries = record.retryAttempt; at !== undefined && tries >= 0; tries--) {
    if (at.status === 'FAILED') failed += 1
    else if (at.status === 'TIMED_OUT') timedOut += 1
    at = at.earlier
  }
  const beyond =
    Math.max(0, failed - retriesFor('FAILED', config)) +
    Math.max(0, timedOut - retriesFor('TIMED_OUT', config))
  return beyond <= retriesFor('ALL', config)
}

function retriesFor(
  failure: 'FAILED' | 'TIMED_OUT' | 'ALL',
  { criteriaList }: RetryConfig,
): number {
  return criteriaList.find(({ failureType }) => failureType === failure)?.numberOfRetries ?? 0
}

/**
 * Whether the job must be given up (protocol 3.8): enough things were notified, and of all executions
 * so far, retries included, too large a share has failed.
 */
export function mustAbort(job: Job, { criteriaList }: AbortConfig): boolean {
  return criteriaList.some(({ failureType, thresholdPercentage, minNumberOfExecutedThings }) => {
    const failures = failuresOf(job, failureType)
    if (failures === 0 || job.notified < minNumberOfExecutedThings) return false
    return failures * 100 >= thresholdPercentage * executionsOf(job)
  })
}

function failuresOf({ counts }: Job, failure: AbortFailure): number {
  if (failure !== 'ALL') return counts[failure]
  return counts.FAILED + counts.REJECTED + counts.TIMED_OUT
}

function executionsOf({ counts }: Job): number {
  let sum = 0
  for (const status in counts) sum += counts[status as ExecutionStatus]
  return sum
}
