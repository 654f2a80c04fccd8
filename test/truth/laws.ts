/**
 * Delays whose sample is the law: each of `count` equally likely values once, in an order in which
 * every stretch of them is spread over the whole law (van der Corput). Independent of the project's
 * own arithmetic.
 */

export function fixedDelay(us: number): number[] {
  return [us]
}

/** @param count a power of two, so that the order is a permutation. */
export function logNormalDelays(medianUs: number, p99Us: number, count: number): number[] {
  const sigma = Math.log(p99Us / medianUs) / normalQuantile(0.99)
  return Array.from({ length: count }, (_, at) => {
    const unit = radicalInverse(at) + 0.5 / count
    return Math.round(medianUs * Math.exp(sigma * normalQuantile(unit)))
  })
}

/** @param share 0..1. In the unit of the median. */
export function logNormalQuantile(median: number, p99: number, share: number): number {
  const sigma = Math.log(p99 / median) / normalQuantile(0.99)
  return median * Math.exp(sigma * normalQuantile(share))
}

/** The value below which this share lies, as a histogram counts it. */
export function sampleQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The digits of `at` to base two, behind the point and turned around. */
function radicalInverse(at: number): number {
  let inverse = 0
  for (let digit = 0.5, rest = at; rest > 0; rest = Math.floor(rest / 2), digit /= 2) {
    inverse += digit * (rest % 2)
  }
  return inverse
}

/** By halving: slow, short, and right to the last digits that matter here. */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    if (normalShare(middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Marsaglia's series for the normal law. */
function normalShare(x: number): number {
  let term = x
  let sum = x
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) {
    term *= (x * x) / i
    sum += term
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
