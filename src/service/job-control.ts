import type {
  AbortConfig,
  PresignedUrlConfig,
  RetryConfig,
  RolloutConfig,
  SchedulingConfig,
  TargetSelection,
  TimeoutConfig,
} from '../protocol/job-config.ts'
import type { ExecutionStatus, StatusDetails } from '../protocol/jobs.ts'

/**
 * The job operations of the control plane, and what the registry tells the jobs, without wires. Things
 * are indexes of the service, groups are names; ARNs are the front's. No expected refusal is thrown.
 * Times are those of the service: each call lets it catch up to `nowUs` first, and they must not go back.
 */
export interface JobControl {
  /**
   * Targets must exist: the front refuses unknown things and groups. A thing reached through several
   * targets gets one execution.
   */
  createJob(spec: JobSpec, nowUs: number): Refusal | undefined
  describeJob(jobId: string, nowUs: number): JobView | Refusal
  /** A member left out stays as it is. */
  updateJob(jobId: string, change: JobChange, nowUs: number): Refusal | undefined
  cancelJob(jobId: string, cancel: JobCancel, nowUs: number): JobView | Refusal
  /** A large job is in status DELETION_IN_PROGRESS for a while, then it is gone. */
  deleteJob(jobId: string, force: boolean, nowUs: number): Refusal | undefined
  /** In the order of creation. */
  listJobs(filter: JobFilter, nowUs: number): Iterable<Placed<JobView>>
  jobDocument(jobId: string): string | Refusal
  associateTargets(
    jobId: string,
    groups: readonly string[],
    comment: string | undefined,
    nowUs: number,
  ): JobView | Refusal

  /** In the order of queueing; those not yet rolled out do not exist. */
  executionsForJob(
    jobId: string,
    filter: ExecutionFilter,
    nowUs: number,
  ): Iterable<Placed<ControlExecution>> | Refusal
  /** In the order of queueing, ended ones too. */
  executionsForThing(
    thing: number,
    filter: ExecutionFilter,
    nowUs: number,
  ): Iterable<Placed<ControlExecution>>
  /** @param executionNumber undefined: the latest. */
  describeExecution(
    thing: number,
    jobId: string,
    executionNumber: number | undefined,
    nowUs: number,
  ): ControlExecution | Refusal
  cancelExecution(
    thing: number,
    jobId: string,
    cancel: ExecutionCancel,
    nowUs: number,
  ): Refusal | undefined
  deleteExecution(
    thing: number,
    jobId: string,
    executionNumber: number,
    force: boolean,
    nowUs: number,
  ): Refusal | undefined

  /**
   * The thing is a member from now on, itself or through a child group: the front tells it for each
   * group above as well. Telling it twice changes nothing.
   */
  thingJoined(group: string, thing: number, nowUs: number): void
  /** The thing is no member any more, neither itself nor through a child group. */
  thingLeft(group: string, thing: number, nowUs: number): void
  /** The thing was deleted: it leaves all groups, and its executions are REMOVED (switch 19). */
  thingRemoved(thing: number, nowUs: number): void
}

export type RefusalCode =
  | 'ResourceNotFoundException'
  | 'InvalidStateTransitionException'
  | 'VersionConflictException'
  | 'ResourceAlreadyExistsException'
  | 'InvalidRequestException'
  | 'LimitExceededException'

export interface Refusal {
  readonly code: RefusalCode
  readonly message: string
}

/** No plain value of this interface has a member `code`. */
export function isRefusal<Value>(value: Value | Refusal): value is Refusal {
  return typeof value === 'object' && value !== null && 'code' in value
}

export type JobTarget =
  | { readonly kind: 'thing'; readonly thing: number }
  | { readonly kind: 'group'; readonly group: string }

/** What can be changed of a job that exists. */
export interface JobChange {
  readonly description?: string | undefined
  readonly presignedUrlConfig?: PresignedUrlConfig | undefined
  readonly jobExecutionsRolloutConfig?: RolloutConfig | undefined
  readonly abortConfig?: AbortConfig | undefined
  readonly timeoutConfig?: TimeoutConfig | undefined
  readonly jobExecutionsRetryConfig?: RetryConfig | undefined
}

/** Types must be right; ranges are checked here (InvalidRequestException). */
export interface JobSpec extends JobChange {
  readonly jobId: string
  readonly targets: readonly JobTarget[]
  /** JSON text. */
  readonly documentText: string
  /** Only repeated: whoever calls has read the document there. */
  readonly documentSource?: string | undefined
  /** Absent: SNAPSHOT. */
  readonly targetSelection?: TargetSelection | undefined
  readonly schedulingConfig?: SchedulingConfig | undefined
  /** Members that DescribeJob repeats as they came: jobTemplateArn, documentParameters, … */
  readonly repeated?: Readonly<Record<string, unknown>> | undefined
}

export interface JobCancel {
  readonly force: boolean
  readonly reasonCode?: string | undefined
  readonly comment?: string | undefined
}

export interface ExecutionCancel {
  readonly force: boolean
  readonly expectedVersion?: number | undefined
  readonly statusDetails?: StatusDetails | undefined
}

/** Members that are absent let all through. */
export interface JobFilter {
  readonly status?: JobStatus | undefined
  readonly targetSelection?: TargetSelection | undefined
  /** Jobs that have this group as a target. */
  readonly group?: string | undefined
  /** The `place` of the last one of the page before. */
  readonly after?: number | undefined
}

export interface ExecutionFilter {
  readonly status?: ExecutionStatus | undefined
  readonly jobId?: string | undefined
  /** The `place` of the last one of the page before. */
  readonly after?: number | undefined
}

/** One of a list, with the place to go on behind it. Places stay valid whatever happens in between. */
export interface Placed<Value> {
  /** Rising. */
  readonly place: number
  readonly value: Value
}

export const JOB_STATUSES = [
  'SCHEDULED',
  'IN_PROGRESS',
  'COMPLETED',
  'CANCELED',
  'DELETION_IN_PROGRESS',
] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

/** Times are seconds since the epoch, with a fraction. A member without a value is undefined. */
export interface JobView extends JobChange {
  readonly jobId: string
  readonly targetSelection: TargetSelection
  readonly status: JobStatus
  readonly forceCanceled: boolean | undefined
  readonly reasonCode: string | undefined
  readonly comment: string | undefined
  readonly targets: readonly JobTarget[]
  /** undefined once all is rolled out. */
  readonly processingTargets: readonly JobTarget[] | undefined
  readonly documentSource: string | undefined
  readonly schedulingConfig: SchedulingConfig | undefined
  readonly createdAt: number
  readonly lastUpdatedAt: number
  readonly completedAt: number | undefined
  readonly isConcurrent: boolean
  /** How many executions there are in each status, retries included. */
  readonly counts: Readonly<Record<ExecutionStatus, number>>
  readonly repeated: Readonly<Record<string, unknown>> | undefined
}

/** Times are seconds since the epoch, with a fraction. A member without a value is undefined. */
export interface ControlExecution {
  readonly thing: number
  readonly jobId: string
  readonly status: ExecutionStatus
  readonly forceCanceled: boolean | undefined
  readonly statusDetails: StatusDetails | undefined
  readonly queuedAt: number
  readonly startedAt: number | undefined
  readonly lastUpdatedAt: number
  readonly executionNumber: number
  readonly versionNumber: number
  /** How many retries came before this execution. */
  readonly retryAttempt: number
  readonly approximateSecondsBeforeTimedOut: number | undefined
}
