import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactCounts } from '../../src/scenario/shares.ts'

const shares = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 })

test.each([
  { total: 1_000, shares: [80, 20], counts: [800, 200] },
  { total: 3, shares: [50, 50], counts: [2, 1] },
  { total: 10, shares: [33.3, 33.3, 33.4], counts: [3, 3, 4] },
  { total: 1, shares: [40, 60], counts: [0, 1] },
  { total: 5, shares: [0, 100], counts: [0, 5] },
  { total: 1_000, shares: [97, 2, 1], counts: [970, 20, 10] },
])('$total by $shares is $counts', ({ total, shares, counts }) => {
  expect(exactCounts(total, shares)).toEqual(counts)
})

test('counts add up to the total and miss their share by less than one', () => {
  const exact = fc.property(fc.nat(10_000_000), shares, (total, parts) => {
    const sum = parts.reduce((one, other) => one + other, 0)
    const counts = exactCounts(total, parts)
    expect(counts.reduce((one, other) => one + other, 0)).toBe(total)
    counts.forEach((count, index) => {
      expect(Math.abs(count - (total * (parts[index] ?? 0)) / sum)).toBeLessThan(1)
    })
  })
  fc.assert(exact)
})
