import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseThreshold } from '../../src/metrics/threshold.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

function shipped(name: string): Scenario {
  const path = new URL(`../../scenarios/${name}.yaml`, import.meta.url)
  return parseScenario(readFileSync(path, 'utf8'), { fileName: `${name}.yaml`, threshold })
}

/** The language of the metrics room, so that the shipped thresholds are real ones. */
function threshold(expression: string): string | undefined {
  const read = parseThreshold(expression)
  return 'problem' in read ? read.problem : undefined
}

function parsed(text: string, set: readonly string[] = []): Scenario {
  return parseScenario(text, { fileName: 'test.yaml', set })
}

const LEAST = `
name: least
fleet: { things: 3 }
load: { arrivals: [{ rate: 1/s, for: 3s }] }
`

test('a file of a name, a fleet and a load is complete', () => {
  expect(parsed(LEAST)).toEqual({
    name: 'least',
    question: undefined,
    seed: 1,
    service: {
      quotas: {
        writesPerSecond: 200,
        readsPerSecond: 200,
        connectsPerSecond: 500,
        clientConnectsPerSecond: 1,
        subscribesPerSecond: 500,
        connectionPublishesPerSecond: 100,
        burstSeconds: 1,
      },
      latency: { medianUs: 0, p99Us: 0 },
      minuteUs: 60_000_000,
      faults: [],
    },
    fleet: {
      things: 3,
      namePrefix: 'thing-',
      connect: { ratePerSecond: 100, limitUs: 120_000_000 },
      mix: [
        {
          sharePercent: 100,
          transport: 'mqtt',
          agent: 'ideal',
          mqtt: {
            version: 4,
            keepAliveSeconds: 1_200,
            clean: true,
            qos: 1,
            subscribe: ['notify-next'],
          },
        },
      ],
    },
    agents: {
      ideal: {
        retry: { kind: 'full-jitter', baseUs: 1_000_000, capUs: 60_000_000, attempts: 1_000 },
        expectedVersion: false,
        strategy: 'start-next',
      },
    },
    jobs: [
      {
        id: 'job',
        documentText: '{"operation":"test"}',
        perThing: Number.POSITIVE_INFINITY,
        inProgressTimeoutMinutes: undefined,
        maximumPerMinute: undefined,
      },
    ],
    behaviour: {
      work: { medianUs: 1_000_000, p95Us: 1_000_000 },
      updates: 1,
      outcomes: [{ outcome: 'SUCCEEDED', sharePercent: 100 }],
      stepTimeoutMinutes: undefined,
      requestTimeoutUs: 10_000_000,
      retry: undefined,
    },
    load: {
      kind: 'arrivals',
      phases: [{ name: 'phase-1', fromPerSecond: 1, toPerSecond: 1, durationUs: 3_000_000 }],
      drainUs: 60_000_000,
    },
    thresholds: [],
    validity: {
      scheduleLagP99Us: 10_000,
      eventLoopUtilisationPercent: 85,
      loopDelayP99Us: 50_000,
      standstillUs: 500_000,
      cpuPercent: 90,
      gcPercent: 10,
      memoryPercent: 85,
      descriptorPercent: 90,
      intervalCoveragePercent: 99.9,
      droppedPercent: 0.1,
      emptyPercent: 5,
    },
  })
})

test('every key of the format arrives', () => {
  expect(shipped('throttled-account')).toMatchObject({
    seed: 7,
    service: {
      latency: { medianUs: 15_000, p99Us: 60_000 },
      faults: [
        { kind: 'lost-reply', sharePercent: 1, fromUs: 20_000_000, forUs: 10_000_000, byUs: 0 },
      ],
    },
    fleet: { things: 2_000, mix: [{ sharePercent: 80 }, { sharePercent: 20, transport: 'http' }] },
    jobs: [
      {
        id: 'firmware-1_2_3',
        documentText: '{"operation":"install","version":"1.2.3"}',
        perThing: Number.POSITIVE_INFINITY,
        inProgressTimeoutMinutes: 30,
      },
    ],
    behaviour: {
      work: { medianUs: 2_000_000, p95Us: 8_000_000 },
      stepTimeoutMinutes: 5,
      retry: { kind: 'full-jitter', baseUs: 1_000_000, capUs: 60_000_000, attempts: 1_000 },
    },
    load: { phases: [{ name: 'ramp', fromPerSecond: 0, toPerSecond: 80 }, { name: 'steady' }] },
  })
})

test.each([
  { name: 'quickstart', starts: 1_000, mix: [800, 200] },
  { name: 'smoke', starts: 10, mix: [5, 5] },
  { name: 'throttled-account', starts: 10_800, mix: [1_600, 400] },
])('the shipped scenario $name plans $starts starts', ({ name, starts, mix }) => {
  const plan = planOf(shipped(name))
  expect(plan.starts).toBe(starts)
  expect(plan.mix.map(({ things }) => things)).toEqual(mix)
})

test('the quickstart deals 970, 20 and 10 outcomes', () => {
  expect(planOf(shipped('quickstart')).outcomesInFirstRound).toEqual({
    SUCCEEDED: 970,
    FAILED: 20,
    REJECTED: 10,
  })
})

test('the phases of a plan follow one another', () => {
  const { phases } = planOf(shipped('throttled-account'))
  expect(phases.map(({ fromUs, toUs }) => [fromUs, toUs])).toEqual([
    [0, 30_000_000],
    [30_000_000, 150_000_000],
  ])
})

test('zero is a value like any other', () => {
  const scenario = parsed(`
name: zeros
service: { latency: 0s, quotas: { writes: 0/s }, faults: [{ kind: lost-reply, share: 0%, for: 0s }] }
fleet: { things: 1, connect: { limit: 0s } }
jobs: []
behaviour: { work: 0s, updates: 0, outcomes: { FAILED: 100%, SUCCEEDED: 0% } }
load: { arrivals: [{ rate: 0/s, for: 0s }], drain: 0s }
`)
  expect(scenario.behaviour.work).toEqual({ medianUs: 0, p95Us: 0 })
  expect(scenario.behaviour.outcomes).toEqual([{ outcome: 'FAILED', sharePercent: 100 }])
  expect(scenario.service.quotas.writesPerSecond).toBe(0)
  expect(scenario.jobs).toEqual([])
  expect(planOf(scenario).starts).toBe(0)
})

test.each([
  {
    load: 'rollout: {}',
    expected: { kind: 'rollout', limitUs: 1_200_000_000, pollUs: 30_000_000 },
  },
  {
    load: 'rollout: { limit: 1h, poll: 500ms }',
    expected: { kind: 'rollout', limitUs: 3_600_000_000, pollUs: 500_000 },
  },
  {
    load: 'loop: { for: 10m }',
    expected: { kind: 'loop', forUs: 600_000_000, pauseUs: 1_000_000 },
  },
])('the load { $load } is read', ({ load, expected }) => {
  const scenario = parsed(LEAST.replace(/load:.*/, `load: { ${load}, drain: 5s }`))
  expect(scenario.load).toEqual({ ...expected, drainUs: 5_000_000 })
})

test('a job of a rollout is done once by each thing, unless it says how often', () => {
  const rollout = LEAST.replace(/load:.*/, 'load: { rollout: {} }')
  expect(parsed(rollout).jobs[0]?.perThing).toBe(1)
  const twice = `${rollout}jobs: [{ id: a, perThing: 2, rollout: { maximumPerMinute: 60 } }]`
  expect(parsed(twice).jobs[0]).toMatchObject({ perThing: 2, maximumPerMinute: 60 })
})

test('an agent starts from the one it extends', () => {
  const { agents } = parsed(`${LEAST}
agents:
  quick: { retry: { base: 100ms, cap: 2s }, strategy: describe-next }
  quicker: { extends: quick, retry: { kind: fixed, attempts: 3 }, expectedVersion: true }
  silent: { extends: quicker, retry: { kind: none }, strategy: start-next }
  louder: { extends: silent, retry: { kind: full-jitter }, expectedVersion: false }
`)
  const starts = { expectedVersion: false, strategy: 'start-next' }
  const looks = { expectedVersion: false, strategy: 'describe-next' }
  const jitter = { kind: 'full-jitter', baseUs: 1_000_000, capUs: 60_000_000, attempts: 1_000 }
  expect(agents).toEqual({
    ideal: { retry: jitter, ...starts },
    quick: { retry: { ...jitter, baseUs: 100_000, capUs: 2_000_000 }, ...looks },
    quicker: {
      retry: { kind: 'fixed', baseUs: 100_000, capUs: 100_000, attempts: 3 },
      ...{ ...looks, expectedVersion: true },
    },
    silent: {
      retry: { kind: 'none', baseUs: 0, capUs: 0, attempts: 1 },
      ...{ ...starts, expectedVersion: true },
    },
    louder: { retry: jitter, ...starts },
  })
})

test.each([
  { version: '3.1.1', expected: 4 },
  { version: '4', expected: 4 },
  { version: '5', expected: 5 },
])('MQTT version $version is protocol version $expected', ({ version, expected }) => {
  const mix = `[{ share: 100%, transport: mqtt, mqtt: { version: ${version}, qos: 0, keepAlive: 30s } }]`
  const { fleet } = parsed(LEAST.replace('things: 3', `things: 3, mix: ${mix}`))
  expect(fleet.mix[0]?.mqtt).toEqual({
    version: expected,
    keepAliveSeconds: 30,
    clean: true,
    qos: 0,
    subscribe: ['notify-next'],
  })
})

test.each([
  { quotas: 'unlimited', writes: Number.POSITIVE_INFINITY, reads: Number.POSITIVE_INFINITY },
  { quotas: '{ writes: 50/s }', writes: 50, reads: 200 },
  { quotas: '{ reads: unlimited, burst: 2s }', writes: 200, reads: Number.POSITIVE_INFINITY },
])('quotas $quotas give $writes writes and $reads reads', ({ quotas, writes, reads }) => {
  const scenario = parsed(`${LEAST}service: { quotas: ${quotas} }`)
  expect(scenario.service.quotas).toMatchObject({ writesPerSecond: writes, readsPerSecond: reads })
})

test('a document may be a map or JSON text, and text stays as it is written', () => {
  const { jobs } = parsed(`${LEAST}jobs:
  - { id: map, document: { b: [1, null, true], a: 1.50 } }
  - { id: text, document: '{ "b" : 1 }' }
`)
  expect(jobs.map(({ documentText }) => documentText)).toEqual([
    '{"b":[1,null,true],"a":1.5}',
    '{ "b" : 1 }',
  ])
})

test('overrides win over the file, the last one over all', () => {
  const scenario = parsed(LEAST, [
    'seed=2',
    'seed=3',
    'fleet.namePrefix=007',
    'service.quotas.writes=50/s',
    'load.arrivals.0.rate=5/s',
    'load.arrivals.1={ name: more, rate: 1/s, for: 1s }',
    'behaviour.outcomes={ FAILED: 100% }',
    'question=how = why: now?',
  ])
  expect(scenario).toMatchObject({
    seed: 3,
    question: 'how = why: now?',
    fleet: { namePrefix: '007' },
    service: { quotas: { writesPerSecond: 50 } },
    behaviour: { outcomes: [{ outcome: 'FAILED', sharePercent: 100 }] },
    load: { phases: [{ fromPerSecond: 5 }, { name: 'more' }] },
  })
})

test('an override reaches nothing outside the scenario', () => {
  expect(() => parsed(LEAST, ['__proto__.polluted=1'])).toThrow('__proto__: unknown key')
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('a threshold that aborts is written in two ways and means the same', () => {
  const rows = [
    'update.lost == 0',
    '{ abort: update.lost == 0 }',
    '{ expression: update.lost == 0, abort: true }',
    '{ expression: update.lost == 0 }',
  ]
  const { thresholds } = parsed(`${LEAST}thresholds: [${rows.join(', ')}]`)
  const expression = 'update.lost == 0'

  expect(thresholds).toEqual([false, true, true, false].map((abort) => ({ expression, abort })))
})

test('an override may begin a list that the file does not have, and have room around its words', () => {
  const text = 'name: short\nfleet: { things: 5 }\nload: { loop: { for: 1s } }\n'
  const set = ['jobs.0.id=fw', 'thresholds.0=update.lost == 0', ' fleet.things = 50 ']

  expect(parsed(text, set)).toMatchObject({
    fleet: { things: 50 },
    jobs: [{ id: 'fw' }],
    thresholds: [{ expression: 'update.lost == 0' }],
  })
})
