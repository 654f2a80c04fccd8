import type { ExecutionStatus } from '../protocol/jobs.ts'

/** Executions by status. */
export type StatusCounts = Record<ExecutionStatus, number>

export function noExecutions(): StatusCounts {
  return {
    QUEUED: 0,
    IN_PROGRESS: 0,
    SUCCEEDED: 0,
    FAILED: 0,
    TIMED_OUT: 0,
    REJECTED: 0,
    REMOVED: 0,
    CANCELED: 0,
  }
}

/** `counts[status] += by`, in a quarter of the instructions: each change of an execution does it twice. */
export function addTo(counts: StatusCounts, status: ExecutionStatus, by: number): void {
  switch (status) {
    case 'QUEUED':
      counts.QUEUED += by
      break
    case 'IN_PROGRESS':
      counts.IN_PROGRESS += by
      break
    case 'SUCCEEDED':
      counts.SUCCEEDED += by
      break
    case 'FAILED':
      counts.FAILED += by
      break
    case 'TIMED_OUT':
      counts.TIMED_OUT += by
      break
    case 'REJECTED':
      counts.REJECTED += by
      break
    case 'REMOVED':
      counts.REMOVED += by
      break
    case 'CANCELED':
      counts.CANCELED += by
  }
}
