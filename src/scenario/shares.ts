/** By how much a number that should be whole may miss it after a few divisions. */
const HAIR = 1e-6

/**
 * Splits `total` by shares into whole counts that add up to it, by largest remainder: each gets its
 * share rounded down, and what is left goes to those that lost most, the earlier one first. Shares
 * are relative to their sum.
 */
export function exactCounts(total: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((one, other) => one + other, 0)
  const exact = shares.map((share) => snapped(sum > 0 ? (total * share) / sum : 0))
  const counts = exact.map(Math.floor)
  const left = total - counts.reduce((one, other) => one + other, 0)
  const remainder = (index: number) => (exact[index] ?? 0) - (counts[index] ?? 0)
  const neediest = shares
    .map((_, index) => index)
    .sort((one, other) => remainder(other) - remainder(one) || one - other)
  for (const index of neediest.slice(0, left)) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

/** A number that misses a whole one by no more than rounding is that one. */
function snapped(value: number): number {
  const whole = Math.round(value)
  return Math.abs(value - whole) < HAIR ? whole : value
}

/** The shares added up from the first to each, as parts of `total`: where each one's part ends. */
export function shareEnds(total: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((one, other) => one + other, 0)
  let reached = 0
  return shares.map((share) => {
    reached += share
    return sum > 0 ? snapped((total * reached) / sum) : 0
  })
}
