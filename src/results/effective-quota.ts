import { groupBySecond } from './measured-run.ts'
import type { QuotaGroup } from './quota-groups.ts'
import type { FinishedInterval } from './run-record.ts'
import type { EffectiveQuota } from './summary.ts'

/** Fewer seconds of demand above the quota say too little. */
const LEAST_SECONDS = 5
/** Every answer but a throttled one: it was let in, and the quota paid for it. */
const ADMITTED = ['accepted', 'empty', 'rejected']

/**
 * What an account really gives, from what it gave while it was asked for more: over stretches of
 * seconds that all have throttles and more requests than it gives. The first second of a stretch may
 * have begun with a full bucket, and the last may have ended its demand early; both are left out.
 *
 * In a second with a throttle the bucket was empty once, so a stretch begins and ends with at most
 * what one second brings in it: that, over its length, is the bound of the error.
 */
export function effectiveQuota(
  intervals: readonly FinishedInterval[],
  { name, operations }: QuotaGroup,
): EffectiveQuota | null {
  const loaded = intervals.filter(({ row }) => row.stage === 'load')
  const throttling = [...groupBySecond(loaded)]
    .filter(([, rows]) => rows.every(({ row }) => row.toMs - row.fromMs > WHOLE_MS))
    .map(([second, rows]) => ({
      second,
      admitted: sumOver(rows, operations, ADMITTED),
      throttled: sumOver(rows, operations, ['throttled']),
    }))
    .filter(({ throttled }) => throttled > 0)
    .sort((one, other) => one.second - other.second)
  // A throttle may be the last of the demand of the second before.
  const roughly = usuallyAdmitted(throttling)
  const demanding = throttling.filter(({ admitted, throttled }) => admitted + throttled > roughly)
  const stretches = stretchesOf(demanding).map((stretch) => stretch.slice(1, -1))
  const inside = stretches.flat()
  if (inside.length < LEAST_SECONDS) return null
  const perSecond = inside.reduce((sum, { admitted }) => sum + admitted, 0) / inside.length
  const begun = stretches.filter((stretch) => stretch.length > 0).length
  const plusMinus = (perSecond * begun) / inside.length
  return { name, perSecond, plusMinus, seconds: inside.length }
}

export function sumOver(
  intervals: readonly FinishedInterval[],
  operations: readonly string[],
  names: readonly string[],
): number {
  let sum = 0
  for (const { row } of intervals) {
    for (const operation of operations) {
      for (const name of names) sum += row.counters[`${operation}.${name}`] ?? 0
    }
  }
  return sum
}

interface AskedSecond {
  readonly second: number
  readonly admitted: number
  readonly throttled: number
}

/** The median of what was let in, in which a second has the more weight the more it refused. */
function usuallyAdmitted(seconds: readonly AskedSecond[]): number {
  const weights = seconds.reduce((sum, { throttled }) => sum + throttled, 0)
  let below = 0
  for (const { admitted, throttled } of seconds.toSorted((a, b) => a.admitted - b.admitted)) {
    below += throttled
    if (below * 2 >= weights) return admitted
  }
  return 0
}

/** A shorter interval is no second. */
const WHOLE_MS = 900

function stretchesOf<Row extends { readonly second: number }>(rows: readonly Row[]): Row[][] {
  const stretches: Row[][] = []
  for (const row of rows) {
    const current = stretches.at(-1)
    if (current?.at(-1)?.second === row.second - 1) current.push(row)
    else stretches.push([row])
  }
  return stretches
}
