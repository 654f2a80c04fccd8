import { expect, test } from 'vitest'
import { fixedDelay, logNormalDelays, logNormalQuantile, sampleQuantile } from './laws.ts'
import { expectTruth } from './measured.ts'
import { FREEZE, frozenQuantilesMs, quantilesMs, SHORT, scenarioOf } from './scenarios.ts'

test('the sample that is dealt is the law', () => {
  const delays = logNormalDelays(700_000, 2_100_000, 4_096)

  for (const share of [0.5, 0.9, 0.99]) {
    const law = logNormalQuantile(700_000, 2_100_000, share)
    expect(Math.abs(sampleQuantile(delays, share) / law - 1)).toBeLessThan(0.005)
  }
  expect(
    Math.abs(sampleQuantile(delays.slice(0, 512), 0.9) / sampleQuantile(delays, 0.9) - 1),
  ).toBeLessThan(0.01)
})

test('a server that always takes a second is reported to', { timeout: 300_000 }, async () => {
  const expected = quantilesMs(SHORT, () => 1_000)
  await expectTruth({
    law: { delaysUs: fixedDelay(1_000_000) },
    scenario: scenarioOf({ ratePerSecond: 128, seconds: 8 }),
    expectedMs: { 'start-next': expected, update: expected },
  })
})

test('log-normal delays are reported with their own percentiles', {
  timeout: 300_000,
}, async () => {
  const delaysUs = logNormalDelays(700_000, 2_100_000, 1_024)
  const expected = quantilesMs(SHORT, (share) => sampleQuantile(delaysUs, share) / 1e3)
  await expectTruth({
    law: { delaysUs },
    scenario: scenarioOf({ ratePerSecond: 128, seconds: 8 }),
    expectedMs: { 'start-next': expected, update: expected },
  })
})

test('a freeze of 1.4 s is reported as long as it was, by every start that fell into it', {
  timeout: 300_000,
}, async () => {
  const { summary } = await expectTruth({
    law: { delaysUs: fixedDelay(600_000), freeze: FREEZE },
    scenario: scenarioOf({ ratePerSecond: 128, seconds: 20 }),
    expectedMs: { 'start-next': frozenQuantilesMs(SHORT, 20, 600) },
  })

  // A tester that waits for its answers would have sent one request into the freeze.
  const { issued = 0 } = summary.operations['start-next'] ?? {}
  expect(issued).toBe(2_560)
})
