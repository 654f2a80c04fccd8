import { expect, test } from 'vitest'
import { arrivals, HTTP, MQTT, scenarioOf } from './scenarios.ts'
import { simulated } from './simulated.ts'

const THINGS = 100_000
const STARTS = 350_000

test('100,000 things do a million operations and account for each', { timeout: 300_000 }, () => {
  const mix = [
    { ...MQTT, sharePercent: 80 },
    { ...HTTP, sharePercent: 20 },
  ]
  const load = arrivals(20_000, STARTS / 20_000)
  const run = simulated(scenarioOf({ things: THINGS, mix, connectPerSecond: 50_000, load }))
  const { counts } = run.meter

  expect(run.verdict).toEqual({ checked: true, balanced: true, differences: [] })
  expect(run.cutOff).toBe(false)
  expect(counts).toMatchObject({
    'start.started': STARTS,
    'planned.issued': STARTS,
    'start-next.issued': STARTS,
    'start-next.accepted': STARTS,
    'update.issued': 2 * STARTS,
    'update.accepted': 2 * STARTS,
    'execution.started': STARTS,
    'connect.accepted': THINGS,
    'subscribe.accepted': 0.8 * THINGS,
  })
  const ended = ['succeeded', 'failed', 'rejected'].map(
    (event) => counts[`execution.${event}`] ?? 0,
  )
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(STARTS)
  // Three full rounds of the fleet are dealt exactly, the fourth is half played.
  expect(Math.abs((ended[0] ?? 0) - 0.97 * STARTS)).toBeLessThan(0.005 * STARTS)
})
