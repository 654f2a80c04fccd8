import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import {
  canonicalJson,
  planHash,
  resolvedYaml,
  scenarioHash,
} from '../../src/scenario/canonical.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { duration, durationText, rate, rateText } from '../../src/scenario/quantity.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

function parsed(text: string): Scenario {
  return parseScenario(text, { fileName: 'test.yaml' })
}

function optional<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(values, { nil: undefined })
}

const durations = fc.oneof(
  fc.tuple(fc.nat(700), fc.constantFrom('s', 'm', 'h')).map(([amount, unit]) => `${amount}${unit}`),
  fc.double({ min: 0, max: 1e6, noNaN: true }).map((amount) => `${amount}ms`),
)
const positive = fc.integer({ min: 1, max: 100_000 }).map((amount) => `${amount}ms`)
const rates = fc
  .tuple(fc.double({ min: 0, max: 100_000, noNaN: true }), fc.constantFrom('/s', '/min'))
  .map(([amount, unit]) => `${amount}${unit}`)
const texts = fc.string({ unit: 'grapheme', maxLength: 30 })
const names = texts.map((text) => `n${text.replace(/\p{C}/gu, '')}`.slice(0, 60).trim())
const law = (quantile: string) =>
  fc.oneof(
    durations,
    fc
      .tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 5_000, max: 90_000 }))
      .map(([low, high]) => ({ median: `${low}ms`, [quantile]: `${high}ms` })),
  )
const split = fc
  .integer({ min: 0, max: 1_000 })
  .map((tenths) => [`${tenths / 10}%`, `${(1_000 - tenths) / 10}%`] as const)
const retry = fc.oneof(
  fc.constant({ kind: 'none' }),
  fc.record({
    kind: fc.constant('fixed'),
    base: positive,
    attempts: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ base: fc.constant('1s'), cap: fc.constantFrom('1s', '90s') }),
)
const jsonMap = fc.dictionary(texts, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
const job = fc.record({
  document: fc.oneof(
    jsonMap,
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value, null, 1)),
  ),
  perThing: optional(fc.integer({ min: 1, max: 1_000_000 })),
  timeout: optional(fc.record({ inProgressMinutes: fc.integer({ min: 1, max: 10_080 }) })),
  rollout: optional(
    fc.record({
      maximumPerMinute: optional(fc.integer({ min: 1, max: 1_000 })),
      exponential: optional(
        fc.record({
          basePerMinute: fc.integer({ min: 1, max: 1_000 }),
          factor: fc.integer({ min: 11, max: 50 }).map((tenths) => tenths / 10),
          everyNotified: fc.integer({ min: 1 }),
          everySucceeded: optional(fc.integer({ min: 1 })),
        }),
      ),
    }),
  ),
  retry: optional(
    fc.constantFrom({ ALL: 2 }, { FAILED: 10 }, { ALL: 0, FAILED: 3 }, { FAILED: 1, ALL: 9 }),
  ),
  targetSelection: optional(fc.constantFrom('SNAPSHOT', 'CONTINUOUS')),
})
const abort = fc.array(
  fc.record({
    failure: fc.constantFrom('FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'),
    share: split.map(([share]) => share),
    minThings: fc.integer({ min: 1 }),
  }),
  { minLength: 1, maxLength: 3 },
)
const fault = fc.oneof(
  fc.record({
    kind: fc.constantFrom('lost-reply', 'lost-request', 'lost-connection'),
    share: split.map(([share]) => share),
    from: durations,
    for: optional(durations),
  }),
  fc.record({ kind: fc.constant('delayed-notification'), share: fc.constant('5%'), by: durations }),
)
const load = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.record({ rate: rates, for: positive }),
        fc.record({ from: rates, to: rates, for: positive }),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((arrivals) => ({ arrivals })),
  fc.record({ rollout: fc.record({ limit: durations, poll: fc.constant('5s') }) }),
  fc.record({ loop: fc.record({ for: durations, pause: durations }), drain: durations }),
)
const switches = fc.record(
  {
    throttledStatus: fc.constantFrom(429, 400),
    answersTo: fc.constantFrom('requester', 'subscribers'),
    retryDelaySeconds: fc.nat(86_400),
  },
  { requiredKeys: [] },
)
const quotas = fc.oneof(
  fc.constantFrom('aws', 'unlimited'),
  fc.record({
    writes: optional(rates),
    reads: optional(fc.constant('unlimited')),
    burst: optional(positive),
  }),
)

/** Files of all kinds, as the values that YAML is written from. */
const files = fc
  .record({
    name: names,
    question: optional(texts),
    seed: fc.nat(0xffff_ffff),
    service: fc.record({
      quotas,
      latency: law('p99'),
      minute: positive,
      faults: fc.array(fault),
      switches: optional(switches),
    }),
    things: fc.integer({ min: 1, max: 10_000_000 }),
    namePrefix: fc.constantFrom('', 'thing-', '007', 'a:b_c', 'null', '-'),
    mix: split,
    agents: fc.dictionary(
      names.map((name) => `my ${name}`),
      fc.record({
        retry: optional(retry),
        expectedVersion: optional(fc.boolean()),
        strategy: optional(fc.constantFrom('start-next', 'describe-next')),
      }),
      { maxKeys: 2 },
    ),
    mqtt: fc.record({
      version: fc.constantFrom('3.1.1', 4, 5),
      keepAlive: fc.constantFrom('0s', '20m'),
      clean: fc.boolean(),
      qos: fc.constantFrom(0, 1),
      subscribe: fc.constantFrom([], ['notify', '+/update/#'], ['#']),
    }),
    jobs: fc.array(fc.tuple(job, optional(abort)), { maxLength: 3 }),
    behaviour: fc.record({
      work: law('p95'),
      updates: fc.nat(1_000),
      outcomes: split.map(([FAILED, REJECTED]) => ({ FAILED, REJECTED })),
      stepTimeoutMinutes: optional(fc.integer({ min: 1, max: 10_080 })),
      requestTimeout: positive,
      retry: optional(retry),
    }),
    load,
    thresholds: fc.array(
      fc.oneof(
        texts,
        texts.map((abort) => ({ abort })),
        fc.record({ expression: texts, abort: fc.boolean() }),
      ),
      { maxLength: 3 },
    ),
    validity: fc.record({
      scheduleLag: optional(durations),
      eventLoopUtilisation: optional(split.map(([share]) => share)),
      intervalCoverage: optional(split.map(([share]) => share)),
    }),
  })
  .map(({ things, namePrefix, mix: [one, other], mqtt, jobs, agents, ...rest }) => ({
    ...rest,
    agents,
    jobs: jobs.map(([row, criteria], index) => ({
      id: `j.${index}`,
      ...row,
      // An endless job has no end that it could be aborted before.
      ...(criteria && row.perThing && { abort: criteria }),
    })),
    fleet: {
      things,
      namePrefix,
      mix: [
        { share: one, transport: 'mqtt', mqtt, agent: Object.keys(agents)[0] },
        { share: other, transport: 'http' },
      ],
    },
  }))

test('a scenario that is written back is the same scenario, and the same text again', () => {
  const comesBack = fc.property(files, (file) => {
    const scenario = parsed(stringify(file))
    const text = resolvedYaml(scenario)
    expect(parsed(text)).toEqual(scenario)
    expect(resolvedYaml(parsed(text))).toBe(text)
    expect(planHash(parsed(text))).toBe(planHash(scenario))
  })
  fc.assert(comesBack, { numRuns: 60 })
})

test('durations and rates that the program writes are read as the same numbers', () => {
  const same = fc.property(
    fc.nat(2_678_400_000_000),
    fc.double({ min: 0, max: 1_000_000, noNaN: true }),
    (us, perSecond) => {
      expect(duration.parse(durationText(us))).toBe(us)
      expect(rate.parse(rateText(perSecond))).toBe(perSecond)
    },
  )
  fc.assert(same, { numRuns: 2_000 })
})

test.each([
  { us: 0, text: '0s' },
  { us: 250_000, text: '250ms' },
  { us: 1, text: '0.001ms' },
  { us: 90_000_000, text: '90s' },
  { us: 120_000_000, text: '2m' },
  { us: 7_200_000_000, text: '2h' },
])('$us µs are written as $text', ({ us, text }) => {
  expect(durationText(us)).toBe(text)
})

const LEAST = 'name: a\nfleet: { things: 3 }\nload: { rollout: {} }\n'

test('the plan hash changes with the seed, and the scenario hash does not', () => {
  const [one, other] = [parsed(LEAST), parsed(`${LEAST}seed: 2`)]
  expect(planHash(one)).not.toBe(planHash(other))
  expect(scenarioHash(one)).toBe(scenarioHash(other))
})

test('spelling a default out changes no hash, and changing a value changes both', () => {
  const one = parsed(LEAST)
  expect(planHash(parsed(`${LEAST}behaviour: { updates: 1, work: 1000ms }`))).toBe(planHash(one))
  const other = parsed(`${LEAST}behaviour: { updates: 2 }`)
  expect(planHash(other)).not.toBe(planHash(one))
  expect(scenarioHash(other)).not.toBe(scenarioHash(one))
})

test('canonical text does not depend on the order of members, and keeps that of rows', () => {
  expect(canonicalJson({ b: [2, 1], a: { d: undefined, c: 1e21 } })).toBe(
    '{"a":{"c":1e+21},"b":[2,1]}',
  )
  expect(canonicalJson({ b: Number.POSITIVE_INFINITY, a: 'ä"' })).toBe(
    '{"a":"ä\\"","b":"Infinity"}',
  )
  expect(canonicalJson(null)).toBe('null')
})
