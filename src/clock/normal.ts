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
  let sum = SHARES_OF_ODD[0] as number
  for (let at = 1; at < 11; at++) sum = sum * square + (SHARES_OF_ODD[at] as number)
  sum *= square
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * (s + s * sum))
}

/** e to the x. Beyond ±700 the result is that of ±700: enough for a duration, and never infinite. */
export function exponential(x: number): number {
  const bounded = Math.max(-700, Math.min(700, x))
  const halvings = Math.round(bounded / Math.LN2)
  const rest = bounded - halvings * LN2_HIGH - halvings * LN2_LOW
  let sum = SHARES_OF_FACTORIALS[14] as number
  for (let term = 13; term >= 0; term -= 1) {
    sum = sum * rest + (SHARES_OF_FACTORIALS[term] as number)
  }
  return sum * (POWERS_OF_TWO[halvings + MOST_HALVINGS] as number)
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

/** Of the seventh degree. @param f factors, the highest power's first. */
function polynomial(f: Float64Array, x: number): number {
  const upper = (((at(f, 0) * x + at(f, 1)) * x + at(f, 2)) * x + at(f, 3)) * x + at(f, 4)
  return ((upper * x + at(f, 5)) * x + at(f, 6)) * x + at(f, 7)
}

function at(factors: Float64Array, place: number): number {
  return factors[place] as number
}

/** 1/23, 1/21, … 1/3. */
const SHARES_OF_ODD = Float64Array.from({ length: 11 }, (_, at) => 1 / (23 - 2 * at))

/** 1/0!, 1/1!, … 1/14!; the factorials are exact. */
const SHARES_OF_FACTORIALS = Float64Array.from({ length: 15 }, (_, at) => 1 / factorial(at))

function factorial(of: number): number {
  return of === 0 ? 1 : of * factorial(of - 1)
}

/** The bound of the exponential is 700 ÷ ln 2 halvings. */
const MOST_HALVINGS = 1_010
const POWERS_OF_TWO = powersOfTwo()

/** From 2^−1010 to 2^1010, each exact. */
function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2 * MOST_HALVINGS + 1)
  powers[MOST_HALVINGS] = 1
  for (let at = 1; at <= MOST_HALVINGS; at++) {
    powers[MOST_HALVINGS + at] = (powers[MOST_HALVINGS + at - 1] as number) * 2
    powers[MOST_HALVINGS - at] = (powers[MOST_HALVINGS - at + 1] as number) / 2
  }
  return powers
}

const CENTRE_OVER = Float64Array.of(
  2509.0809287301227,
  33430.57558358813,
  67265.7709270087,
  45921.95393154987,
  13731.69376550946,
  1971.5909503065513,
  133.14166789178438,
  3.3871328727963665,
)
const CENTRE_UNDER = Float64Array.of(
  5226.495278852854,
  28729.085735721943,
  39307.89580009271,
  21213.794301586597,
  5394.196021424751,
  687.1870074920579,
  42.31333070160091,
  1,
)
const TAIL_OVER = Float64Array.of(
  0.0007745450142783414,
  0.022723844989269184,
  0.2417807251774506,
  1.2704582524523684,
  3.6478483247632045,
  5.769497221460691,
  4.630337846156546,
  1.4234371107496835,
)
const TAIL_UNDER = Float64Array.of(
  1.0507500716444169e-9,
  0.0005475938084995345,
  0.015198666563616457,
  0.14810397642748008,
  0.6897673349851,
  1.6763848301838038,
  2.053191626637759,
  1,
)
const FAR_OVER = Float64Array.of(
  2.0103343992922881e-7,
  2.7115555687434876e-5,
  0.0012426609473880784,
  0.026532189526576124,
  0.29656057182850487,
  1.7848265399172913,
  5.463784911164114,
  6.657904643501103,
)
const FAR_UNDER = Float64Array.of(
  2.0442631033899397e-15,
  1.421511758316446e-7,
  1.8463183175100548e-5,
  0.0007868691311456133,
  0.014875361290850615,
  0.1369298809227358,
  0.599832206555888,
  1,
)
