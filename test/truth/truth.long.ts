import { test } from 'vitest'
import { fixedDelay, logNormalDelays, logNormalQuantile } from './laws.ts'
import { expectTruth } from './measured.ts'
import { FREEZE, frozenQuantilesMs, quantilesMs, scenarioOf } from './scenarios.ts'

const LIMIT = { timeout: 600_000 }

test('8,192 starts to a server that always takes 400 ms', LIMIT, async () => {
  const expected = quantilesMs(() => 400)
  await expectTruth({
    law: { delaysUs: fixedDelay(400_000) },
    scenario: scenarioOf({ ratePerSecond: 256, seconds: 32 }),
    expectedMs: { 'start-next': expected, update: expected },
  })
})

test('8,192 log-normal delays: p99.9 is that of the law itself', LIMIT, async () => {
  const expected = quantilesMs((share) => logNormalQuantile(200, 800, share))
  await expectTruth({
    law: { delaysUs: logNormalDelays(200_000, 800_000, 8_192) },
    scenario: scenarioOf({ ratePerSecond: 256, seconds: 32 }),
    expectedMs: { 'start-next': expected, update: expected },
  })
})

test('a freeze of 1.4 s in the middle of half a minute', LIMIT, async () => {
  await expectTruth({
    law: { delaysUs: fixedDelay(20_000), freeze: FREEZE },
    scenario: scenarioOf({ ratePerSecond: 256, seconds: 32 }),
    expectedMs: { 'start-next': frozenQuantilesMs(32, 20) },
  })
})
