import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { METERED_OPERATIONS, OUTCOMES } from '../../src/metrics/series.ts'
import type { FaultKind } from '../../src/protocol/admin.ts'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { type Simulated, simulated } from './simulated.ts'

const FAULTS: readonly FaultKind[] = [
  'lost-reply',
  'lost-request',
  'duplicate-reply',
  'internal-error',
  'lost-connection',
]
const HALF_AND_HALF = [
  { ...MQTT, sharePercent: 50 },
  { ...HTTP, sharePercent: 50 },
]

function faultyScenario(seed: number, kinds: readonly FaultKind[], sharePercent: number): Scenario {
  return scenarioOf({
    seed,
    things: 60,
    mix: HALF_AND_HALF,
    quotas: { ...AWS_QUOTAS, writesPerSecond: 40 },
    service: {
      faults: kinds.map((kind) => ({
        kind,
        sharePercent,
        fromUs: 0,
        forUs: Number.POSITIVE_INFINITY,
        byUs: 0,
      })),
    },
    behaviour: { updates: 2 },
    load: arrivals(20, 15, 3_600),
  })
}

/** What must hold at the end of any run whatever. */
function expectWhole({ meter, verdict, cutOff, ledger }: Simulated): void {
  const { counts } = meter
  const of = (name: string) => counts[name] ?? 0
  expect(verdict.differences).toEqual([])
  expect(verdict.balanced).toBe(true)
  expect(cutOff).toBe(false)
  for (const operation of METERED_OPERATIONS) {
    const ended = OUTCOMES.reduce((sum, outcome) => sum + of(`${operation}.${outcome}`), 0)
    expect([operation, of(`${operation}.issued`)]).toEqual([operation, ended])
    expect([operation, of(`${operation}.unanswered`)]).toEqual([operation, 0])
  }
  expect(Object.keys(counts).filter((name) => name.startsWith('impossible'))).toEqual([])
  const endings = ['succeeded', 'failed', 'rejected', 'timedOut', 'canceled', 'stuck']
  const ended = endings.reduce((sum, event) => sum + of(`execution.${event}`), 0)
  expect(of('execution.started') + of('execution.resumed')).toBe(ended)
  const serviceEnded = ledger.ended.reduce((sum, count) => sum + count, 0)
  expect(serviceEnded).toBe(of('execution.started'))
}

describe('whole runs of fleet and service', () => {
  test('without faults every planned start becomes one execution that ends as dealt', () => {
    const load = arrivals(100, 10)
    const run = simulated(scenarioOf({ things: 1_000, mix: HALF_AND_HALF, load }))

    expectWhole(run)
    expect(run.meter.counts).toEqual({
      'connect.accepted': 1_000,
      'connect.issued': 1_000,
      'execution.failed': 20,
      'execution.rejected': 10,
      'execution.started': 1_000,
      'execution.succeeded': 970,
      'planned.issued': 1_000,
      'start-next.accepted': 1_000,
      'start-next.issued': 1_000,
      'start.acquired': 1_000,
      'start.started': 1_000,
      'subscribe.accepted': 500,
      'subscribe.issued': 500,
      'update.accepted': 2_000,
      'update.issued': 2_000,
    })
  })

  test('under a write quota things are throttled, come back, and all finish', () => {
    const run = simulated(
      scenarioOf({ things: 1_000, quotas: AWS_QUOTAS, load: arrivals(100, 10) }),
    )

    expectWhole(run)
    expect(run.meter.of('execution.started')).toBe(1_000)
    expect(run.meter.of('start-next.throttled') + run.meter.of('update.throttled')).toBeGreaterThan(
      500,
    )
    expect(run.meter.of('start-next.throttled')).toBe(run.ledger.operations['start-next'].throttled)
  })

  test.each(FAULTS)('nothing is lost or doubled when every tenth request meets a %s', (kind) => {
    const run = simulated(faultyScenario(1, [kind], 10))

    expectWhole(run)
    expect(run.meter.of('execution.started')).toBe(run.meter.of('start.started'))
  })

  test.each(FAULTS)('a %s is told apart from the others', (kind) => {
    const { counts } = simulated(faultyScenario(1, [kind], 10)).meter
    const seen = {
      timedOut: sumOf(counts, /\.timedOut$/),
      lost: sumOf(counts, /^(start-next|update)\.lost$/),
      duplicate: sumOf(counts, /^stray\.duplicate$/),
      internalError: sumOf(counts, /\.rejected\.InternalError$/),
    }
    const expected = {
      'lost-reply': ['timedOut'],
      'lost-request': ['timedOut'],
      'duplicate-reply': ['duplicate'],
      'lost-connection': ['lost'],
      'internal-error': ['internalError'],
    }[kind as Exclude<FaultKind, 'delayed-notification'>]
    const met = Object.entries(seen).filter(([, count]) => count > 0)
    expect(met.map(([name]) => name)).toEqual(expected)
  })

  test.each([
    ['MQTT', MQTT, true],
    ['HTTP', HTTP, false],
  ])('an answer that takes longer than the timeout is late over %s: %s', (_, row, isLate) => {
    const scenario = scenarioOf({
      things: 20,
      mix: [row],
      service: { latency: { medianUs: 5 * SECOND_US, p99Us: 30 * SECOND_US } },
      load: arrivals(2, 10, 7_200),
    })
    const run = simulated(scenario)

    expectWhole(run)
    expect(run.meter.of('start-next.timedOut') + run.meter.of('update.timedOut')).toBeGreaterThan(5)
    // Over HTTP the socket is given up with the request.
    expect(run.meter.of('stray.late') > 0).toBe(isLate)
  })

  test('each execution says every one of its progress updates', () => {
    const behaviour = { updates: 3 }
    const run = simulated(scenarioOf({ things: 60, behaviour, load: arrivals(5, 20) }))

    expect(run.meter.of('start.started')).toBe(100)
    expect(run.meter.of('update.accepted')).toBe(400)
  })

  test('whatever the seed and the faults, everything ends and both sides agree', () => {
    const faulty = fc.record({
      seed: fc.nat(),
      kinds: fc.uniqueArray(fc.constantFrom(...FAULTS), { minLength: 1 }),
      sharePercent: fc.constantFrom(0.5, 3, 15),
    })
    const ends = fc.property(faulty, ({ seed, kinds, sharePercent }) => {
      expectWhole(simulated(faultyScenario(seed, kinds, sharePercent)))
    })
    fc.assert(ends, { numRuns: 40 })
  })

  test('attempts that are used up leave a stuck execution, which is counted and accounted for', () => {
    const scenario = faultyScenario(3, ['lost-reply', 'internal-error'], 30)
    const retry = { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts: 2 } as const
    const run = simulated({ ...scenario, behaviour: { ...scenario.behaviour, retry } })

    expect(run.meter.of('execution.stuck')).toBeGreaterThan(20)
    expect(run.verdict.differences).toEqual([])
  })
})

describe('the same seed', () => {
  const scenario = faultyScenario(5, FAULTS, 3)

  test('gives the same counts, to the last event', () => {
    const [one, other] = [simulated(scenario), simulated(scenario)]

    expect(other.meter.counts).toEqual(one.meter.counts)
    expect(other.events).toBe(one.events)
    expect(other.endUs).toBe(one.endUs)
    expect(other.ledger).toEqual(one.ledger)
  })

  test('of another scenario gives other counts', () => {
    const [one, other] = [simulated(scenario), simulated({ ...scenario, seed: 6 })]

    expect(other.meter.counts).not.toEqual(one.meter.counts)
  })

  test.each([2, 3, 7])(
    'gives the same run in %i shards as in one, where nobody shares',
    (shards) => {
      // Enough things for each start to find its own idle: then no shard has to reassign one.
      const load = arrivals(20, 10)
      const alone = scenarioOf({ seed: 9, things: 300, mix: HALF_AND_HALF, load })
      const [one, split] = [simulated(alone), simulated(alone, shards)]

      expect(split.meter.counts).toEqual(one.meter.counts)
      expect(split.endUs).toBe(one.endUs)
      expect(split.ledger).toEqual(one.ledger)
    },
  )
})

function sumOf(counts: Record<string, number>, names: RegExp): number {
  return Object.entries(counts).reduce((sum, [name, n]) => sum + (names.test(name) ? n : 0), 0)
}
