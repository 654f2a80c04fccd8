import {
  type Accepted,
  EXECUTION_STATUSES,
  type ExecutionStatus,
  type JobExecution,
  type JobExecutionState,
  type JobExecutionSummary,
  type Rejected,
} from './jobs.ts'
import { EXECUTION_NUMBER_MAX, JOB_ID_PATTERN, REJECT_CODE_MAX } from './limits.ts'

/** A JSON object from outside. */
export type Members = { [name: string]: unknown }

/** undefined for what is no JSON, or JSON that is not an object. */
export function objectOf(text: string): Members | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function asObject(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined
}

/**
 * The code of a rejection, as it is kept with each request that it ended. AWS has none of 40 letters; of
 * one without an end the rest is left out, and not held in memory either.
 */
export function rejectCode(word: string): string {
  return word.length <= REJECT_CODE_MAX
    ? word
    : Buffer.from(word.slice(0, REJECT_CODE_MAX)).toString()
}

export function malformed(message: string): Rejected {
  return { kind: 'rejected', code: 'Malformed', message }
}

/**
 * The body of a successful answer, over either transport. `null` counts as absent, though the service
 * leaves such members out.
 */
export function acceptedOf(body: Members): Accepted | Rejected {
  const { execution, executionState, inProgressJobs, queuedJobs, jobDocument } = body
  if (execution != null) {
    const read = executionOf(execution)
    return read
      ? { kind: 'accepted', execution: read }
      : malformed('execution lacks its members, or they are out of their range')
  }
  if (executionState == null && inProgressJobs == null && queuedJobs == null && jobDocument == null)
    return { kind: 'accepted' }
  if (inProgressJobs != null || queuedJobs != null) {
    if (!isSummaryList(inProgressJobs) || !isSummaryList(queuedJobs))
      return malformed('a list of pending executions is not one')
    return { kind: 'accepted', inProgressJobs, queuedJobs }
  }
  const state = executionStateOf(executionState)
  if (executionState != null && state === undefined)
    return malformed('executionState lacks its members')
  return {
    kind: 'accepted',
    ...(state !== undefined && { executionState: state }),
    ...(jobDocument != null && { jobDocument }),
  }
}

/**
 * An execution if it names its job and a known status. The model makes every member optional, so
 * numbers that are left out count as 1, the first. The thing puts the job's id into topics and paths
 * and the numbers into requests, so what could not stand there is none.
 */
export function executionOf(value: unknown): JobExecution | undefined {
  const execution = asObject(value)
  if (execution === undefined) return undefined
  execution.versionNumber ??= 1
  execution.executionNumber ??= 1
  const whole =
    typeof execution.jobId === 'string' &&
    JOB_ID_PATTERN.test(execution.jobId) &&
    isStatus(execution.status) &&
    Number.isSafeInteger(execution.versionNumber) &&
    isExecutionNumber(execution.executionNumber)
  return whole ? (execution as unknown as JobExecution) : undefined
}

export function executionStateOf(value: unknown): JobExecutionState | undefined {
  const state = asObject(value)
  if (state === undefined) return undefined
  const whole = isStatus(state.status) && Number.isSafeInteger(state.versionNumber)
  return whole ? (state as unknown as JobExecutionState) : undefined
}

export function isSummaryList(value: unknown): value is readonly JobExecutionSummary[] {
  return Array.isArray(value) && value.every((entry) => typeof asObject(entry)?.jobId === 'string')
}

const STATUSES: ReadonlySet<unknown> = new Set(EXECUTION_STATUSES)

function isExecutionNumber(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= EXECUTION_NUMBER_MAX
}

export function isStatus(value: unknown): value is ExecutionStatus {
  return STATUSES.has(value)
}
