import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METERED_OPERATIONS, OUTCOMES } from '../../src/metrics/series.ts'
import { FAULT_KINDS } from '../../src/protocol/admin.ts'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { simulated } from './simulated.ts'

const loads = fc.constantFrom(
  {
    kind: 'rollout',
    limitUs: 7_200 * SECOND_US,
    pollUs: 20 * SECOND_US,
    drainUs: 7_200 * SECOND_US,
  },
  { kind: 'loop', forUs: 120 * SECOND_US, pauseUs: 3 * SECOND_US, drainUs: 7_200 * SECOND_US },
  { kind: 'loop', forUs: 10 * SECOND_US, pauseUs: 0, drainUs: 7_200 * SECOND_US },
) as fc.Arbitrary<
  | { kind: 'rollout'; limitUs: number; pollUs: number; drainUs: number }
  | { kind: 'loop'; forUs: number; pauseUs: number; drainUs: number }
>
const worlds = fc.record({
  seed: fc.nat(),
  load: loads,
  shards: fc.constantFrom(1, 3),
  httpPercent: fc.constantFrom(0, 30, 100),
  writesPerSecond: fc.constantFrom(20, Number.POSITIVE_INFINITY),
  updates: fc.constantFrom(0, 1, 3),
  kinds: fc.uniqueArray(fc.constantFrom(...FAULT_KINDS)),
})

test('whatever the load, the seed and the faults, nothing is lost, doubled or left open', () => {
  const ends = fc.property(worlds, (world) => {
    const { seed, load, shards, httpPercent, writesPerSecond, updates, kinds } = world
    const faults = kinds.map((kind) => ({
      kind,
      sharePercent: 4,
      fromUs: 0,
      forUs: Number.POSITIVE_INFINITY,
      byUs: 3 * SECOND_US,
    }))
    const scenario = scenarioOf({
      seed,
      things: 25,
      mix: [
        { ...MQTT, sharePercent: 100 - httpPercent },
        { ...HTTP, sharePercent: httpPercent },
      ],
      perThing: load.kind === 'rollout' ? 3 : Number.POSITIVE_INFINITY,
      quotas: { ...AWS_QUOTAS, writesPerSecond },
      service: { faults },
      behaviour: { updates },
      load,
    })
    const { meter, verdict, cutOff, ledger } = simulated(scenario, shards)
    const { counts } = meter
    const of = (name: string) => counts[name] ?? 0

    expect(verdict.differences).toEqual([])
    expect(cutOff).toBe(false)
    if (load.kind === 'rollout') expect(of('execution.started')).toBe(75)
    expect(of('execution.stuck')).toBe(0)
    expect(ledger.ended.reduce((sum, count) => sum + count, 0)).toBe(of('execution.started'))
    for (const operation of METERED_OPERATIONS) {
      const ended = OUTCOMES.reduce((sum, outcome) => sum + of(`${operation}.${outcome}`), 0)
      expect([operation, ended]).toEqual([operation, of(`${operation}.issued`)])
    }
  })
  fc.assert(ends, { numRuns: 60 })
})
