import type {
  AbortConfig,
  PresignedUrlConfig,
  RetryConfig,
  RolloutConfig,
  SchedulingConfig,
  TargetSelection,
  TimeoutConfig,
} from '../protocol/job-config.ts'
import type { JobStatus, JobTarget } from './job-control.ts'
import type { ExecutionRecord } from './job-execution.ts'
import { LatestExecutions } from './latest-executions.ts'
import type { Rollout } from './rollout.ts'
import { noExecutions, type StatusCounts } from './status-counts.ts'

/** A job as the control plane knows it, or an endless row of jobs `<id>-1`, `<id>-2`, … of a scenario. */
export interface Job {
  /** Its place among deadlines; used again after the job is deleted. */
  readonly index: number
  /** From 1, in the order of creation, never used again. */
  readonly serial: number
  /** Of an endless row: what stands before `-<k>`. */
  readonly id: string
  /** One execution after the other on each thing, for ever; each has a job id of its own. */
  readonly isEndless: boolean
  readonly documentText: string
  readonly documentSource: string | undefined
  readonly targetSelection: TargetSelection
  readonly schedule: SchedulingConfig | undefined
  readonly repeated: Readonly<Record<string, unknown>> | undefined
  targets: readonly JobTarget[]
  description: string | undefined
  presigned: PresignedUrlConfig | undefined
  rolloutConfig: RolloutConfig | undefined
  abort: AbortConfig | undefined
  timeout: TimeoutConfig | undefined
  retry: RetryConfig | undefined
  /** Infinity is no timer. */
  inProgressTimeoutUs: number
  status: JobStatus
  forceCanceled: boolean
  reasonCode: string | undefined
  comment: string | undefined
  /** Seconds since the epoch. */
  readonly createdAt: number
  lastUpdatedAt: number
  completedAt: number | undefined
  /** Executions by status; of an endless row, how many there ever were. */
  readonly counts: StatusCounts
  rollout: Rollout | undefined
  /** Targets that its rollout has still to reach. */
  toRollOut: number
  /** Its end time has come: no more things are reached. */
  isRolloutStopped: boolean
  /** Things that have got an execution. */
  notified: number
  /** Retries that wait for their time. */
  waitingRetries: number
  /**
   * The newest execution by slot, see `slotOf`. An endless row has two slots a thing, used in turn:
   * one execution that waits or runs, and the last that ended. So its memory does not grow with time.
   */
  readonly latest: LatestExecutions
  /** All executions, as they were queued; deleted ones leave a hole. Empty of an endless row. */
  readonly records: (ExecutionRecord | undefined)[]
  /** Of an endless row: ids by ordinal modulo `IDS_KEPT`, because all things come by the same ones. */
  readonly ids: JobIdOfRow[]
}

interface JobIdOfRow {
  readonly ordinal: number
  readonly id: string
}

/** What a job is made of. */
export type JobSettings = Pick<
  Job,
  | 'id'
  | 'isEndless'
  | 'documentText'
  | 'documentSource'
  | 'targetSelection'
  | 'schedule'
  | 'repeated'
  | 'targets'
  | 'description'
  | 'presigned'
  | 'rolloutConfig'
  | 'abort'
  | 'timeout'
  | 'retry'
  | 'inProgressTimeoutUs'
>

/** Settings without anything that may be left out. */
export const PLAIN_JOB: Omit<JobSettings, 'id' | 'documentText' | 'targets'> = {
  isEndless: false,
  documentSource: undefined,
  targetSelection: 'SNAPSHOT',
  schedule: undefined,
  repeated: undefined,
  description: undefined,
  presigned: undefined,
  rolloutConfig: undefined,
  abort: undefined,
  timeout: undefined,
  retry: undefined,
  inProgressTimeoutUs: Number.POSITIVE_INFINITY,
}

export function newJob(
  settings: JobSettings,
  index: number,
  serial: number,
  nowSeconds: number,
): Job {
  return {
    ...settings,
    index,
    serial,
    status: 'IN_PROGRESS',
    forceCanceled: false,
    reasonCode: undefined,
    comment: undefined,
    createdAt: nowSeconds,
    lastUpdatedAt: nowSeconds,
    completedAt: undefined,
    counts: noExecutions(),
    rollout: undefined,
    toRollOut: 0,
    isRolloutStopped: false,
    notified: 0,
    waitingRetries: 0,
    latest: new LatestExecutions(),
    records: [],
    ids: [],
  }
}

/** @param ordinal which execution of the thing, from 1, in an endless row; else 1. */
export function slotOf(job: Job, thing: number, ordinal: number): number {
  return job.isEndless ? thing * 2 + (ordinal % 2) : thing
}

const IDS_KEPT = 1_024

export function jobIdOf(job: Job, ordinal: number): string {
  if (!job.isEndless) return job.id
  const at = ordinal % IDS_KEPT
  const kept = job.ids[at]
  if (kept?.ordinal === ordinal) return kept.id
  const id = `${job.id}-${ordinal}`
  job.ids[at] = { ordinal, id }
  return id
}
