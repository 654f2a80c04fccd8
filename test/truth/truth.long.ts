import { test } from 'vitest'
import { fixedDelay, logNormalDelays, logNormalQuantile } from './laws.ts'
import { expectTruth } from './measured.ts'
import { FREEZE, frozenQuantilesMs, LONG, quantilesMs, scenarioOf } from './scenarios.ts'

const LIMIT = { timeout: 900_000 }

test('8,192 starts to a server that always takes two seconds', LIMIT, async () => {
  const expected = quantilesMs(LONG, () => 2_000)
  await expectTruth({
    law: { delaysUs: fixedDelay(2_000_000) },
    scenario: scenarioOf({ ratePerSecond: 128, seconds: 64 }),
    expectedMs: { 'start-next': expected, update: expected },
  })
})

test('8,192 log-normal delays: p99.9 is that of the law itself', LIMIT, async () => {
  const expected = quantilesMs(LONG, (share) => logNormalQuantile(700, 2_100, share))
  await expectTruth({
    law: { delaysUs: logNormalDelays(700_000, 2_100_000, 8_192) },
    scenario: scenarioOf({ ratePerSecond: 256, seconds: 32 }),
    expectedMs: { 'start-next': expected, update: expected },
  })
})

test('a freeze of 1.4 s in the middle of a minute', LIMIT, async () => {
  await expectTruth({
    law: { delaysUs: fixedDelay(600_000), freeze: FREEZE },
    scenario: scenarioOf({ ratePerSecond: 48, seconds: 64 }),
    expectedMs: { 'start-next': frozenQuantilesMs(LONG, 64, 600) },
  })
})

test('answers that leave together, more than a hundred at a time', LIMIT, async () => {
  // No multiple of the time between two starts, which would meet the same phases again and again.
  const [takesMs, togetherMs] = [10, 4_007]
  await expectTruth({
    law: { delaysUs: fixedDelay(takesMs * 1e3), togetherUs: togetherMs * 1e3 },
    scenario: scenarioOf({ ratePerSecond: 32, seconds: 128 }),
    expectedMs: {
      'start-next': quantilesMs(LONG, (share) => takesMs + togetherMs * share),
    },
  })
})
