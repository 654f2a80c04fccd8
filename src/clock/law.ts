import { exponential, inverseNormal, naturalLog, normalShareBelow } from './normal.ts'

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

/** The mean of the same law, in microseconds with a fraction. */
export function logNormalMeanUs(medianUs: number, quantileUs: number, z: number): number {
  if (medianUs === quantileUs) return medianUs
  const sigma = naturalLog(quantileUs / medianUs) / z
  return medianUs * exponential((sigma * sigma) / 2)
}

/** Which share of the same law lasts longer than `limitUs`; above 0, or Infinity for none of it. */
export function logNormalShareAbove(
  medianUs: number,
  quantileUs: number,
  z: number,
  limitUs: number,
): number {
  if (medianUs === quantileUs) return medianUs > limitUs ? 1 : 0
  if (limitUs <= 0) return 1
  if (limitUs === Number.POSITIVE_INFINITY) return 0
  const sigma = naturalLog(quantileUs / medianUs) / z
  return normalShareBelow(-naturalLog(limitUs / medianUs) / sigma)
}

/**
 * By how much the same law goes beyond `limitUs` on average, where what stays below counts as 0: the
 * area under its tail.
 */
export function logNormalExcessUs(
  medianUs: number,
  quantileUs: number,
  z: number,
  limitUs: number,
): number {
  const meanUs = logNormalMeanUs(medianUs, quantileUs, z)
  if (limitUs <= 0) return meanUs - limitUs
  if (medianUs === quantileUs) return Math.max(0, meanUs - limitUs)
  const sigma = naturalLog(quantileUs / medianUs) / z
  const deviations = naturalLog(limitUs / medianUs) / sigma
  return meanUs * normalShareBelow(sigma - deviations) - limitUs * normalShareBelow(-deviations)
}
