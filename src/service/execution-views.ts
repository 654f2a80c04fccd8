import type {
  JobExecution,
  JobExecutionState,
  JobExecutionSummary,
  JobsNotification,
} from '../protocol/jobs.ts'
import type { ExecutionRecord } from './job-execution.ts'

/**
 * What devices see of a record: copies, because records change in place. Times are whole seconds.
 * Members without a value are undefined, so that all copies have one shape.
 *
 * @param secondsLeft until the earlier timer, undefined without one.
 * @param document undefined: without it.
 */
export function executionView(
  record: ExecutionRecord,
  secondsLeft: number | undefined,
  document: string | undefined,
): JobExecution {
  return {
    jobId: record.jobId,
    status: record.status,
    statusDetails: record.statusDetails,
    queuedAt: Math.floor(record.queuedAt),
    startedAt: record.startedAt === 0 ? undefined : Math.floor(record.startedAt),
    lastUpdatedAt: Math.floor(record.lastUpdatedAt),
    approximateSecondsBeforeTimedOut: secondsLeft,
    versionNumber: record.versionNumber,
    executionNumber: record.executionNumber,
    jobDocument: document,
  }
}

export function stateView(record: ExecutionRecord): JobExecutionState {
  return {
    status: record.status,
    statusDetails: record.statusDetails,
    versionNumber: record.versionNumber,
  }
}

/** @param pending in order, and no more than may be shown. */
export function splitSummaries(pending: readonly ExecutionRecord[]): {
  readonly inProgress: JobExecutionSummary[]
  readonly queued: JobExecutionSummary[]
} {
  const inProgress: JobExecutionSummary[] = []
  const queued: JobExecutionSummary[] = []
  for (const record of pending)
    (record.status === 'IN_PROGRESS' ? inProgress : queued).push(summaryView(record))
  return { inProgress, queued }
}

/** A status with no entries is left out (protocol 2.6). */
export function notifyView(pending: readonly ExecutionRecord[]): JobsNotification {
  const { inProgress, queued } = splitSummaries(pending)
  return {
    kind: 'notify',
    jobs: {
      ...(inProgress.length > 0 && { IN_PROGRESS: inProgress }),
      ...(queued.length > 0 && { QUEUED: queued }),
    },
  }
}

function summaryView(record: ExecutionRecord): JobExecutionSummary {
  return {
    jobId: record.jobId,
    queuedAt: Math.floor(record.queuedAt),
    startedAt: record.startedAt === 0 ? undefined : Math.floor(record.startedAt),
    lastUpdatedAt: Math.floor(record.lastUpdatedAt),
    versionNumber: record.versionNumber,
    executionNumber: record.executionNumber,
  }
}
