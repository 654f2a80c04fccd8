import type {
  ExecutionStatus,
  JobExecution,
  JobExecutionState,
  JobExecutionSummary,
  JobsNotification,
  StatusDetails,
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
  return new ExecutionView(record, secondsLeft, document)
}

/**
 * A class, where a literal would do: the first views go to all things at once and live until they are delivered. From
 * that the engine learns to make what comes from a literal among the objects that live long.
 */
class ExecutionView implements JobExecution {
  declare readonly jobId: string
  declare readonly status: ExecutionStatus
  declare readonly statusDetails: StatusDetails | undefined
  declare readonly queuedAt: number
  declare readonly startedAt: number | undefined
  declare readonly lastUpdatedAt: number
  declare readonly approximateSecondsBeforeTimedOut: number | undefined
  declare readonly versionNumber: number
  declare readonly executionNumber: number
  declare readonly jobDocument: string | undefined

  constructor(
    record: ExecutionRecord,
    secondsLeft: number | undefined,
    document: string | undefined,
  ) {
    this.jobId = record.jobId
    this.status = record.status
    this.statusDetails = record.statusDetails
    this.queuedAt = Math.floor(record.queuedAt)
    this.startedAt = record.startedAt === 0 ? undefined : Math.floor(record.startedAt)
    this.lastUpdatedAt = Math.floor(record.lastUpdatedAt)
    this.approximateSecondsBeforeTimedOut = secondsLeft
    this.versionNumber = record.versionNumber
    this.executionNumber = record.executionNumber
    this.jobDocument = document
  }
}

/** What a notification of the first pending execution says; a class for the same reason. */
export class NextView {
  declare readonly kind: 'notify-next'
  declare readonly execution: JobExecution | undefined

  constructor(execution: JobExecution | undefined) {
    this.kind = 'notify-next'
    this.execution = execution
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
