import type { Phase } from './scenario.ts'

/** What the arithmetic needs of a phase: `{ from: 0/s, to: 80/s, for: 30s }`, or `rate` for both. */
export type RateLine = Pick<Phase, 'fromPerSecond' | 'toPerSecond' | 'durationUs'>

/** The area under the rate line, rounded down. */
export function plannedStarts({ fromPerSecond, toPerSecond, durationUs }: RateLine): number {
  const area = ((fromPerSecond + toPerSecond) * durationUs) / 2_000_000
  // Forgives the hair by which a rate such as 500/min may miss a whole number from below.
  return Math.floor(area * (1 + 1e-12))
}

/** Whole microseconds after the phase began. Start j is due when the area reaches j + 1. */
export function dueUs({ fromPerSecond, toPerSecond, durationUs }: RateLine, start: number): number {
  const area = start + 1
  const steepness = ((toPerSecond - fromPerSecond) * 1_000_000) / durationUs
  // At the foot of a falling ramp rounding can take this below zero, and the time past the end.
  const square = Math.max(0, fromPerSecond * fromPerSecond + 2 * steepness * area)
  // The textbook root divides by the steepness, and a level rate has none. This form does not.
  const us = Math.round((2_000_000 * area) / (fromPerSecond + Math.sqrt(square)))
  return Math.min(us, durationUs)
}

/** The starts of all phases together. Each phase counts for itself and drops its own fraction. */
export function plannedStartsOf(phases: readonly RateLine[]): number {
  return phases.reduce((sum, phase) => sum + plannedStarts(phase), 0)
}

/** Thing i lives in shard i mod `shards`, so that neighbours in time go to different workers. */
export function thingsInShard(things: number, shard: number, shards: number): number {
  return Math.floor((things + shards - 1 - shard) / shards)
}
