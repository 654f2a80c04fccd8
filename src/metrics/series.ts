import { OPERATIONS, operationAt, REJECT_CODES } from '../protocol/jobs.ts'

/**
 * The names of everything that is counted or timed, in one place: recorders, run folder, thresholds
 * and reports all read this list.
 */

/** The four of the data plane. */
export const JOBS_OPERATIONS = OPERATIONS

export const METERED_OPERATIONS = [...JOBS_OPERATIONS, 'connect', 'subscribe'] as const

export type MeteredOperation = (typeof METERED_OPERATIONS)[number]

/** Its place in `METERED_OPERATIONS`; as `operationAt`, for each attempt. */
export function meteredAt(operation: MeteredOperation): number {
  switch (operation) {
    case 'connect':
      return JOBS_OPERATIONS.length
    case 'subscribe':
      return JOBS_OPERATIONS.length + 1
    default:
      return operationAt(operation)
  }
}

/** How an execution ends in the eyes of its thing. */
export const EXECUTION_ENDINGS = [
  'succeeded',
  'failed',
  'rejected',
  'timedOut',
  'canceled',
  'stuck',
] as const

/** What a thing tells of an execution. */
export const EXECUTION_EVENTS = ['started', 'resumed', ...EXECUTION_ENDINGS] as const

export type ExecutionEvent = (typeof EXECUTION_EVENTS)[number]

/** Its place in `EXECUTION_EVENTS`, as `meteredAt`. */
export function eventAt(event: ExecutionEvent): number {
  switch (event) {
    case 'started':
      return 0
    case 'resumed':
      return 1
    case 'succeeded':
      return 2
    case 'failed':
      return 3
    case 'rejected':
      return 4
    case 'timedOut':
      return 5
    case 'canceled':
      return 6
    default:
      return 7
  }
}

/** Outcomes that keep histograms of their own, so that fast failures do not improve p50. */
export const TIMED_OUTCOMES = ['accepted', 'empty', 'throttled', 'rejected', 'timedOut'] as const

/** How an issued attempt ends: issued is always the sum of these. */
export const OUTCOMES = [
  'accepted',
  'empty',
  'throttled',
  'rejected',
  'timedOut',
  'lost',
  'unanswered',
] as const

export type AttemptOutcome = (typeof OUTCOMES)[number]

/** Its place in `OUTCOMES`, as `meteredAt`. */
export function outcomeAt(outcome: AttemptOutcome): number {
  switch (outcome) {
    case 'accepted':
      return 0
    case 'empty':
      return 1
    case 'throttled':
      return 2
    case 'rejected':
      return 3
    case 'timedOut':
      return 4
    case 'lost':
      return 5
    default:
      return 6
  }
}

/** Codes of a refusal that a threshold may name. Throttling is an outcome of its own. */
export const REFUSALS: readonly string[] = [
  ...REJECT_CODES.filter((code) => code !== 'RequestThrottled'),
  'Malformed',
]

/** What a system says when it has no port or no descriptor left; connections end for that. */
export const WANT_OF_SOCKETS: readonly string[] = ['EADDRNOTAVAIL', 'EMFILE', 'ENFILE']

/**
 * Whether thresholds or checks look for a code or cause by its name. It has a counter of its own however
 * many others a service has made up before; else a threshold on it would hold because nobody counted.
 */
export function isLookedFor(word: string): boolean {
  return REFUSALS.includes(word) || WANT_OF_SOCKETS.includes(word) || /^Http\d{3}$/.test(word)
}

/** A histogram's name is `<operation>.<outcome>.response`, `….service`, `<operation>.lag`,
 *  `start.lag` (planned starts), `start.acquire`, or `execution.duration`. It is the tag in a `.hlog`.
 *
 *  A counter's name is `<operation>.issued`, `<operation>.<outcome>`, `<operation>.rejected.<code>`,
 *  `start.planned|started|reassigned|dropped|dropped.<cause>`, `execution.<event>`,
 *  `stray.late|duplicate|unmatched`, `drop.<cause>`, `clamped`. */
export type SeriesName = string
