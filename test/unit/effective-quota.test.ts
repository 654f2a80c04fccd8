import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectiveQuota } from '../../src/results/effective-quota.ts'
import { QUOTA_GROUPS } from '../../src/results/quota-groups.ts'
import { summarize } from '../../src/results/summarize.ts'
import { TokenBucket } from '../../src/service/token-bucket.ts'
import { interval, intervalRow, runRecord, SECONDS } from './run-fixture.ts'

const [WRITES] = QUOTA_GROUPS
if (WRITES === undefined) throw new Error('there are no quotas')

interface Asked {
  readonly admitted: number
  readonly throttled: number
}

const rows = (seconds: readonly Asked[]) =>
  seconds.map(({ admitted, throttled }, second) =>
    interval(
      intervalRow(second, {
        counters: {
          'start-next.accepted': Math.floor(admitted / 3),
          'start-next.empty': 1,
          'update.accepted': admitted - Math.floor(admitted / 3) - 2,
          'update.rejected': 1,
          'update.throttled': throttled,
        },
      }),
    ),
  )

/** What a bucket lets through of a demand, a second at a time; requests come evenly. */
function throughBucket(bucket: TokenBucket, demand: readonly number[]): Asked[] {
  return demand.map((perSecond, second) => {
    let admitted = 0
    for (let at = 0; at < perSecond; at++) {
      if (bucket.take(Math.round((second + at / perSecond) * 1e6))) admitted += 1
    }
    return { admitted, throttled: perSecond - admitted }
  })
}

test('the quota that is inferred is the quota of the bucket, within the bound it names', () => {
  const within = fc.property(
    fc.integer({ min: 20, max: 400 }),
    fc.double({ min: 0.2, max: 3, noNaN: true }),
    fc.array(
      fc
        .tuple(fc.constantFrom(0.3, 0.7, 1.1, 1.4, 2.5), fc.integer({ min: 1, max: 30 }))
        .map(([factor, length]) => Array.from({ length }, () => factor)),
      { minLength: 3, maxLength: 12 },
    ),
    (quota, burst, demand) => {
      const asked = throughBucket(
        new TokenBucket(quota, burst),
        demand.flat().map((factor) => Math.round(quota * factor)),
      )
      const found = effectiveQuota(rows(asked), WRITES)
      if (found === null) return
      expect(Math.abs(found.perSecond - quota)).toBeLessThanOrEqual(found.plusMinus + 1)
      expect(found.seconds).toBeLessThanOrEqual(demand.flat().length)
    },
  )
  fc.assert(within, { numRuns: 150 })
})

test('while demand is 1.2 times the quota for two minutes, the inferred quota is right to 1 %', () => {
  const asked = throughBucket(
    new TokenBucket(200, 1),
    Array.from({ length: 120 }, () => 240),
  )
  const found = effectiveQuota(rows(asked), WRITES)

  expect(found).toMatchObject({ name: 'writes (StartNext + Update)' })
  expect(Math.abs((found?.perSecond ?? 0) - 200)).toBeLessThan(2)
  expect(found?.plusMinus).toBeLessThan(2)
  expect(found?.seconds).toBeGreaterThan(100)
})

test('the first second of a stretch may spend a full bucket, so it does not count', () => {
  const quiet = { admitted: 10, throttled: 0 }
  const steady = { admitted: 100, throttled: 5 }
  const seconds = [quiet, { admitted: 190, throttled: 1 }, ...Array(8).fill(steady), quiet]

  expect(effectiveQuota(rows(seconds), WRITES)).toMatchObject({ perSecond: 100, seconds: 7 })
})

test.each([
  { throttled: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], why: 'nothing was throttled' },
  { throttled: [1, 1, 1, 1, 0, 1, 1, 1, 1, 0], why: 'no stretch was long enough' },
])('no quota is inferred when $why', ({ throttled }) => {
  const seconds = throttled.map((count) => ({ admitted: 50, throttled: count }))

  expect(effectiveQuota(rows(seconds), WRITES)).toBeNull()
})

test('the summary names the quota that refused most, and rates over the level load', () => {
  const intervals = SECONDS.map((second) =>
    interval(
      intervalRow(second, {
        counters: {
          'start.planned': 90,
          'start.started': 80,
          'start-next.issued': 100,
          'start-next.accepted': 60,
          'start-next.empty': 10,
          'start-next.throttled': 20,
          'start-next.timedOut': 6,
          'start-next.rejected': 4,
          'describe.issued': 9,
          'describe.throttled': 9,
        },
      }),
    ),
  )
  const { throttling, rates } = summarize(runRecord({ intervals }))

  expect(throttling.effectiveQuota).toEqual({
    name: 'writes (StartNext + Update)',
    perSecond: 74,
    plusMinus: 74 / 8,
    seconds: 8,
  })
  expect(throttling.bindingQuota).toBe('writes (StartNext + Update), about 74/s accepted')
  expect(rates).toEqual({
    seconds: 10,
    plannedStartsPerSecond: 90,
    startsPerSecond: 80,
    issuedPerSecond: 109,
    answeredPerSecond: 103,
    acceptedPerSecond: 70,
    throttledPerSecond: 29,
  })
})
