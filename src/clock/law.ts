import { exponential, inverseNormal, naturalLog } from './normal.ts'

/** How many standard deviations the 95th percentile of a normal law lies above its median. */
export const Z_P95 = 1.6448536269514722

/** The same for the 99th percentile. */
export const Z_P99 = 2.3263478740408408

/**
 * The log-normal law with this median and this upper quantile, as a function from a draw between 0
 * and 1 to whole microseconds. It rises with the draw. Equal values are a fixed duration, 0 included.
 *
 * @param z which quantile is given: `Z_P95`, `Z_P99`.
 * @throws RangeError for a quantile below the median, or a median of 0 that is not fixed: there is
 *   no such law, and a scenario file that asks for one is refused before this.
 */
export function logNormal(
  medianUs: number,
  quantileUs: number,
  z: number,
): (unit: number) => number {
  if (medianUs === quantileUs) {
    const fixedUs = Math.round(medianUs)
    return () => fixedUs
  }
  if (!(medianUs > 0 && quantileUs > medianUs)) {
    throw new RangeError(`no log-normal law has median ${medianUs} and quantile ${quantileUs}`)
  }
  const sigma = naturalLog(quantileUs / medianUs) / z
  return (unit) => {
    const us = Math.round(medianUs * exponential(sigma * inverseNormal(unit)))
    return Math.min(us, Number.MAX_SAFE_INTEGER)
  }
}
