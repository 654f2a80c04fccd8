import { HIGHEST_UNIT } from './draw.ts'
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
  const exactUs = (unit: number) => medianUs * exponential(sigma * inverseNormal(unit))
  const whole = (us: number) => Math.min(Math.round(us), Number.MAX_SAFE_INTEGER)
  if (sigma > WIDEST_TABLE) return (unit) => whole(exactUs(unit))
  const table = Float64Array.from({ length: STEPS + 1 }, (_, at) =>
    isTail(at) && at !== STEPS - TAIL ? 0 : exactUs(at / STEPS),
  )
  return (unit) => {
    const place = unit * STEPS
    const at = Math.floor(place)
    if (isTail(at)) return whole(exactUs(unit))
    const lowerUs = table[at] as number
    return whole(lowerUs + (place - at) * ((table[at + 1] as number) - lowerUs))
  }
}

/**
 * A draw from the middle of a law is read off a table of its quantiles, in a sixth of the time: the
 * straight lines between them miss the law by less than 0.01 % of the duration, and by 0.002 % for a
 * p95 of four times the median. The tails, a sixteenth of all draws, are reckoned; so are laws that
 * are wider than any work or latency.
 */
const STEPS = 2_048
const TAIL = 64
const WIDEST_TABLE = 3

function isTail(at: number): boolean {
  return at < TAIL || at >= STEPS - TAIL
}

/** The longest that any draw of the same law gives. */
export function logNormalMostUs(medianUs: number, quantileUs: number, z: number): number {
  return logNormal(medianUs, quantileUs, z)(HIGHEST_UNIT)
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
