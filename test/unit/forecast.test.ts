import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  logNormal,
  logNormalExcessUs,
  logNormalMeanUs,
  logNormalShareAbove,
  Z_P95,
  Z_P99,
} from '../../src/clock/law.ts'
import { inverseNormal, normalShareBelow } from '../../src/clock/normal.ts'
import { backlogOf } from '../../src/scenario/forecast/backlog.ts'
import { completionsPerSecond } from '../../src/scenario/forecast/execution-cost.ts'
import { type Forecast, forecastOf } from '../../src/scenario/forecast/forecast.ts'
import {
  areaOf,
  type Line,
  level,
  summed,
  totalOf,
} from '../../src/scenario/forecast/rate-lines.ts'
import { rolloutSteps } from '../../src/scenario/forecast/rollout-steps.ts'
import { lastWorkUs } from '../../src/scenario/forecast/tail.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

const SECOND_US = 1_000_000
const MINUTE_US = 60 * SECOND_US
const ALL_SUCCEED = { share: 1, afterUs: 0 }

function forecast(text: string, ...set: string[]): Forecast {
  return forecastOf(parseScenario(text, { fileName: 'test.yaml', set }))
}

const STEADY = `
name: steady
fleet: { things: 10000 }
behaviour: { work: 1s }
load: { arrivals: [{ name: steady, rate: 50/s, for: 100s }] }
`

test.each([
  { deviations: 0, share: 0.5 },
  { deviations: 1, share: 0.8413447460685429 },
  { deviations: -1.96, share: 0.024997895148220435 },
  { deviations: Z_P95, share: 0.95 },
  { deviations: Z_P99, share: 0.99 },
  { deviations: -5, share: 2.866515718791939e-7 },
  { deviations: -9, share: 0 },
  { deviations: 40, share: 1 },
])('$share of a normal law lies below $deviations deviations', ({ deviations, share }) => {
  expect(Math.abs(normalShareBelow(deviations) - share)).toBeLessThan(1e-14)
})

test('the share below a quantile is that quantile', () => {
  const inverts = fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (unit) => {
    expect(normalShareBelow(inverseNormal(unit))).toBeCloseTo(unit, 12)
  })
  fc.assert(inverts)
})

test('mean, tail and excess of a log-normal law are those of its draws', () => {
  const [medianUs, p95Us, limitUs] = [2e6, 8e6, 5e6]
  const draw = logNormal(medianUs, p95Us, Z_P95)
  const draws = Array.from({ length: 200_000 }, (_, index) => draw((index + 0.5) / 200_000))
  const mean = (of: (us: number) => number) =>
    draws.reduce((sum, us) => sum + of(us), 0) / draws.length

  expect(logNormalMeanUs(medianUs, p95Us, Z_P95) / mean((us) => us)).toBeCloseTo(1, 3)
  expect(logNormalShareAbove(medianUs, p95Us, Z_P95, limitUs)).toBeCloseTo(
    mean((us) => Number(us > limitUs)),
    4,
  )
  expect(
    logNormalExcessUs(medianUs, p95Us, Z_P95, limitUs) / mean((us) => Math.max(0, us - limitUs)),
  ).toBeCloseTo(1, 2)
})

test('a fixed duration is wholly above what is shorter and not above itself', () => {
  expect(logNormalShareAbove(5, 5, Z_P95, 4)).toBe(1)
  expect(logNormalShareAbove(5, 5, Z_P95, 5)).toBe(0)
  expect(logNormalMeanUs(5, 5, Z_P95)).toBe(5)
  expect(logNormalExcessUs(5, 5, Z_P95, 2)).toBe(3)
})

test('12 writes an execution at 200 writes a second are 1,000 completions a minute', () => {
  expect(completionsPerSecond(200, { writes: 12 }) * 60).toBeCloseTo(1_000, 9)
  expect(forecast(STEADY, 'behaviour.updates=10').completionsPerSecond * 60).toBeCloseTo(1_000, 9)
})

test('100,000 things from 50 a minute, doubled each 1,000, at most 1,000 a minute, take 133.75 minutes', () => {
  const exponentialRate = {
    baseRatePerMinute: 50,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfNotifiedThings: 1_000 },
  }
  const config = { maximumPerMinute: 1_000, exponentialRate }

  const steps = rolloutSteps(100_000, config, MINUTE_US, ALL_SUCCEED)

  expect(steps.map(({ fromPerSecond }) => Math.round(fromPerSecond * 60))).toEqual([
    50, 100, 200, 400, 800, 1_000,
  ])
  expect((steps.at(-1)?.toUs ?? 0) / MINUTE_US).toBeCloseTo(133.75, 9)
})

test('a constant rollout of 10,000 things at 1,000 a minute takes ten minutes, and a tenth with a minute of 6 s', () => {
  const config = { maximumPerMinute: 1_000 }
  const [step] = rolloutSteps(10_000, config, MINUTE_US, ALL_SUCCEED)
  const [fast] = rolloutSteps(10_000, config, 6 * SECOND_US, ALL_SUCCEED)

  expect(step).toEqual(level(0, 600 * SECOND_US, 1_000 / 60))
  expect((fast?.toUs ?? 0) / SECOND_US).toBeCloseTo(60, 6)
})

test('a rate that rises with successes rises later, by the length of an execution and by those that fail', () => {
  const exponentialRate = {
    baseRatePerMinute: 100,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfSucceededThings: 500 },
  }
  const success = { share: 0.5, afterUs: 3 * MINUTE_US }

  const [first, second] = rolloutSteps(5_000, { exponentialRate }, MINUTE_US, success)

  // 1,000 things must be notified for 500 to succeed: ten minutes, and three more until they have.
  expect((first?.toUs ?? 0) / MINUTE_US).toBeCloseTo(13, 9)
  // By then 1,300 are notified; the 2,000th is, at 200 a minute, after 3.5 more.
  expect((second?.toUs ?? 0) / MINUTE_US).toBeCloseTo(13 + 3.5 + 3, 9)
})

test('every rollout queues each execution once, whatever its pace', () => {
  const criteria = fc.oneof(
    fc.record({ numberOfNotifiedThings: fc.integer({ min: 1, max: 5_000 }) }),
    fc.record({ numberOfSucceededThings: fc.integer({ min: 1, max: 5_000 }) }),
  )
  const configs = fc.record({
    maximumPerMinute: fc.integer({ min: 1, max: 1_000 }),
    exponentialRate: fc.record({
      baseRatePerMinute: fc.integer({ min: 1, max: 1_000 }),
      incrementFactor: fc.integer({ min: 11, max: 50 }).map((tenths) => tenths / 10),
      rateIncreaseCriteria: criteria,
    }),
  })
  const shares = fc.double({ min: 0, max: 1, noNaN: true })
  const afters = fc.integer({ min: 0, max: 600 })
  const queuesAll = fc.property(
    fc.integer({ min: 1, max: 200_000 }),
    configs,
    shares,
    afters,
    (executions, config, share, seconds) => {
      const success = { share, afterUs: seconds * SECOND_US }
      const steps = rolloutSteps(executions, config, MINUTE_US, success)
      expect(totalOf(steps) / executions).toBeCloseTo(1, 9)
      for (const [index, { fromUs, fromPerSecond }] of steps.entries()) {
        expect(fromUs).toBe(steps[index - 1]?.toUs ?? 0)
        expect(fromPerSecond * 60).toBeLessThanOrEqual(config.maximumPerMinute * (1 + 1e-12))
      }
    },
  )
  fc.assert(queuesAll)
})

test('10,000 devices with 5 filters connect in 20 s and subscribe in 100 s at the quotas', () => {
  const mix =
    'fleet.mix=[{ share: 100%, transport: mqtt, mqtt: { subscribe: [notify, notify-next, a/b, c/d, e/f] } }]'
  const { startUp } = forecast(STEADY, 'fleet.connect.rate=1000/s', mix)

  expect(startUp).toMatchObject({ mqttThings: 10_000, filters: 50_000, bound: 'subscribes' })
  expect(startUp.connectsUs / SECOND_US).toBeCloseTo(20, 9)
  expect(startUp.subscribesUs / SECOND_US).toBeCloseTo(100, 9)
  expect(startUp.readyUs).toBe(startUp.subscribesUs)
})

test('50 starts a second with three writes each are 150 of 200 writes, and nothing waits', () => {
  const { load, predicted } = forecast(STEADY)

  expect(load.binding).toMatchObject({ quota: 'writes', phase: 'steady' })
  expect(load.binding?.share).toBeCloseTo(0.75, 9)
  expect(load.writes.mostWaiting).toBe(0)
  expect(predicted).toMatchObject({ executions: 5_000, throttledShare: 0, isCutOff: false })
  expect(predicted.finishUs / SECOND_US).toBeCloseTo(101, 0)
})

test('a loop of three requests costs 6 publishes in and 3 out a start, and the news of its executions', () => {
  const { load } = forecast(STEADY)
  const steady = load.phases.find(({ name }) => name === 'steady')

  expect(steady?.uses.publishesIn?.peak).toBeCloseTo(6 * 50, 6)
  // 50 starts a second with three answers each, and one notify-next for each execution that ends.
  const late = forecast(STEADY, 'load.arrivals.0.for=1000s').load.phases[1]
  expect(late?.uses.publishesOut?.mean).toBeCloseTo(3 * 50 + 50, 0)
})

test('what is above the quota waits, and is done when the quota has let it all pass', () => {
  // 4 writes at 100/s are 400 of 200 for 100 s: 40,000 writes at 200/s take 200 s.
  const { predicted, load } = forecast(
    STEADY,
    'load.arrivals.0.rate=100/s',
    'behaviour.updates=2',
    'behaviour.work=0s',
    'fleet.things=100000',
    'load.drain=10m',
  )

  // The bucket has 200 more, so it is done a second sooner.
  expect(predicted.finishUs / SECOND_US).toBeCloseTo(199, 1)
  // 19,800 are throttled; tried once more each, that are 59,800 attempts.
  expect(predicted.throttledShare).toBeCloseTo(19_800 / 59_800, 3)
  expect(predicted.acceptedWritesPerSecond).toBeCloseTo(202, 1)
  expect(load.binding).toMatchObject({ quota: 'writes', abovePerSecond: 200 })
})

test('a drain too short for what waits cuts the run off', () => {
  const set = ['load.arrivals.0.rate=100/s', 'behaviour.updates=2', 'load.drain=5s']
  const { predicted } = forecast(STEADY, ...set)

  expect(predicted).toMatchObject({ isCutOff: true, finishUs: 105 * SECOND_US })
})

test('a ramp over the quota is above it by the area between them', () => {
  // Three writes at 0 … 200/s over 100 s: above 200 writes/s from a third on, by 13,333 of 30,000.
  const ramp0 = 'load.arrivals.0={ name: ramp, from: 0/s, to: 200/s, for: 100s }'
  const set = [ramp0, 'fleet.things=100000', 'service.quotas={ burst: 1ms }']
  const { load } = forecast(STEADY, ...set, 'behaviour.work=0s')
  const ramp = load.phases.find(({ name }) => name === 'ramp')

  expect(ramp?.uses.writes?.peak).toBeCloseTo(600, 0)
  expect(ramp?.uses.writes?.aboveShare).toBeCloseTo(4 / 9, 3)
})

test('starts beyond the last execution cost one write, which is answered empty', () => {
  const { demand, load } = forecast(STEADY, 'jobs=[{ id: one, perThing: 1 }]', 'fleet.things=2000')

  expect(demand).toMatchObject({ executions: 2_000, empties: 3_000 })
  const writes = load.phases.reduce((sum, { uses, fromUs, toUs }) => {
    return sum + ((uses.writes?.mean ?? 0) * (toUs - fromUs)) / SECOND_US
  }, 0)
  expect(writes).toBeCloseTo(2_000 * 3 + 3_000, 3)
})

test('things that look first ask with a read, begin with a write, and ask in vain without one', () => {
  const looking = 'agents={ looks: { extends: ideal, strategy: describe-next } }'
  const mix = 'fleet.mix=[{ share: 100%, transport: mqtt, agent: looks }]'
  const { load } = forecast(STEADY, looking, mix)
  const steady = load.phases.find(({ name }) => name === 'steady')

  expect(steady?.uses.reads?.peak).toBeCloseTo(50, 6)
  expect(steady?.uses.writes?.peak).toBeCloseTo(150, 6)
  // Four requests and their answers.
  expect(steady?.uses.publishesIn?.peak).toBeCloseTo(8 * 50, 6)
  const idle = forecast(STEADY, looking, mix, 'fleet.things=1', 'jobs=[{ id: one, perThing: 1 }]')
  expect(idle.load.phases[1]?.uses.writes?.mean).toBeLessThan(0.1)
})

test('things on HTTP ask for a job with each poll, and that is a write', () => {
  const { load } = forecast(`
name: polls
fleet: { things: 9000, mix: [{ share: 100%, transport: http }] }
jobs: [{ id: a, rollout: { maximumPerMinute: 100 } }]
load: { rollout: { poll: 30s, limit: 2h } }
`)

  expect(load.binding).toMatchObject({ quota: 'writes' })
  // 300 polls a second, and two updates for each of 100 executions a minute.
  expect(load.binding?.peak).toBeCloseTo(300 + (2 * 100) / 60, 1)
})

test('a fleet that is told all at once works as fast as the writes allow', () => {
  const { predicted, load } = forecast(`
name: at-once
fleet: { things: 10000 }
behaviour: { work: 1s }
load: { rollout: { limit: 20m } }
`)

  expect(load.binding?.abovePerSecond).toBeGreaterThan(9_000)
  // 30,000 writes at 200/s, and 200 from the full bucket.
  expect(predicted.finishUs / SECOND_US).toBeCloseTo(149, 0)
})

const AT_ONCE = `
name: at-once
fleet: { things: 300 }
behaviour: { work: 10m, updates: 0 }
load: { rollout: { limit: 20m } }
`

test('of 300 things told at once the bucket lets 200 begin, and the rest is throttled once at least', () => {
  const { predicted, load } = forecast(AT_ONCE)

  expect(load.binding).toMatchObject({ quota: 'writes', phase: 'rollout', peak: 300 })
  expect(load.binding?.aboveShare).toBeCloseTo(100 / 300, 2)
  // What waited begins later and ends later: 600 writes, and 100 once more.
  expect(predicted.throttledShare).toBeCloseTo(100 / 700, 3)
  expect(predicted.finishUs / SECOND_US).toBeCloseTo(600.5, 1)
})

test.each([
  { set: 'service.quotas={ burst: 2s }', why: 'the bucket holds 400' },
  { set: 'fleet.mix=[{ share: 100%, transport: http }]', why: 'their polls are spread over 30 s' },
])('with $set none of 300 things told at once is throttled: $why', ({ set }) => {
  const { predicted, load } = forecast(AT_ONCE, set)

  expect(load.binding?.aboveShare ?? 0).toBe(0)
  expect(predicted).toMatchObject({ throttledShare: 0, backoffUs: 0 })
})

test.each([
  { jobs: '[{ id: a, perThing: 3 }]', why: 'of one job after the other' },
  { jobs: '[{ id: a, perThing: 2 }, { id: b, perThing: 1 }]', why: 'of two rows of jobs' },
])('a thing with three executions of 10 s works for 30 s: $why', ({ jobs }) => {
  const { predicted, load } = forecast(`
name: in-turn
fleet: { things: 5 }
jobs: ${jobs}
behaviour: { work: 10s, updates: 0 }
load: { rollout: { limit: 20m } }
`)

  expect(predicted.finishUs / SECOND_US).toBeCloseTo(30, 1)
  expect(load.thingsAtWork).toBeLessThanOrEqual(6)
})

test('a rollout that its limit stops is over when what has begun is worked off, long before its drain', () => {
  const { predicted } = forecast(`
name: limited
fleet: { things: 300 }
jobs: [{ id: a, rollout: { maximumPerMinute: 60 } }]
behaviour: { work: 1s, updates: 0 }
load: { rollout: { limit: 2m }, drain: 60s }
`)

  expect(predicted).toMatchObject({ isLimited: true, isCutOff: true })
  expect(predicted.finishUs / SECOND_US).toBeCloseTo(121, 0)
})

test('a request that nobody repeats is throttled whether or not its thing could wait', () => {
  const set = ['fleet.things=1', 'behaviour={ work: 0s, retry: { kind: none } }']
  const { predicted, load } = forecast(STEADY, ...set, 'service.quotas={ writes: 10/s }')

  expect(load.binding?.aboveShare).toBeGreaterThan(0.9)
  expect(predicted.throttledShare).toBeGreaterThan(0.4)
})

test('executions that run out are begun by the first starts of a phase, at its full rate', () => {
  const { load } = forecast(STEADY, 'jobs=[{ id: one, perThing: 1 }]', 'fleet.things=1000')
  const steady = load.phases.find(({ name }) => name === 'steady')

  expect(steady?.uses.writes?.peak).toBeCloseTo(150, 6)
})

test('a burst that is used up does not come back while more is wanted than the quota', () => {
  const loads = 'load.arrivals=[{ rate: 100/s, for: 10s }, { rate: 100/s, for: 10s }]'
  const { load } = forecast(STEADY, loads, 'behaviour.work=0s', 'fleet.things=100000')
  const above = load.writes.passages.reduce((sum, passage) => sum + passage.above, 0)

  // 300 of 200 a second for 20 s, less 200 in the bucket.
  expect(above).toBeCloseTo(2_000 - 200, 0)
})

test('a few things that connect fast are no more a second than they are', () => {
  const { load } = forecast(STEADY, 'fleet.things=3', 'fleet.connect.rate=2000/s')
  const [connect] = load.phases

  expect(connect?.uses.connects).toMatchObject({ peak: 3, mean: 3, aboveShare: 0 })
})

test('a closed loop asks for what its things can, and the account gives its quota', () => {
  const { predicted, load } = forecast(`
name: loop
fleet: { things: 1000 }
behaviour: { work: 1s }
load: { loop: { for: 100s, pause: 1s } }
`)

  // 1,000 things round in 2.003 s: three writes each.
  expect(load.binding?.peak).toBeCloseTo((1_000 * 3) / 2.003, 0)
  expect(predicted.acceptedWritesPerSecond).toBeCloseTo(200 + 200 / 100, 6)
})

test.each([
  { set: 'behaviour.stepTimeoutMinutes=1', share: 0.05, why: 'a step is half of the work' },
  { set: 'jobs=[{ id: a, timeout: { inProgressMinutes: 2 } }]', share: 0.05, why: 'p95' },
  { set: 'jobs=[{ id: a, timeout: { inProgressMinutes: 1 } }]', share: 0.5, why: 'the median' },
])('of work with a median of 1 m and a p95 of 2 m, $set ends $share: $why', ({ set, share }) => {
  const work = 'behaviour.work={ median: 1m, p95: 2m }'

  expect(forecast(STEADY, work, set).timers.either).toBeCloseTo(share, 9)
})

test.each([
  { work: '60s', share: 1, why: 'as long as the timer, whose end comes before the update arrives' },
  { work: '59999ms', share: 0, why: 'a millisecond is enough for the answer' },
])('of work that takes $work always, a timer of a minute ends $share: $why', ({ work, share }) => {
  const jobs = 'jobs=[{ id: a, timeout: { inProgressMinutes: 1 } }]'
  const { timers } = forecast(STEADY, `behaviour.work=${work}`, jobs)
  const steps = forecast(
    STEADY,
    `behaviour={ work: ${work}, updates: 0, stepTimeoutMinutes: 1 }`,
  ).timers

  expect(timers.either).toBe(share)
  expect(steps.either).toBe(share)
})

test('a job that gives each thing three executions counts three times in what its timer ends', () => {
  const jobs =
    'jobs=[{ id: a, perThing: 3, timeout: { inProgressMinutes: 1 } }, { id: b, perThing: 1 }]'

  expect(forecast(STEADY, 'behaviour.work=2m', jobs).timers.either).toBeCloseTo(0.75, 9)
})

test('the earlier of two timers wins', () => {
  const { timers } = forecast(
    STEADY,
    'behaviour={ work: { median: 1m, p95: 2m }, stepTimeoutMinutes: 1 }',
    'jobs=[{ id: a, timeout: { inProgressMinutes: 1 } }]',
  )

  expect(timers.step).toBeCloseTo(0.05, 9)
  expect(timers.either).toBe(timers.inProgress)
})

test('an account without limits has no binding quota while the broker keeps up', () => {
  expect(forecast(STEADY, 'service.quotas=unlimited').load.binding).toBeUndefined()
})

test('a phase of no length and a rate of zero ask for nothing and break nothing', () => {
  const { load, predicted } = forecast(STEADY, 'load.arrivals=[{ rate: 0/s, for: 0s }]')

  expect(load.binding).toMatchObject({ phase: 'connect' })
  expect(predicted).toMatchObject({ executions: 0, acceptedWritesPerSecond: 0, finishUs: 0 })
})

const lines = fc.array(
  fc.record({ seconds: fc.integer({ min: 1, max: 100 }), from: fc.nat(1_000), to: fc.nat(1_000) }),
  { minLength: 1, maxLength: 8 },
)

function following(parts: readonly { seconds: number; from: number; to: number }[]): Line[] {
  let fromUs = 0
  return parts.map(({ seconds, from, to }) => {
    const line = {
      ...{ fromUs, toUs: fromUs + seconds * SECOND_US },
      ...{ fromPerSecond: from, toPerSecond: to },
    }
    fromUs = line.toUs
    return line
  })
}

test('what is asked has passed, waits or is lost, and no second lets more pass than the quota', () => {
  const quotas = fc.integer({ min: 1, max: 1_000 })
  const most = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(5_000))
  const bursts = fc.nat(3_000)
  const balances = fc.property(lines, quotas, most, bursts, (parts, quota, mostWaiting, burst) => {
    const backlog = backlogOf(following(parts), { perSecond: quota, burst }, mostWaiting)
    let waiting = 0
    let passedInAll = 0
    for (const passage of backlog.passages) {
      const { line, demand, passed, lost } = passage
      expect(waiting + demand).toBeCloseTo(passed + lost + passage.waiting, 3)
      const most = (quota * (line.toUs - line.fromUs)) / SECOND_US
      expect(passed).toBeLessThanOrEqual(most + burst + 1e-6)
      passedInAll += passed
      expect(passedInAll).toBeLessThanOrEqual((quota * line.toUs) / SECOND_US + burst + 1e-6)
      expect(passage.above).toBeLessThanOrEqual(demand + 1e-6)
      expect(passage.waiting).toBeLessThanOrEqual(mostWaiting)
      waiting = passage.waiting
    }
    expect(backlog.mostWaiting).toBeGreaterThanOrEqual(waiting)
  })
  fc.assert(balances)
})

test('adding lines up keeps their areas, wherever they are shifted and cut', () => {
  const keeps = fc.property(lines, lines, fc.nat(50), fc.nat(100), (one, other, shift, edge) => {
    const terms = [
      { lines: following(one), shiftUs: 0, factor: 2 },
      { lines: following(other), shiftUs: shift * SECOND_US, factor: 0.5 },
    ]
    const all = summed(terms, [0, edge * SECOND_US])
    const expected = 2 * totalOf(following(one)) + totalOf(following(other)) / 2
    expect(totalOf(all)).toBeCloseTo(expected, 3)
    for (const line of all) expect(areaOf(line)).toBeGreaterThanOrEqual(0)
  })
  fc.assert(keeps)
})

test('of 100 executions a second with work of 1 s to 2 s the last is at work some seconds after them', () => {
  const work = { medianUs: SECOND_US, p95Us: 2 * SECOND_US }
  const few = lastWorkUs(work, 1, 100 * SECOND_US)
  const many = lastWorkUs(work, 100, 100 * SECOND_US)

  expect(few).toBeGreaterThanOrEqual(work.medianUs)
  expect(many).toBeGreaterThan(work.p95Us)
  expect(many).toBeLessThan(5 * SECOND_US)
  expect(lastWorkUs({ medianUs: 0, p95Us: 0 }, 100, SECOND_US)).toBe(0)
})
