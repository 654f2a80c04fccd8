import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dealtPosition } from '../../src/clock/permutation.ts'

function round(seed: number, number: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => dealtPosition(seed, number, index, size))
}

test('each round is a permutation, whatever the size', () => {
  const isPermutation = fc.property(
    fc.nat(0xffffffff),
    fc.nat(0xffffffff),
    fc.integer({ min: 1, max: 3_000 }),
    (seed, number, size) => {
      const seen = new Uint8Array(size)
      for (const position of round(seed, number, size)) seen[position] = 1
      expect(seen.every((count) => count === 1)).toBe(true)
    },
  )
  fc.assert(isPermutation)
})

test('every size up to 300 is permuted', () => {
  for (let size = 1; size <= 300; size++) {
    expect(new Set(round(1, 1, size)).size).toBe(size)
    expect(Math.max(...round(1, 1, size))).toBe(size - 1)
  }
})

test('positions of a fleet of ten million are legal and do not meet', () => {
  const size = 10_000_000
  const positions = new Set<number>()
  for (let index = 0; index < size; index += 97) positions.add(dealtPosition(3, 5, index, size))
  expect(positions.size).toBe(Math.ceil(size / 97))
  const legal = [...positions].every((position) => position >= 0 && position < size)
  expect(legal).toBe(true)
})

test('the order is the same for ever', () => {
  expect(round(7, 0, 10)).toMatchInlineSnapshot(`
    [
      9,
      1,
      2,
      7,
      4,
      8,
      3,
      5,
      6,
      0,
    ]
  `)
  expect(round(7, 1, 10)).toMatchInlineSnapshot(`
    [
      0,
      4,
      2,
      9,
      7,
      5,
      3,
      6,
      1,
      8,
    ]
  `)
})

test.each([{ size: 10 }, { size: 64 }, { size: 97 }])(
  'over many rounds each of $size indexes comes to each position alike',
  ({ size }) => {
    const rounds = 200 * size
    const counts = new Float64Array(size * size)
    for (let number = 0; number < rounds; number++) {
      for (let index = 0; index < size; index++) {
        const cell = index * size + dealtPosition(1, number, index, size)
        counts[cell] = (counts[cell] ?? 0) + 1
      }
    }
    // 200 expected in each cell, deviation 14.1; six of them for the largest of up to 9,409 cells.
    expect(Math.min(...counts)).toBeGreaterThan(115)
    expect(Math.max(...counts)).toBeLessThan(285)
  },
)

test('neighbours do not stay together', () => {
  const size = 100_000
  const positions = round(7, 0, size)
  let sum = 0
  for (let index = 1; index < size; index++) {
    sum += Math.abs((positions[index] ?? 0) - (positions[index - 1] ?? 0))
  }
  // Two points drawn at random are a third of the length apart.
  expect(sum / (size - 1) / size).toBeGreaterThan(0.325)
  expect(sum / (size - 1) / size).toBeLessThan(0.342)
})
