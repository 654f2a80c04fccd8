import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mixCounts, mixRowOf } from '../../src/scenario/mix.ts'
import { outcomeCounts, outcomeOf } from '../../src/scenario/outcomes.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

function fleetOf(things: number, seed: number, outcomes: string, mix: string): Scenario {
  return parseScenario(
    `
name: dealing
seed: ${seed}
fleet: { things: ${things}, mix: ${mix} }
behaviour: { outcomes: ${outcomes} }
load: { rollout: {} }
`,
    { fileName: 'dealing.yaml' },
  )
}

const HALVES = '[{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]'
const ALL = '{ SUCCEEDED: 97%, FAILED: 2%, REJECTED: 1% }'

function outcomesInRound(scenario: Scenario, ordinal: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let thing = 0; thing < scenario.fleet.things; thing++) {
    const outcome = outcomeOf(scenario, thing, ordinal)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  return counts
}

test('in a fleet that the shares divide, every round has exactly its outcomes', () => {
  const exact = fc.property(fc.nat(0xffff_ffff), fc.nat(1_000_000), (seed, ordinal) => {
    const counts = outcomesInRound(fleetOf(1_000, seed, ALL, HALVES), ordinal)
    expect(Object.fromEntries(counts)).toEqual({ SUCCEEDED: 970, FAILED: 20, REJECTED: 10 })
  })
  fc.assert(exact, { numRuns: 20 })
})

test('in a fleet that they do not divide, the outcomes come true over the rounds', () => {
  const scenario = fleetOf(10, 7, ALL, HALVES)
  const totals = new Map<string, number>()
  for (let ordinal = 0; ordinal < 1_000; ordinal++) {
    for (const [outcome, count] of outcomesInRound(scenario, ordinal)) {
      totals.set(outcome, (totals.get(outcome) ?? 0) + count)
    }
  }
  expect(Math.abs((totals.get('FAILED') ?? 0) - 200)).toBeLessThanOrEqual(5)
  expect(Math.abs((totals.get('REJECTED') ?? 0) - 100)).toBeLessThanOrEqual(5)
  expect([...totals.values()].reduce((one, other) => one + other, 0)).toBe(10_000)
})

test('the counts of a round are those that are dealt, and miss their share by less than one', () => {
  const counted = fc.property(
    fc.integer({ min: 1, max: 300 }),
    fc.nat(0xffff_ffff),
    fc.nat(1_000),
    fc.integer({ min: 1, max: 99 }),
    (things, seed, ordinal, percent) => {
      const outcomes = `{ SUCCEEDED: ${percent}%, FAILED: ${100 - percent}% }`
      const scenario = fleetOf(things, seed, outcomes, HALVES)
      const dealt = outcomesInRound(scenario, ordinal)
      const [succeeded = 0, failed = 0] = outcomeCounts(scenario, ordinal)
      expect([dealt.get('SUCCEEDED') ?? 0, dealt.get('FAILED') ?? 0]).toEqual([succeeded, failed])
      expect(Math.abs(succeeded - (things * percent) / 100)).toBeLessThan(1)
    },
  )
  fc.assert(counted)
})

test('over the rounds each thing meets each outcome', () => {
  const scenario = fleetOf(100, 3, '{ SUCCEEDED: 50%, FAILED: 50% }', HALVES)
  for (let thing = 0; thing < 100; thing++) {
    let failed = 0
    for (let ordinal = 0; ordinal < 400; ordinal++) {
      if (outcomeOf(scenario, thing, ordinal) === 'FAILED') failed += 1
    }
    // Expected 200, deviation 10.
    expect(Math.abs(failed - 200)).toBeLessThan(60)
  }
})

test('each row of the mix has exactly its things', () => {
  const exact = fc.property(
    fc.integer({ min: 1, max: 500 }),
    fc.nat(0xffff_ffff),
    fc.integer({ min: 0, max: 100 }),
    (things, seed, percent) => {
      const mix = `[{ share: ${percent}%, transport: mqtt }, { share: ${100 - percent}%, transport: http }]`
      const scenario = fleetOf(things, seed, ALL, mix)
      let mqtt = 0
      for (let thing = 0; thing < things; thing++) {
        if (mixRowOf(scenario, thing).transport === 'mqtt') mqtt += 1
      }
      expect(mixCounts(scenario)).toEqual([mqtt, things - mqtt])
      expect(Math.abs(mqtt - (things * percent) / 100)).toBeLessThan(1)
    },
  )
  fc.assert(exact)
})

test('the mix is spread over the fleet, so that any number of shards gets its part', () => {
  const scenario = fleetOf(10_000, 1, ALL, HALVES)
  for (const shards of [2, 3, 4, 7]) {
    for (let shard = 0; shard < shards; shard++) {
      let mqtt = 0
      let things = 0
      for (let thing = shard; thing < 10_000; thing += shards) {
        things += 1
        if (mixRowOf(scenario, thing).transport === 'mqtt') mqtt += 1
      }
      expect(Math.abs(mqtt / things - 0.5)).toBeLessThan(0.05)
    }
  }
})

test('a thing that the fleet does not have has no row and no outcome', () => {
  const scenario = fleetOf(10, 1, ALL, HALVES)
  expect(() => mixRowOf(scenario, -1)).toThrow(RangeError)
  expect(() => mixRowOf(scenario, 10.5)).toThrow(RangeError)
})
