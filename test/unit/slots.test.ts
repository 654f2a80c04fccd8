import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newHistogram } from '../../src/metrics/latency-recorder.ts'
import { HIGHEST_US, highestUs, SLOTS, slotOf } from '../../src/metrics/slots.ts'

test('a value stands in the slot that the library gives it, and its highest value is what a percentile says', () => {
  const histogram = newHistogram()
  const us = fc.oneof(fc.nat(5_000), fc.nat(1_000_000), fc.nat(HIGHEST_US))
  fc.assert(
    fc.property(us, (value) => {
      histogram.reset()
      histogram.recordValue(value)
      const slot = slotOf(value)
      expect(slot).toBeLessThan(SLOTS)
      expect(highestUs(slot)).toBe(Math.min(histogram.getValueAtPercentile(50), HIGHEST_US))
    }),
    { numRuns: 2_000, examples: [[0], [1], [2_047], [2_048], [4_095], [4_096], [HIGHEST_US]] },
  )
})

test('slots come in the order of their values, and each ends where the next begins', () => {
  for (let slot = 1; slotOf(highestUs(slot - 1)) < slotOf(HIGHEST_US); slot++)
    expect(slotOf(highestUs(slot - 1) + 1)).toBe(slot)
})
