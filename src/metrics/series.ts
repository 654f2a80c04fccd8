/**
 * The names of everything that is counted or timed, in one place: recorders, run folder, thresholds
 * and reports all read this list.
 */

/** The four of the data plane. */
export const JOBS_OPERATIONS = ['start-next', 'update', 'describe', 'get-pending'] as const

export const METERED_OPERATIONS = [...JOBS_OPERATIONS, 'connect', 'subscribe'] as const

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

/** A histogram's name is `<operation>.<outcome>.response`, `….service`, `<operation>.lag`,
 *  `start.lag` (planned starts), `start.acquire`, or `execution.duration`. It is the tag in a `.hlog`.
 *
 *  A counter's name is `<operation>.issued`, `<operation>.<outcome>`, `<operation>.rejected.<code>`,
 *  `start.planned|started|reassigned|dropped|dropped.<cause>`, `execution.<event>`,
 *  `stray.late|duplicate|unmatched`, `drop.<cause>`, `clamped`. */
export type SeriesName = string
