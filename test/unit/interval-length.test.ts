import fc from 'fast-check'
import { expect, test } from 'vitest'
import { intervalSecondsOf } from '../../src/simulate/interval-length.ts'
import { arrivals, scenarioOf } from '../simulation/scenarios.ts'

function lengthOf(seconds: number, thresholds: string[] = []): number {
  const scenario = scenarioOf({ things: 1, load: arrivals(1, seconds, 0) })
  const written = thresholds.map((expression) => ({ expression, abort: false }))
  return intervalSecondsOf({ ...scenario, thresholds: written })
}

test.each([
  { seconds: 600, thresholds: [], length: 1, why: 'that is 600 of them' },
  { seconds: 3_600, thresholds: [], length: 5, why: 'that is 720 of them' },
  { seconds: 7 * 86_400, thresholds: [], length: 900, why: 'no more than a thousand' },
  {
    seconds: 7_200,
    thresholds: ['update.response.p99 < 1s for 4s'],
    length: 2,
    why: 'four seconds are two of them, and not a part of one of ten',
  },
  {
    seconds: 7 * 86_400,
    thresholds: ['update.response.p99 < 1s for 30s'],
    length: 900,
    why: 'what fits would make too many',
  },
])('a load of $seconds s has intervals of $length s: $why', ({ seconds, thresholds, length }) => {
  expect(lengthOf(seconds, thresholds)).toBe(length)
})

test('however long a load is, its intervals are no more than 5,000', () => {
  const isBounded = fc.property(fc.integer({ min: 1, max: 60 * 86_400 }), (seconds) => {
    expect(seconds / lengthOf(seconds)).toBeLessThanOrEqual(5_000)
  })
  fc.assert(isBounded)
})
