/** How a rate was found to be. */
export interface Probe {
  readonly startsPerSecond: number
  readonly valid: boolean
}

export interface SearchBounds {
  readonly fromPerSecond: number
  readonly mostPerSecond: number
  /** Every probe costs its seconds, so their number has a limit. */
  readonly mostProbes: number
}

/** Below this share of the rate another probe says nothing new. */
const NEAR = 0.1

/**
 * The highest rate that was valid: upwards by doubling until one is not, then by halving what is left
 * between the two. 0 when none was.
 */
export async function highestValid<Found extends Probe>(
  probe: (startsPerSecond: number) => Promise<Found>,
  { fromPerSecond, mostPerSecond, mostProbes }: SearchBounds,
): Promise<number> {
  let low = 0
  let high = Number.POSITIVE_INFINITY
  let next = fromPerSecond
  for (let probes = 0; probes < mostProbes; probes++) {
    const { valid } = await probe(next)
    if (valid) low = next
    else high = next
    if (low >= mostPerSecond || high - low <= low * NEAR) break
    next = high === Number.POSITIVE_INFINITY ? Math.min(low * 2, mostPerSecond) : between(low, high)
    if (next <= low || next >= high) break
  }
  return low
}

/** Two digits: a ceiling is no more precise than that. */
function between(low: number, high: number): number {
  return Number(((low + high) / 2).toPrecision(2))
}
