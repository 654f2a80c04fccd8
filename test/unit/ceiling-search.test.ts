import fc from 'fast-check'
import { expect, test } from 'vitest'
import { highestValid } from '../../src/cli/ceiling-search.ts'

const BOUNDS = { fromPerSecond: 250, mostPerSecond: 64_000, mostProbes: 12 }

async function search(ceiling: number, bounds = BOUNDS) {
  const probed: number[] = []
  const found = await highestValid(async (startsPerSecond) => {
    probed.push(startsPerSecond)
    return { startsPerSecond, valid: startsPerSecond <= ceiling }
  }, bounds)
  return { found, probed }
}

test('what is found is valid, was probed, and is within a tenth of the ceiling', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 250, max: 64_000 }), async (ceiling) => {
      const { found, probed } = await search(ceiling, { ...BOUNDS, mostProbes: 20 })
      expect(probed).toContain(found)
      expect(found).toBeLessThanOrEqual(ceiling)
      expect(found).toBeGreaterThanOrEqual(ceiling * 0.8)
    }),
  )
})

test.each([
  { ceiling: 100, found: 0, why: 'not even the first rate is valid' },
  { ceiling: 1e9, found: 64_000, why: 'the highest rate that is tried is valid' },
  { ceiling: 250, found: 250, why: 'the first is the last' },
])('with a ceiling of $ceiling it finds $found: $why', async ({ ceiling, found }) => {
  const result = await search(ceiling, { ...BOUNDS, mostProbes: 3 + BOUNDS.mostProbes })

  if (found === 0) expect(result.found).toBeLessThanOrEqual(ceiling)
  else expect(result.found).toBe(found)
})

test('no more rates are probed than allowed', async () => {
  expect((await search(40_000, { ...BOUNDS, mostProbes: 5 })).probed).toHaveLength(5)
})
