/**
 * The words of the Jobs data plane, in the form that both sides of a run use inside: operations,
 * statuses, requests, replies and notifications. How they look on MQTT and HTTP is in `mqtt.ts` and
 * `http.ts`. Shapes: service model iot-jobs-data 2017-09-29.
 */

export const OPERATIONS = ['start-next', 'update', 'describe', 'get-pending'] as const
/** StartNextPending-, Update-, Describe- and GetPendingJobExecution(s), by their MQTT names. */
export type Operation = (typeof OPERATIONS)[number]

/** Its place in `OPERATIONS`. For each request: to compare four names costs less than to look one up. */
export function operationAt(operation: Operation): number {
  switch (operation) {
    case 'start-next':
      return 0
    case 'update':
      return 1
    case 'describe':
      return 2
    default:
      return 3
  }
}

export const EXECUTION_STATUSES = [
  'QUEUED',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'REJECTED',
  'REMOVED',
  'CANCELED',
] as const
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

/** Its place in `EXECUTION_STATUSES`: as `operationAt`, for each change of an execution. */
export function statusAt(status: ExecutionStatus): number {
  switch (status) {
    case 'QUEUED':
      return 0
    case 'IN_PROGRESS':
      return 1
    case 'SUCCEEDED':
      return 2
    case 'FAILED':
      return 3
    case 'TIMED_OUT':
      return 4
    case 'REJECTED':
      return 5
    case 'REMOVED':
      return 6
    default:
      return 7
  }
}

/** Whether an execution with this status has ended for good. */
export function isTerminal(status: ExecutionStatus): boolean {
  return status !== 'QUEUED' && status !== 'IN_PROGRESS'
}

/** Why the service refuses, in the words of MQTT; HTTP adds `Exception` to most of them. */
export const REJECT_CODES = [
  'InvalidTopic',
  'InvalidJson',
  'InvalidRequest',
  'InvalidStateTransition',
  'ResourceNotFound',
  'VersionMismatch',
  'InternalError',
  'RequestThrottled',
  'TerminalStateReached',
] as const
export type RejectCode = (typeof REJECT_CODES)[number]

export type StatusDetails = Readonly<Record<string, string>>

export interface StartNextRequest {
  readonly statusDetails?: StatusDetails
  /** 1..10080. */
  readonly stepTimeoutInMinutes?: number
}

export interface UpdateRequest {
  readonly jobId: string
  readonly status: ExecutionStatus
  readonly statusDetails?: StatusDetails
  readonly expectedVersion?: number
  /** Absent means the latest execution of the job on this thing. */
  readonly executionNumber?: number
  readonly includeJobExecutionState?: boolean
  readonly includeJobDocument?: boolean
  /** 1..10080, or -1 to cancel the step timer. */
  readonly stepTimeoutInMinutes?: number
}

export interface DescribeRequest {
  /** A job id, or `$next`. */
  readonly jobId: string
  readonly executionNumber?: number
  /** Absent means true. */
  readonly includeJobDocument?: boolean
}

export type GetPendingRequest = Readonly<Record<string, never>>

export type JobsRequest = StartNextRequest | UpdateRequest | DescribeRequest | GetPendingRequest

/** Times are whole seconds since the epoch. Members without a value are absent, never null. */
export interface JobExecution {
  readonly jobId: string
  /** HTTP only. */
  readonly thingName?: string
  readonly status: ExecutionStatus
  readonly statusDetails?: StatusDetails
  readonly queuedAt: number
  readonly startedAt?: number
  readonly lastUpdatedAt: number
  readonly approximateSecondsBeforeTimedOut?: number
  readonly versionNumber: number
  readonly executionNumber: number
  /** JSON text inside the stand-in and over HTTP, the JSON value itself over MQTT. */
  readonly jobDocument?: unknown
}

export interface JobExecutionSummary {
  readonly jobId: string
  readonly queuedAt: number
  readonly startedAt?: number
  readonly lastUpdatedAt: number
  readonly versionNumber: number
  readonly executionNumber: number
}

export interface JobExecutionState {
  readonly status: ExecutionStatus
  readonly statusDetails?: StatusDetails
  readonly versionNumber: number
}

export interface Accepted {
  readonly kind: 'accepted'
  /** start-next and describe; absent when nothing is pending. */
  readonly execution?: JobExecution
  /** update, when asked for. */
  readonly executionState?: JobExecutionState
  /** update, when asked for. */
  readonly jobDocument?: unknown
  /** get-pending; both lists are always there. */
  readonly inProgressJobs?: readonly JobExecutionSummary[]
  readonly queuedJobs?: readonly JobExecutionSummary[]
}

export interface Rejected {
  readonly kind: 'rejected'
  /** A RejectCode from the stand-in. A stranger's service may send any word; `Malformed` is ours. */
  readonly code: RejectCode | 'Malformed' | (string & {})
  readonly message: string
  /** Only with InvalidStateTransition and VersionMismatch. */
  readonly executionState?: JobExecutionState
}

export type Reply = Accepted | Rejected

/** `notify` is the pending list changed, `notify-next` is its first member changed. */
export type JobsNotification =
  | {
      readonly kind: 'notify'
      readonly jobs: Readonly<Partial<Record<ExecutionStatus, readonly JobExecutionSummary[]>>>
    }
  | { readonly kind: 'notify-next'; readonly execution?: JobExecution }
