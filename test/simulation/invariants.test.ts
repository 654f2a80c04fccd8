import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { FAULT_KINDS } from '../../src/protocol/admin.ts'
import type { Reply } from '../../src/protocol/jobs.ts'
import { AWS_QUOTAS, UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import type { Load, Scenario } from '../../src/scenario/scenario.ts'
import type { JobsService } from '../../src/service/jobs-service.ts'
import { brokenRules, type SimulatedEnd } from '../../src/simulate/invariants.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import { WatchedService } from '../../src/simulate/watched-service.ts'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'

beforeAll(() => prepareRecorders())

const MIX = [
  { ...MQTT, sharePercent: 60 },
  { ...HTTP, sharePercent: 40 },
]

/** Quotas that bite, faults of all kinds, timers that run out, retries by things and by the service. */
function nasty(seed: number): Scenario {
  return scenarioOf({
    seed,
    things: 40,
    mix: MIX,
    quotas: { ...AWS_QUOTAS, writesPerSecond: 25, connectsPerSecond: 10 },
    service: {
      minuteUs: 2 * SECOND_US,
      faults: FAULT_KINDS.map((kind) => ({
        kind,
        sharePercent: 4,
        fromUs: SECOND_US,
        forUs: 20 * SECOND_US,
        byUs: 3 * SECOND_US,
      })),
    },
    perThing: 2,
    inProgressTimeoutMinutes: 6,
    behaviour: { updates: 2, stepTimeoutMinutes: 2 },
    load: {
      kind: 'rollout',
      limitUs: 300 * SECOND_US,
      pollUs: 5 * SECOND_US,
      drainUs: 60 * SECOND_US,
    },
  })
}

function brokenIn(scenario: Scenario): readonly string[] {
  const simulation = new Simulation({ scenario })
  try {
    while (simulation.goOn(100_000)) {}
    return simulation.end().broken
  } finally {
    simulation.destroy()
  }
}

describe('every rule of thing, service and ledger holds', () => {
  test('on a fixed set of seeds', () => {
    for (let seed = 1; seed <= 60; seed++) expect([seed, brokenIn(nasty(seed))]).toEqual([seed, []])
  })

  test('on a fresh set of seeds', () => {
    const first = Math.floor(Math.random() * 4e9)
    process.stdout.write(`fresh seeds ${first}..${first + 19}\n`)
    for (let seed = first; seed < first + 20; seed++) {
      expect([seed, brokenIn(nasty(seed))]).toEqual([seed, []])
    }
  })

  test('on scenarios that nobody has thought of', () => {
    const loads = fc.oneof<fc.Arbitrary<Load>[]>(
      fc
        .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }))
        .map(([rate, seconds]) => arrivals(rate, seconds, 120)),
      fc.integer({ min: 1, max: 60 }).map((seconds) => ({
        kind: 'rollout',
        limitUs: seconds * SECOND_US,
        pollUs: 3 * SECOND_US,
        drainUs: 20 * SECOND_US,
      })),
      fc.integer({ min: 1, max: 30 }).map((seconds) => ({
        kind: 'loop',
        forUs: seconds * SECOND_US,
        pauseUs: SECOND_US,
        drainUs: 20 * SECOND_US,
      })),
    )
    const faults = fc.array(
      fc.record({
        kind: fc.constantFrom(...FAULT_KINDS),
        sharePercent: fc.constantFrom(0.5, 5, 40, 100),
        fromUs: fc.integer({ min: 0, max: 10 }).map((seconds) => seconds * SECOND_US),
        forUs: fc.constantFrom(0, 5 * SECOND_US, Number.POSITIVE_INFINITY),
        byUs: fc.constantFrom(0, SECOND_US, 30 * SECOND_US),
      }),
      { maxLength: 3 },
    )
    const scenarios = fc.record({
      seed: fc.nat(),
      things: fc.integer({ min: 1, max: 30 }),
      mix: fc.constantFrom([MQTT], [HTTP], MIX),
      quotas: fc.constantFrom(UNLIMITED_QUOTAS, AWS_QUOTAS, { ...AWS_QUOTAS, writesPerSecond: 3 }),
      connectPerSecond: fc.constantFrom(5, 1_000),
      perThing: fc.constantFrom(1, 3),
      inProgressTimeoutMinutes: fc.constantFrom(undefined, 1, 3),
      faults,
      behaviour: fc.record({
        updates: fc.nat(3),
        stepTimeoutMinutes: fc.constantFrom(undefined, 1, 2),
        requestTimeoutUs: fc.constantFrom(SECOND_US, 10 * SECOND_US),
        retry: fc.constantFrom(
          undefined,
          { kind: 'none', baseUs: 0, capUs: 0, attempts: 1 } as const,
          { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts: 3 } as const,
        ),
      }),
      load: loads,
    })
    const holds = fc.property(scenarios, ({ faults, ...wanted }) => {
      const service = { faults, minuteUs: 2 * SECOND_US }
      expect(brokenIn(scenarioOf({ ...wanted, service }))).toEqual([])
    })
    fc.assert(holds, { numRuns: 60 })
  })
})

describe('a service that breaks a rule is caught', () => {
  const execution = (versionNumber: number, status: 'IN_PROGRESS' | 'QUEUED' = 'IN_PROGRESS') => ({
    jobId: 'job-1',
    executionNumber: 1,
    status,
    versionNumber,
    queuedAt: 1,
    lastUpdatedAt: 1,
  })
  const update = (status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED') =>
    ({ jobId: 'job-1', executionNumber: 1, status }) as const
  const accepted: Reply = { kind: 'accepted' }

  function watched(...replies: Reply[]): WatchedService {
    const service = { handle: () => replies.shift() ?? accepted }
    return new WatchedService(service as unknown as JobsService, 1)
  }

  test('that tells an older version', () => {
    const service = watched(
      { kind: 'accepted', execution: execution(4) },
      { kind: 'accepted', execution: execution(3) },
    )
    service.handle(0, 'start-next', {}, 0)
    expect(service.broken).toEqual([])
    service.handle(0, 'start-next', {}, 1)
    expect(service.broken).toEqual([
      'Service: thing 0, job job-1, execution 1: version 3 was told after version 4.',
    ])
  })

  test('that does not count an accepted update', () => {
    const service = watched({ kind: 'accepted', execution: execution(2) }, accepted, {
      kind: 'accepted',
      execution: execution(2),
    })
    service.handle(0, 'start-next', {}, 0)
    service.handle(0, 'update', update('IN_PROGRESS'), 1)
    service.handle(0, 'start-next', {}, 2)
    expect(service.broken.join()).toContain('version 2 was told after version 3')
  })

  test('that accepts two final statuses', () => {
    const service = watched()
    service.handle(0, 'update', update('SUCCEEDED'), 0)
    expect(service.broken).toEqual([])
    service.handle(0, 'update', update('FAILED'), 1)
    expect(service.broken.join()).toContain('FAILED was accepted after a final status')
  })

  test('that hands out again what has ended', () => {
    const service = watched(accepted, { kind: 'accepted', execution: execution(9) })
    service.handle(0, 'update', update('SUCCEEDED'), 0)
    service.handle(0, 'start-next', {}, 1)
    expect(service.broken.join()).toContain('IN_PROGRESS was told after a final status')
  })
})

describe('a run that does not add up is caught', () => {
  const scenario = scenarioOf({ things: 2, perThing: 1, load: arrivals(1, 1) })
  const ledger = {
    operations: {} as never,
    ended: Uint32Array.of(1, 1),
    marks: new Uint32Array(2),
    open: [],
    byStatus: { SUCCEEDED: 2 },
  }
  const verdict = { checked: true, balanced: true, differences: [] }
  const right: SimulatedEnd = { scenario, ledger, verdict, counters: {}, openExecutions: 0 }

  test.each<[string, Partial<SimulatedEnd>, RegExp]>([
    [
      'a lost execution',
      { ledger: { ...ledger, ended: Uint32Array.of(1, 0), byStatus: { SUCCEEDED: 1 } } },
      /^Lost or doubled: 2 .* 1 have ended, 0 have not/,
    ],
    ['a doubled one', { openExecutions: 1 }, /^Lost or doubled/],
    [
      'an execution that is open twice',
      {
        ledger: {
          ...ledger,
          open: [
            [0, 'a', 1, 'QUEUED'],
            [0, 'a', 1, 'QUEUED'],
          ],
        },
      },
      /^Doubled: thing 0 has job a open twice/,
    ],
    [
      'statuses that do not add up',
      { ledger: { ...ledger, byStatus: { SUCCEEDED: 1 } } },
      /^Lost: 2 executions .* 1 by status/,
    ],
    [
      'an attempt without an end',
      { counters: { 'update.issued': 2, 'update.accepted': 1 } },
      /^Accounting: 2 attempts of update/,
    ],
    [
      'an execution without an end',
      { counters: { 'execution.started': 2, 'execution.succeeded': 1 } },
      /^Executions: things began or resumed 2/,
    ],
    [
      'a difference of the ledger',
      { verdict: { ...verdict, differences: ['So.'] } },
      /^Ledger: So\./,
    ],
  ])('%s', (_, change, words) => {
    expect(brokenRules(right)).toEqual([])
    expect(brokenRules({ ...right, ...change })[0]).toMatch(words)
  })
})
