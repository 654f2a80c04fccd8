/**
 * The names of everything that is counted or timed, in one place: recorders, run folder, thresholds
 * and reports all read this list.
 */

export const METERED_OPERATIONS = [
  'start-next',
  'update',
  'describe',
  'get-pending',
  'connect',
  'subscribe',
] as const

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
