import { logNormalExcessUs, Z_P95 } from '../../clock/law.ts'
import type { WorkLaw } from '../scenario.ts'

/** The natural logarithm of 2: so many are expected to be left when none is left in half of the cases. */
const LN_2 = Math.LN2

/**
 * How long after the last start the last execution is at work, as the median over many runs: until
 * then, of those that began in the `spanUs` before the last start, `ln 2` are expected to go on.
 *
 * @param perSecond at which they began.
 */
export function lastWorkUs(
  { medianUs, p95Us }: WorkLaw,
  perSecond: number,
  spanUs: number,
): number {
  const left = (afterUs: number) =>
    (perSecond / 1e6) *
    (logNormalExcessUs(medianUs, p95Us, Z_P95, afterUs) -
      logNormalExcessUs(medianUs, p95Us, Z_P95, afterUs + spanUs))
  // At least the median: the very last start has its own work before it.
  let lowUs = medianUs
  if (left(lowUs) <= LN_2) return lowUs
  let highUs = Math.max(1, 2 * lowUs)
  for (let doubled = 0; left(highUs) > LN_2 && doubled < MOST_DOUBLINGS; doubled++) highUs *= 2
  for (let halved = 0; halved < HALVINGS; halved++) {
    const middleUs = (lowUs + highUs) / 2
    if (left(middleUs) > LN_2) lowUs = middleUs
    else highUs = middleUs
  }
  return highUs
}

const MOST_DOUBLINGS = 60
const HALVINGS = 40
