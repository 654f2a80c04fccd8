import type { ExecutionStatus, JobsRequest, Operation } from '../protocol/jobs.ts'

/**
 * What the fleet does and what it tells. The fleet core is called with events (`fleet.ts`); these two
 * interfaces are all it calls itself. Things are slots of the shard: 0 … m − 1.
 */

/** Towards the service. A `Link` (transport room) fits. No call may answer before it returns,
 *  except by the fleet's own `sent`. */
export interface FleetEffects {
  connect(thing: number): void
  subscribe(thing: number): void
  send(thing: number, operation: Operation, token: number, request: JobsRequest): void
  cancel(thing: number, token: number): void
  close(thing: number): void
}

/** The operations that are metered. `connect` counts handshakes, `subscribe` counts filters. */
export type MeteredOperation = Operation | 'connect' | 'subscribe'

/** How an issued attempt can end (design 5.4). */
export type AttemptOutcome =
  | 'accepted'
  | 'empty'
  | 'throttled'
  | 'rejected'
  | 'timedOut'
  | 'lost'
  | 'unanswered'

/** How an execution can end in the eyes of its thing, or begin. */
export type ExecutionEvent =
  | 'started'
  | 'resumed'
  | 'succeeded'
  | 'failed'
  | 'rejected'
  | 'timedOut'
  | 'canceled'
  /** Given up: attempts used up, a final rejection, or still open at the end of the run. */
  | 'stuck'

export type StartEvent = 'started' | 'reassigned' | 'dropped-busy' | 'dropped-offline'

/** Answers that stand outside the accounting identity. */
export type StrayAnswer = 'late' | 'duplicate' | 'unmatched'

/** Towards the measuring. The metrics room's shard meter fits. */
export interface Meter {
  /** The bytes of an attempt went to the socket. @param planned the first start-next of a start. */
  issued(operation: MeteredOperation, dueUs: number, sentUs: number, planned: boolean): void
  /** An issued attempt has ended. @param code the reject code, for `rejected` only. */
  ended(
    operation: MeteredOperation,
    outcome: AttemptOutcome,
    code: string | undefined,
    dueUs: number,
    sentUs: number,
    endUs: number,
  ): void
  stray(kind: StrayAnswer): void
  start(event: StartEvent, cause?: string): void
  /** From the planned start to accepted or empty, with all backoffs. */
  acquired(durationUs: number): void
  execution(event: ExecutionEvent): void
  /** Accepted start to accepted terminal update. */
  executionDuration(durationUs: number): void
  /** A connection was lost or could not be made, by cause. */
  dropped(cause: string): void
}

/**
 * Towards the timelines: the same events, with the thing they happen to. Optional; without it nothing
 * is told. The metrics room's thing sampler fits.
 */
export interface FleetTrace {
  connecting(thing: number, dueUs: number, nowUs: number): void
  /** It sets out for an execution. @param planned by a start of the plan. */
  asking(thing: number, dueUs: number, planned: boolean, nowUs: number): void
  /** @param attempt of this request, from 1. The filters of one subscribe are told as one. */
  issued(
    thing: number,
    operation: MeteredOperation,
    attempt: number,
    dueUs: number,
    sentUs: number,
  ): void
  ended(
    thing: number,
    operation: MeteredOperation,
    outcome: AttemptOutcome,
    code: string | undefined,
    dueUs: number,
    sentUs: number,
    endUs: number,
  ): void
  waiting(
    thing: number,
    what: 'retry' | 'reconnect' | 'resubscribe',
    untilUs: number,
    nowUs: number,
  ): void
  working(thing: number, untilUs: number, nowUs: number): void
  /** @param jobId undefined when it was stuck before it had an execution. */
  execution(
    thing: number,
    event: ExecutionEvent,
    jobId: string | undefined,
    executionNumber: number,
    nowUs: number,
  ): void
  /** As `ThingBook.doubtful`. */
  doubtful(thing: number, wanted: string, nowUs: number): void
  dropped(thing: number, cause: string, nowUs: number): void
  /** It is online with nothing in hand, or its run is over. */
  rested(thing: number): void
}

/** What the things believe, for the ledger. The ledger room's thing book fits. */
export interface ThingBook {
  /** The thing has begun the execution (first accepted start of it). */
  began(thing: number, jobId: string, executionNumber: number): void
  /** The service has confirmed this final status to the thing. */
  settled(thing: number, jobId: string, executionNumber: number, status: ExecutionStatus): void
  /** A terminal update went out and nothing came back for good: the status may or may not hold. */
  doubtful(thing: number, jobId: string, executionNumber: number, wanted: string): void
}
