import * as z from 'zod'

/** The longest duration a scenario can name: 31 days. */
const LONGEST_US = 31 * 24 * 3_600_000_000
const FASTEST_PER_SECOND = 1_000_000

const DURATION_UNITS = { ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 }
/** How many seconds the unit spans. Division, because 1/60 is not a number a computer has. */
const RATE_UNITS = { '/s': 1, '/min': 60 }

/** Text such as `30s`; whole microseconds. */
export const duration = quantity(Object.keys(DURATION_UNITS), '250ms, 30s, 5m or 2h', {
  value: (amount, unit) => Math.round(amount * member(DURATION_UNITS, unit)),
  max: LONGEST_US,
  maxText: '744h',
})

/** Text such as `20/s` or `500/min`; per second. */
export const rate = quantity(Object.keys(RATE_UNITS), '20/s or 500/min', {
  value: (amount, unit) => amount / member(RATE_UNITS, unit),
  max: FASTEST_PER_SECOND,
  maxText: '1000000/s',
})

/** Text such as `5%`; percent. */
export const share = quantity(['%'], '5%', { value: (amount) => amount, max: 100, maxText: '100%' })

/** A unit of which zero or next to nothing would mean that nothing ever happens, or no end of it. */
export function atLeast(unit: typeof duration, least: number, leastText: string) {
  return unit.refine((value) => value >= least, `write at least ${leastText}`)
}

/** What `duration` reads as this many microseconds. */
export function durationText(us: number): string {
  for (const [unit, size] of [
    ['h', DURATION_UNITS.h],
    ['m', DURATION_UNITS.m],
    ['s', DURATION_UNITS.s],
  ] as const) {
    if (us >= size && us % size === 0) return `${us / size}${unit}`
  }
  return us === 0 ? '0s' : `${us / DURATION_UNITS.ms}ms`
}

/** What `rate` reads as this rate. */
export function rateText(perSecond: number): string {
  return `${perSecond}/s`
}

/** What `share` reads as this share. */
export function shareText(percent: number): string {
  return `${percent}%`
}

/** Text made of a number and a unit, as a number in the unit of the program. */
function quantity(
  units: readonly string[],
  examples: string,
  law: { value: (amount: number, unit: string) => number; max: number; maxText: string },
) {
  // The exponent is for rates that a program has written; nobody else would.
  const shape = new RegExp(`^(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)(${units.join('|')})$`)
  const hint = `write ${examples}`
  return z
    .string(hint)
    .regex(shape, hint)
    .transform((text, context) => {
      const [, amount = '', unit = ''] = shape.exec(text) ?? []
      const value = law.value(Number(amount), unit)
      if (value <= law.max) return value
      const message = `write at most ${law.maxText}`
      context.issues.push({ code: 'custom', input: text, message })
      return z.NEVER
    })
}

function member(sizes: Readonly<Record<string, number>>, unit: string): number {
  return sizes[unit] ?? Number.NaN
}
