import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ThingBook } from '../../src/ledger/thing-book.ts'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import { endlessWaits } from '../../src/scenario/endless-waits.ts'
import type { MixRow, RetryPolicy, Scenario } from '../../src/scenario/scenario.ts'
import { JobsService } from '../../src/service/jobs-service.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import { VirtualRun } from '../../src/simulate/virtual-run.ts'
import { CountingMeter } from './recording.ts'
import { HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { simulated } from './simulated.ts'

await prepareRecorders()

const HOUR_US = 3_600 * SECOND_US
const LIMIT_US = 700 * HOUR_US
const ONCE: RetryPolicy = { kind: 'none', baseUs: 0, capUs: 0, attempts: 1 }
const DEAF: MixRow = { ...MQTT, mqtt: { ...MQTT.mqtt, subscribe: ['notify'] } }
const THREE_FILTERS = ['notify-next', 'start-next/accepted', 'start-next/rejected']

type Fault = Scenario['service']['faults'][number]

function fault(kind: Fault['kind'], sharePercent = 100, forUs = Number.POSITIVE_INFINITY): Fault {
  return { kind, sharePercent, fromUs: 0, forUs, byUs: 300 * SECOND_US }
}

type Wanted = Partial<Parameters<typeof scenarioOf>[0]> & { readonly job?: object }

/** Sixteen things that get one execution each at T0, with hours to spare and without any timer. */
function rollout({ job, ...wanted }: Wanted): Scenario {
  const load = { kind: 'rollout', limitUs: LIMIT_US, pollUs: 30 * SECOND_US } as const
  const scenario = scenarioOf({
    things: 16,
    perThing: 1,
    // One after the other, so that they have asked in vain before there are jobs.
    connectPerSecond: 1,
    ...wanted,
    load: { ...load, drainUs: 60 * SECOND_US },
  })
  return { ...scenario, jobs: scenario.jobs.map((one) => ({ ...one, ...job })) }
}

function ended(scenario: Scenario) {
  const simulation = new Simulation({ scenario })
  try {
    while (simulation.goOn(100_000)) {}
    return simulation.end()
  } finally {
    simulation.destroy()
  }
}

const HALF_HTTP = (row: MixRow) => [
  { ...row, sharePercent: 50 },
  { ...HTTP, sharePercent: 50 },
]

describe('a rollout that cannot end is over as soon as nothing can change', () => {
  test.each<[string, Wanted, number, RegExp, boolean]>([
    ['things that hear of nothing', { mix: [DEAF] }, 16, /has not subscribed/, true],
    [
      'things that hear of nothing among things that poll',
      { mix: HALF_HTTP(DEAF) },
      8,
      /^8 because the thing waits for a notify-next/,
      true,
    ],
    [
      'an account without writes',
      { quotas: { ...UNLIMITED_QUOTAS, writesPerSecond: 0 } },
      16,
      /service.quotas.writes is 0\/s/,
      true,
    ],
    [
      'an account without connects',
      { mix: HALF_HTTP(MQTT), quotas: { ...UNLIMITED_QUOTAS, connectsPerSecond: 0 } },
      8,
      /waits to come online, and service.quotas.connects is 0\/s/,
      true,
    ],
    [
      'client ids that may never connect',
      { mix: HALF_HTTP(MQTT), quotas: { ...UNLIMITED_QUOTAS, clientConnectsPerSecond: 0 } },
      8,
      /waits to come online, and service.quotas.clientConnects is 0\/s/,
      true,
    ],
    [
      'connections that lose every publish',
      { quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 0 } },
      16,
      /^16 because service.quotas.connectionPublishes is 0\/s/,
      true,
    ],
    [
      'connections that lose every publish among things on HTTP',
      { mix: HALF_HTTP(MQTT), quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 0 } },
      8,
      /^8 because service.quotas.connectionPublishes is 0\/s/,
      true,
    ],
    [
      'connections with room for a request and not for its answer',
      { quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 } },
      16,
      /^16 because service.quotas.connectionPublishes \(1\/s\) lets nothing pass .* within 1 s/,
      true,
    ],
    [
      'such connections among things on HTTP',
      { mix: HALF_HTTP(MQTT), quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1.5 } },
      8,
      /^8 because .* within 666.667 ms of .*; 2\/s would let an answer pass/,
      true,
    ],
    [
      'such connections of things that look at what is next',
      {
        agent: { strategy: 'describe-next' },
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 },
      },
      16,
      /^16 because service.quotas.connectionPublishes \(1\/s\)/,
      true,
    ],
    [
      'answers that pass when nobody waits for them any more',
      {
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 / 11 },
        service: { latency: { medianUs: 12e6, p99Us: 12e6 } },
      },
      16,
      /^16 because .* within 11 s of .* no thing waits longer than 10 s for an answer/,
      true,
    ],
    [
      'answers that leave a microsecond before the window of their request is over',
      {
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 },
        service: { latency: { medianUs: 999_999, p99Us: 999_999 } },
      },
      16,
      /^16 because .* an answer leaves at most 999.999 ms after its request/,
      true,
    ],
    [
      'things that look at what is next in an account without reads',
      {
        mix: HALF_HTTP(MQTT),
        agent: { strategy: 'describe-next' },
        quotas: { ...UNLIMITED_QUOTAS, readsPerSecond: 0 },
      },
      16,
      /^16 because service.quotas.reads is 0\/s: .* look at \$next/,
      true,
    ],
    [
      'more filters than an account takes at once',
      {
        mix: [{ ...MQTT, mqtt: { ...MQTT.mqtt, subscribe: THREE_FILTERS } }],
        quotas: { ...UNLIMITED_QUOTAS, subscribesPerSecond: 2 },
      },
      16,
      /never has room for the 3 filters of one thing/,
      true,
    ],
    [
      'a fault that loses every request',
      { mix: [HTTP], service: { faults: [fault('lost-request')] } },
      16,
      /service.faults.0 loses every request, without an end/,
      true,
    ],
    [
      'a fault that refuses every request',
      { mix: [HTTP], service: { faults: [fault('internal-error')] } },
      16,
      /refuses every request/,
      true,
    ],
    [
      'a fault that loses every answer',
      { mix: [HTTP], service: { faults: [fault('lost-reply')] } },
      16,
      /loses every answer/,
      true,
    ],
    [
      'a fault that ends every connection',
      { service: { faults: [fault('lost-connection')] } },
      16,
      /takes away the connection in place of every answer/,
      true,
    ],
    [
      'things that gave up asking',
      {
        behaviour: { retry: ONCE },
        service: { faults: [fault('lost-request', 100, 30 * SECOND_US)] },
      },
      16,
      /^16 because the thing waits for a notification after it gave up asking/,
      false,
    ],
    [
      'things that gave up telling how it ended',
      {
        behaviour: { retry: ONCE, updates: 0, work: { medianUs: 5e6, p95Us: 5e6 } },
        service: { faults: [{ ...fault('lost-request'), fromUs: 4e6, forUs: 60e6 }] },
      },
      16,
      /^16 because the thing has given it up .* no timer of the service ends it/,
      false,
    ],
    [
      'a thing whose notification was dropped, because it had asked just before',
      { things: 1, quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 2 } },
      1,
      /^1 because the thing waits for a notification, .* the rate of its connection dropped it/,
      false,
    ],
    [
      'executions behind one that does not end',
      {
        perThing: 2,
        behaviour: { retry: ONCE, updates: 0, work: { medianUs: 5e6, p95Us: 5e6 } },
        service: { faults: [{ ...fault('lost-request'), fromUs: 4e6, forUs: 60e6 }] },
      },
      32,
      /16 because another execution of the same thing is before them/,
      false,
    ],
  ])('%s', (_, wanted, open, reason, isForeseen) => {
    const scenario = rollout(wanted)
    const { waiting, endUs, t0Us, ledger } = ended(scenario)

    const executions = open === 1 ? '1 execution has' : `${open} executions have`
    expect(waiting[0]).toContain(`and ${executions} not ended`)
    expect(waiting.slice(1).some((sentence) => reason.test(sentence))).toBe(true)
    expect(ledger.open).toHaveLength(open)
    // Whoever polls takes a poll to be done, and who tries in vain has the drain for it.
    expect(endUs - t0Us).toBeLessThan(200 * SECOND_US)
    expect(endlessWaits(scenario).length > 0).toBe(isForeseen)
  })
})

describe('what takes long is not taken for what cannot end:', () => {
  const lossy: Wanted = {
    behaviour: { retry: ONCE },
    service: { faults: [fault('lost-request', 40, 600 * SECOND_US)] },
  }
  test.each<[string, Wanted]>([
    ['things that gave up and poll', { ...lossy, mix: [HTTP] }],
    [
      'a timer of a week over things that gave up telling how it ended',
      {
        behaviour: { retry: ONCE, work: { medianUs: 5e6, p95Us: 5e6 } },
        service: { faults: [{ ...fault('lost-request'), fromUs: 4e6, forUs: 60e6 }] },
        inProgressTimeoutMinutes: 7 * 24 * 60,
      },
    ],
    [
      'notifications that come minutes later',
      { service: { faults: [fault('delayed-notification')] } },
    ],
    [
      'things that only HTTP lets through, in an account without reads and publishes',
      {
        mix: [HTTP],
        quotas: { ...UNLIMITED_QUOTAS, readsPerSecond: 0, connectionPublishesPerSecond: 0 },
      },
    ],
    [
      'connections with room for a request and its answer',
      {
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 2 },
        // Who has asked within the window before would not hear of its job.
        job: { maximumPerMinute: 1 },
      },
    ],
    [
      'answers that leave just when the window of their request is over',
      {
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 },
        service: { latency: { medianUs: SECOND_US, p99Us: SECOND_US } },
        job: { maximumPerMinute: 1 },
      },
    ],
    [
      'a window so short that about every second answer leaves behind it',
      { quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 100, burstSeconds: 0.015 } },
    ],
    [
      'a timer of two hours over things that hear no answer',
      {
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 },
        inProgressTimeoutMinutes: 120,
      },
    ],
    ['a rollout of one thing a minute', { job: { maximumPerMinute: 1 } }],
    ['work of days', { behaviour: { work: { medianUs: 72 * HOUR_US, p95Us: 80 * HOUR_US } } }],
    [
      'a fault that loses everything for hours',
      { service: { faults: [fault('lost-reply', 100, 5 * HOUR_US)] } },
    ],
  ])('%s', (_, wanted) => {
    const { waiting, ledger } = ended(rollout(wanted))

    expect(waiting).toEqual([])
    expect(ledger.open).toEqual([])
  })
})

class BusyService extends JobsService {
  override get nextUs(): number {
    return Math.min(super.nextUs, Number.MAX_VALUE)
  }
}

/** As `simulated`, with a service that seems to have something to come always: played to the limit. */
function toTheLimit(scenario: Scenario) {
  const { seed, fleet, jobs } = scenario
  const run = new VirtualRun({
    scenario,
    shards: 1,
    oneWayUs: 250,
    openService: (sink) => {
      const { things, namePrefix } = fleet
      const settings = { ...scenario.service, seed, things, namePrefix, jobs }
      return new BusyService(settings, (nowUs) => Math.floor(nowUs / 1e6), sink)
    },
    meterOf: () => new CountingMeter(),
    bookOf: (shard, size) => new ThingBook(size, shard, 1),
  })
  return run.run()
}

test('to whoever plays it to its limit, a rollout that was cut short comes out the same', () => {
  const anyRollout = fc.record({
    seed: fc.nat(1_000_000),
    mix: fc.constantFrom([MQTT], [HTTP], [DEAF], HALF_HTTP(MQTT), HALF_HTTP(DEAF)),
    retry: fc.constantFrom(ONCE, { ...ONCE, kind: 'fixed', baseUs: 2e6, attempts: 3 } as const),
    perThing: fc.integer({ min: 1, max: 2 }),
    stepTimeoutMinutes: fc.constantFrom(undefined, 3),
    kind: fc.constantFrom('lost-request', 'lost-reply', 'lost-connection', 'internal-error'),
    sharePercent: fc.constantFrom(0, 30, 100),
    forSeconds: fc.constantFrom(3, 60, Number.POSITIVE_INFINITY),
    fromSeconds: fc.constantFrom(0, 2),
    publishes: fc.constantFrom(Number.POSITIVE_INFINITY, 0.3, 1, 1.5, 2, 3),
    latencyMs: fc.constantFrom(15, 700, 2_000),
  })
  const agrees = fc.property(anyRollout, (drawn) => {
    const { seed, mix, perThing, retry, stepTimeoutMinutes, kind, sharePercent } = drawn
    // A start-next sets the step timer anew, so things that ask and never hear keep it from going off.
    fc.pre(stepTimeoutMinutes === undefined || !/reply|connection/.test(kind))
    fc.pre(stepTimeoutMinutes === undefined || drawn.publishes > 3)
    const [fromUs, forUs] = [drawn.fromSeconds * SECOND_US, drawn.forSeconds * SECOND_US]
    const medianUs = drawn.latencyMs * 1_000
    const faults = [{ kind, sharePercent, fromUs, forUs, byUs: 0 } as Fault]
    const scenario = rollout({
      ...{ seed, mix, perThing, service: { faults, latency: { medianUs, p99Us: medianUs } } },
      quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: drawn.publishes },
      behaviour: { retry, stepTimeoutMinutes },
    })
    const short = { ...scenario, load: { ...scenario.load, limitUs: HOUR_US } } as Scenario
    const [cut, whole] = [simulated(short), toTheLimit(short)]

    expect(cut.ledger.byStatus).toEqual(whole.ledger.byStatus)
    const cutAtUs = cut.held.stillAtUs
    if (cutAtUs !== undefined) expect(cut.ledger.open.length).toBeGreaterThan(0)
    expect(cut.ledger.open).toEqual(whole.ledger.open)
    // Nothing of what is dealt here goes on being undecided for so long.
    if (whole.ledger.open.length > 0) expect(cutAtUs).toBeDefined()
  })
  fc.assert(agrees, { numRuns: 100 })
})
