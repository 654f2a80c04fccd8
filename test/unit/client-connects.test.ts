import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientConnects } from '../../src/service/client-connects.ts'

/** Rates a second as fractions, and the times of a clock that has run for long. */
const RATES = [
  [1n, 1n],
  [3n, 1n],
  [7n, 1n],
  [3n, 2n],
  [3n, 10n],
] as const
const CLOCK_MAX_US = 1e14

function connect(clients: ClientConnects, atUs: number): boolean {
  const passes = clients.mayPass('twin', atUs)
  if (passes) clients.passed('twin', atUs)
  return passes
}

/**
 * In whole numbers: with this connect, no stretch of time that ends now has more than the burst and
 * what its length gives, half a microsecond let pass.
 */
function fits(passed: readonly number[], atUs: number, [many, seconds]: readonly [bigint, bigint]) {
  const second = 1_000_000n * seconds
  const burst = many < seconds ? second : 1_000_000n * many
  return [...passed, atUs].every((fromUs, at) => {
    const count = BigInt(passed.length + 1 - at)
    return 2n * count * second <= 2n * burst + 2n * many * BigInt(atUs - fromUs) + many
  })
}

test('a client id connects as often as a plain count of its connects allows', () => {
  const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 5_000_000 }), fc.constant(333_333)), {
    minLength: 1,
    maxLength: 60,
  })
  const start = fc.integer({ min: 0, max: CLOCK_MAX_US })
  fc.assert(
    fc.property(fc.constantFrom(...RATES), start, gaps, (rate, startUs, gapsUs) => {
      const clients = new ClientConnects(Number(rate[0]) / Number(rate[1]), 1)
      const passed: number[] = []
      let atUs = startUs
      for (const gapUs of gapsUs) {
        atUs += gapUs
        const expected = fits(passed, atUs, rate)
        expect(connect(clients, atUs)).toBe(expected)
        if (expected) passed.push(atUs)
      }
    }),
  )
})

test.each([3, 7])(
  'a client id that has used its burst of %d up connects as often again in each second',
  (rate) => {
    const clients = new ClientConnects(rate, 1)
    for (let first = 0; first < rate; first++) expect(connect(clients, CLOCK_MAX_US)).toBe(true)
    for (let next = 1; next < 2_000; next++) {
      const atUs = CLOCK_MAX_US + Math.round((next * 1_000_000) / rate)
      expect([connect(clients, atUs - 1), connect(clients, atUs)]).toEqual([false, true])
    }
  },
)

test('a client id is not forgotten while its bucket fills, however many others connect', () => {
  const clients = new ClientConnects(1, 10)
  for (let first = 0; first < 10; first++) expect(connect(clients, 0)).toBe(true)
  for (let other = 0; other < 5; other++) clients.passed(`other-${other}`, 100_000 * other)
  expect(connect(clients, 900_000)).toBe(false)
})
