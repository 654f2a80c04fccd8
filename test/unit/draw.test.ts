import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawUint32, drawUnit, PURPOSE } from '../../src/clock/draw.ts'

const uint32 = fc.nat(0xffffffff)
type Words = [number, number, number, number, number]
/** Seed, thing, ordinal, purpose, attempt. */
const words: fc.Arbitrary<Words> = fc.tuple(uint32, uint32, uint32, uint32, uint32)

test.each<{ at: Words; value: number }>([
  { at: [0, 0, 0, 0, 0], value: 3853845358 },
  { at: [1, 0, 0, PURPOSE.work, 0], value: 4279262608 },
  { at: [7, 1_999, 12, PURPOSE.backoff, 3], value: 3557628238 },
  { at: [0xffffffff, 9_999_999, 0xffffffff, PURPOSE.fault, 1_000], value: 457881838 },
])('the draw at $at is the same for ever', ({ at, value }) => {
  expect(drawUint32(...at)).toBe(value)
})

test('a draw is a whole number of 32 bits, and its unit lies strictly between 0 and 1', () => {
  const inRange = fc.property(words, (at) => {
    const drawn = drawUint32(...at)
    expect(drawn).toBe(drawn >>> 0)
    expect(drawUnit(...at)).toBeGreaterThan(0)
    expect(drawUnit(...at)).toBeLessThan(1)
  })
  fc.assert(inRange)
})

test('every argument changes the draw', () => {
  const differs = fc.property(
    words,
    fc.nat(4),
    fc.integer({ min: 1, max: 0xffffffff }),
    (at, k, d) => {
      const other = at.map((word, index) => (index === k ? (word + d) >>> 0 : word)) as Words
      expect(drawUint32(...other)).not.toBe(drawUint32(...at))
    },
  )
  fc.assert(differs)
})

const COUNT = 65_536
const ARGUMENTS = ['seed', 'thing', 'ordinal', 'purpose', 'attempt']

/** Draws along one argument, the others fixed. */
function along(argument: number): number[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const at: Words = [7, 11, 13, 1, 0]
    at[argument] = index
    return drawUnit(...at)
  })
}

test.each(ARGUMENTS.map((name, argument) => ({ name, argument })))(
  'draws along the $name fill 256 bins evenly',
  ({ argument }) => {
    const bins = new Float64Array(256)
    for (const unit of along(argument)) {
      const bin = Math.floor(unit * 256)
      bins[bin] = (bins[bin] ?? 0) + 1
    }
    const expected = COUNT / 256
    const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 255 degrees of freedom: mean 255, deviation 22.6. Five deviations to either side.
    expect(chiSquare).toBeGreaterThan(142)
    expect(chiSquare).toBeLessThan(368)
  },
)

test.each(ARGUMENTS.map((name, argument) => ({ name, argument })))(
  'neighbours along the $name have nothing to do with each other',
  ({ argument }) => {
    const units = along(argument)
    for (const distance of [1, 2, 3, 64, 1_000]) {
      let sum = 0
      for (let index = distance; index < COUNT; index++) {
        sum += ((units[index] ?? 0) - 0.5) * ((units[index - distance] ?? 0) - 0.5)
      }
      const correlation = (12 * sum) / (COUNT - distance)
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(COUNT))
    }
  },
)

test('one changed bit of any argument changes each bit of the draw half of the time', () => {
  for (let argument = 0; argument < 5; argument++) {
    for (let bit = 0; bit < 32; bit++) {
      const changed = new Float64Array(32)
      for (let sample = 0; sample < 1_000; sample++) {
        const at: Words = [7, sample, 13, 1, sample & 7]
        const before = drawUint32(...at)
        at[argument] = ((at[argument] ?? 0) ^ (1 << bit)) >>> 0
        const difference = before ^ drawUint32(...at)
        for (let out = 0; out < 32; out++) {
          changed[out] = (changed[out] ?? 0) + ((difference >>> out) & 1)
        }
      }
      expect(Math.min(...changed)).toBeGreaterThan(400)
      expect(Math.max(...changed)).toBeLessThan(600)
    }
  }
})
