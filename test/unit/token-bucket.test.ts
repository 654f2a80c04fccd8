import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBucket } from '../../src/service/token-bucket.ts'

const SECOND_US = 1_000_000

/** When each of the takes that passed was. */
function passed(bucket: TokenBucket, timesUs: readonly number[]): number[] {
  return timesUs.filter((atUs) => bucket.take(atUs))
}

test('in no window does more pass than the capacity and the refill of the window', () => {
  const rates = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(0.5, 500 / 60, 1 / 3))
  const gaps = fc.array(fc.oneof(fc.nat(1_000), fc.nat(2_000_000)), { maxLength: 300 })
  const keepsTheBound = fc.property(
    rates,
    fc.constantFrom(0.1, 1, 2.5),
    gaps,
    (rate, burst, gaps) => {
      let atUs = 0
      const timesUs = gaps.map((gapUs) => (atUs += gapUs))
      const passedUs = passed(new TokenBucket(rate, burst), timesUs)
      const capacity = Math.max(1, rate * burst)
      passedUs.forEach((fromUs, from) => {
        for (let to = from; to < passedUs.length; to++) {
          const windowUs = (passedUs[to] ?? 0) - fromUs
          const most = capacity + (rate * windowUs) / SECOND_US
          expect(to - from + 1).toBeLessThanOrEqual(most * (1 + 1e-9))
        }
      })
    },
  )
  fc.assert(keepsTheBound)
})

test.each([200, 500 / 60, 0.3])(
  'over a day of asking more, %d a second pass, to the token',
  (rate) => {
    const burstSeconds = 10
    const bucket = new TokenBucket(rate, burstSeconds)
    const seconds = 86_400
    let count = 0
    for (let second = 0; second <= seconds; second += 1)
      while (bucket.take(second * SECOND_US)) count += 1
    const most = rate * (burstSeconds + seconds)
    // The fraction of a token that is left over in the end does not pass.
    expect(count).toBeGreaterThan(most - 1)
    expect(count).toBeLessThan(most + 1e-3)
  },
)

test('a burst is given once, and the rest comes continuously', () => {
  const bucket = new TokenBucket(200, 1)
  expect(
    passed(
      bucket,
      Array.from({ length: 300 }, () => 5),
    ),
  ).toHaveLength(200)
  expect(bucket.take(5_004)).toBe(false)
  expect(bucket.take(5_005)).toBe(true)
  expect(bucket.take(5_006)).toBe(false)
})

test('several tokens are taken together or not at all', () => {
  const bucket = new TokenBucket(10, 1)
  expect([bucket.take(0, 8), bucket.take(0, 3), bucket.take(0, 2)]).toEqual([true, false, true])
  expect(new TokenBucket(10, 1).take(0, 11)).toBe(false)
})

test('a rate of 0 lets nothing pass, an infinite one everything', () => {
  expect(new TokenBucket(0, 1).take(60 * SECOND_US)).toBe(false)
  const open = new TokenBucket(Number.POSITIVE_INFINITY, 1)
  expect(
    passed(
      open,
      Array.from({ length: 1_000 }, () => 0),
    ),
  ).toHaveLength(1_000)
})
