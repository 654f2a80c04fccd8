/**
 * Logarithm, exponential and the normal law's inverse, made of + − × ÷ and square roots only. Those
 * are rounded alike by every engine; the built-in functions are not, and the same seed must mean the
 * same bytes everywhere.
 */

/** Math.LN2 in two parts, the first short enough that whole multiples of it are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/** @param x above 0 and finite. Good to some 1e-16 of the result, near 1 of the argument. */
export function naturalLog(x: number): number {
  let mantissa = x
  let exponent = 0
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent += 1
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent -= 1
  // ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), and s is at most 0.172.
  const s = (mantissa - 1) / (mantissa + 1)
  const square = s * s
  let sum = 0
  for (let odd = 23; odd >= 3; odd -= 2) sum = (sum + 1 / odd) * square
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * (s + s * sum))
}

/** e to the x. Beyond ±700 the result is that of ±700: enough for a duration, and never infinite. */
export function exponential(x: number): number {
  const bounded = Math.max(-700, Math.min(700, x))
  const halvings = Math.round(bounded / Math.LN2)
  const rest = bounded - halvings * LN2_HIGH - halvings * LN2_LOW
  let sum = 1
  for (let term = 16; term >= 1; term -= 1) sum = 1 + (sum * rest) / term
  for (let left = halvings; left > 0; left -= 1) sum *= 2
  for (let left = halvings; left < 0; left += 1) sum /= 2
  return sum
}

/**
 * How many standard deviations the quantile `unit` lies above the median.
 * Algorithm AS 241 (PPND16), M. J. Wichura, Applied Statistics 37 (1988): good to about 1e-16.
 *
 * @param unit above 0 and below 1.
 */
export function inverseNormal(unit: number): number {
  const q = unit - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(CENTRE_OVER, r)) / polynomial(CENTRE_UNDER, r)
  }
  const r = Math.sqrt(-naturalLog(q < 0 ? unit : 1 - unit))
  const size =
    r <= 5
      ? polynomial(TAIL_OVER, r - 1.6) / polynomial(TAIL_UNDER, r - 1.6)
      : polynomial(FAR_OVER, r - 5) / polynomial(FAR_UNDER, r - 5)
  return q < 0 ? -size : size
}

/** The natural logarithm of the square root of 2π. */
const LN_ROOT_TWO_PI = 0.9189385332046728

/**
 * Which share of a normal law lies below so many standard deviations above its mean. Good to some
 * 1e-15; below −8 it is 0 and above 8 it is 1, which they miss by less than that.
 * Source: G. Marsaglia, Journal of Statistical Software 11 (2004).
 */
export function normalShareBelow(deviations: number): number {
  if (deviations <= -8) return 0
  if (deviations >= 8) return 1
  const square = deviations * deviations
  let term = deviations
  let sum = deviations
  for (let odd = 3, before = 0; sum !== before; odd += 2) {
    before = sum
    term *= square / odd
    sum += term
  }
  const share = 0.5 + sum * exponential(-square / 2 - LN_ROOT_TWO_PI)
  return Math.max(0, Math.min(1, share))
}

/** @param factors the highest power's first. */
function polynomial(factors: readonly number[], x: number): number {
  let sum = 0
  for (const factor of factors) sum = sum * x + factor
  return sum
}

const CENTRE_OVER = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
]
const CENTRE_UNDER = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
]
const TAIL_OVER = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
  3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
]
const TAIL_UNDER = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
  0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
]
const FAR_OVER = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
]
const FAR_UNDER = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
]
