/*
 * Where a histogram of ours counts a value: HdrHistogram with three digits from 1 µs, so that a bucket
 * has 2048 slots, of which all but the first bucket use the upper half.
 */

/** 600 s. The range is part of what a `.hlog` holds: logs of different ranges do not add up. */
export const HIGHEST_US = 600_000_000

const HALF = 1_024
/** Bits of the highest value that has a slot of its own. */
const FIRST_BITS = 11
/** Twenty buckets reach over 600 s. */
export const SLOTS = 21 * HALF

/** @param us whole microseconds, 0 to `HIGHEST_US`. */
export function slotOf(us: number): number {
  const bits = 32 - Math.clz32(us)
  if (bits <= FIRST_BITS) return us
  const bucket = bits - FIRST_BITS
  return bucket * HALF + (us >> bucket)
}

/** The highest value that falls into a slot, which is what a percentile says. */
export function highestUs(slot: number): number {
  if (slot < 2 * HALF) return slot
  const bucket = Math.floor(slot / HALF) - 1
  const lowest = ((slot % HALF) + HALF) << bucket
  return Math.min(lowest + (1 << bucket) - 1, HIGHEST_US)
}
