import {
  type ExecutionStatus,
  isTerminal,
  type RejectCode,
  type StatusDetails,
  type UpdateRequest,
} from '../protocol/jobs.ts'
import { CANCEL_STEP_TIMER, TIMEOUT_MINUTES_MAX, TIMEOUT_MINUTES_MIN } from '../protocol/limits.ts'
import type { Job } from './job.ts'
import { addTo } from './status-counts.ts'

/** One execution, changed in place. A record of an endless job is used again for a later execution. */
export interface ExecutionRecord {
  /** Its place in the table, and in the queue of timers. */
  readonly index: number
  readonly thing: number
  readonly job: Job
  /** Which execution of the thing in an endless row, from 1; else 1. */
  ordinal: number
  jobId: string
  executionNumber: number
  /** How many retries came before it. */
  retryAttempt: number
  /** The execution of the job on the thing before this one. */
  earlier: ExecutionRecord | undefined
  /** CANCELED while it was in progress. */
  forceCanceled: boolean
  status: ExecutionStatus
  versionNumber: number
  /** undefined when empty. */
  statusDetails: StatusDetails | undefined
  /** Seconds since the epoch, with a fraction where the clock gives one. Devices see whole ones. */
  queuedAt: number
  /** 0 while it has not been in progress. */
  startedAt: number
  lastUpdatedAt: number
  /** undefined while no timer has been set. */
  deadlines: Deadlines | undefined
  /** Order of queueing over the whole service: the order among executions of one status. */
  sequence: number
  /** Neighbours in the pending list it is in; of the first, `previous` is the last. */
  previous: ExecutionRecord | undefined
  next: ExecutionRecord | undefined
}

/** When the timers of an execution run out. Infinity is no timer. */
export interface Deadlines {
  inProgressUs: number
  stepUs: number
}

/** What a device may ask for. From QUEUED straight to a terminal status is legal: official samples do
 *  it (protocol 3.2). */
function mayBecome(from: ExecutionStatus, to: ExecutionStatus): boolean {
  if (isTerminal(from)) return false
  return to === 'IN_PROGRESS' || to === 'SUCCEEDED' || to === 'FAILED' || to === 'REJECTED'
}

/** Why the service refuses this update; undefined when it does not. The order of checks is 2.4's. */
export function updateRefusal(
  record: ExecutionRecord,
  request: UpdateRequest,
): RejectCode | undefined {
  const { expectedVersion = record.versionNumber } = request
  // The version comes first: a device with a stale view must learn that, and not be told that its
  // transition is wrong.
  if (expectedVersion !== record.versionNumber) return 'VersionMismatch'
  if (!mayBecome(record.status, request.status)) return 'InvalidStateTransition'
  const { stepTimeoutInMinutes } = request
  if (stepTimeoutInMinutes === CANCEL_STEP_TIMER) return undefined
  return isStepTimeout(stepTimeoutInMinutes) ? undefined : 'InvalidRequest'
}

/** Whether it is in range, or left out. -1 is for updates only. */
export function isStepTimeout(minutes: number | undefined): boolean {
  return minutes === undefined || (minutes >= TIMEOUT_MINUTES_MIN && minutes <= TIMEOUT_MINUTES_MAX)
}

/** @param versions what the change adds to the version: 1 if a device makes it (protocol 3.4). */
export function become(
  record: ExecutionRecord,
  status: ExecutionStatus,
  nowSeconds: number,
  versions: number,
): void {
  const { counts } = record.job
  addTo(counts, record.status, -1)
  addTo(counts, status, 1)
  if (status === 'IN_PROGRESS' && record.startedAt === 0) record.startedAt = nowSeconds
  record.status = status
  record.versionNumber += versions
  record.lastUpdatedAt = nowSeconds
}

/**
 * Left out keeps the stored map, given replaces the whole of it (protocol 1.3), or is added to it.
 *
 * @param rule switch 8.
 */
export function storeDetails(
  record: ExecutionRecord,
  details: StatusDetails | undefined,
  rule: 'replace' | 'merge',
): void {
  if (details === undefined) return
  const next = rule === 'merge' ? { ...record.statusDetails, ...details } : details
  record.statusDetails = isEmpty(next) ? undefined : next
}

function isEmpty(details: StatusDetails): boolean {
  for (const _ in details) return false
  return true
}

/** What requests touch stands first: it lies in fewer lines of a processor's cache. */
export function newRecord(index: number, thing: number, job: Job): ExecutionRecord {
  return {
    thing,
    job,
    jobId: '',
    executionNumber: 1,
    status: 'QUEUED',
    versionNumber: 1,
    statusDetails: undefined,
    startedAt: 0,
    lastUpdatedAt: 0,
    deadlines: undefined,
    sequence: 0,
    previous: undefined,
    next: undefined,
    queuedAt: 0,
    ordinal: 0,
    retryAttempt: 0,
    forceCanceled: false,
    earlier: undefined,
    index,
  }
}

/** Makes the record a fresh execution: QUEUED, version 1 (protocol 3.4). Its number is the caller's. */
export function queueRecord(
  record: ExecutionRecord,
  ordinal: number,
  jobId: string,
  sequence: number,
  nowSeconds: number,
): void {
  record.ordinal = ordinal
  record.jobId = jobId
  record.status = 'QUEUED'
  record.versionNumber = 1
  record.statusDetails = undefined
  record.queuedAt = nowSeconds
  record.startedAt = 0
  record.lastUpdatedAt = nowSeconds
  record.sequence = sequence
  record.forceCanceled = false
}
