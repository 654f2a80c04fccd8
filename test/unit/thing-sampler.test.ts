import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ThingSampler } from '../../src/metrics/thing-sampler.ts'

const SECOND_US = 1_000_000

/** One thing goes out, asks once and has nothing in hand again. */
function round(
  sampler: ThingSampler,
  slot: number,
  atUs: number,
  outcome: 'accepted' | 'empty' | 'throttled' | 'timedOut',
  lengthUs = 1_000,
): void {
  sampler.asking(slot, atUs, true, atUs)
  sampler.issued(slot, 'start-next', 1, atUs, atUs + 10)
  sampler.ended(slot, 'start-next', outcome, undefined, atUs, atUs + 10, atUs + lengthUs)
  sampler.rested(slot)
}

test('of rounds without a failure only the slowest of the interval is kept', () => {
  const sampler = new ThingSampler(3)
  round(sampler, 0, 0, 'accepted', 2_000)
  round(sampler, 1, 10, 'empty', 9_000)
  round(sampler, 2, 20, 'accepted', 3_000)

  expect(sampler.take(0)).toEqual([
    {
      slot: 1,
      id: 1,
      why: ['slowest start-next'],
      ended: true,
      leftOut: 0,
      events: [
        { atMs: 0.01, what: 'ask', dueMs: 0.01, planned: true },
        { atMs: 0.02, what: 'send', operation: 'start-next', attempt: 1, dueMs: 0.01 },
        {
          atMs: 9.01,
          what: 'end',
          operation: 'start-next',
          outcome: 'empty',
          dueMs: 0.01,
          sentMs: 0.02,
        },
      ],
    },
  ])
  expect(sampler.take(0)).toEqual([])
})

test('each kind of failure is kept up to its limit, and what is above it is counted', () => {
  const sampler = new ThingSampler(1)
  for (let count = 0; count < 250; count++) round(sampler, 0, count * 10, 'throttled')
  for (let count = 0; count < 3; count++) round(sampler, 0, 9_000 + count, 'timedOut')
  const why = sampler.take(0).map((timeline) => timeline.why.join())

  expect(why.filter((reason) => reason === 'start-next throttled')).toHaveLength(100)
  expect(why.filter((reason) => reason === 'start-next timedOut')).toHaveLength(3)
  expect(sampler.limits).toEqual({
    crowdedOut: 0,
    reasons: {
      'start-next throttled': { kept: 100, leftOut: 150 },
      'start-next timedOut': { kept: 3, leftOut: 0 },
    },
  })
})

test('all failures together have a limit too', () => {
  const sampler = new ThingSampler(1)
  for (let code = 0; code < 30; code++) {
    for (let count = 0; count < 50; count++) {
      sampler.asking(0, 0, true, 0)
      sampler.ended(0, 'update', 'rejected', `Code${code}`, 0, 0, 1)
      sampler.rested(0)
    }
  }
  const { reasons } = sampler.limits
  const sum = (of: 'kept' | 'leftOut') =>
    Object.values(reasons).reduce((total, count) => total + count[of], 0)

  expect(sampler.take(0)).toHaveLength(1_000)
  expect(sum('kept')).toBe(1_000)
  expect(sum('leftOut')).toBe(500)
})

test('codes from outside cannot make more reasons than there is room for', () => {
  const sampler = new ThingSampler(1)
  for (let code = 0; code < 500; code++) {
    sampler.asking(0, 0, true, 0)
    sampler.ended(0, 'update', 'rejected', `Code${code}`, 0, 0, 1)
    sampler.rested(0)
  }

  expect(Object.keys(sampler.limits.reasons)).toHaveLength(65)
  expect(sampler.limits.reasons.other).toEqual({ kept: 100, leftOut: 336 })
})

test('a failure in a thing that is still busy is told as it stands, once, and again at its end', () => {
  const sampler = new ThingSampler(1)
  sampler.asking(0, 0, true, 0)
  sampler.ended(0, 'start-next', 'timedOut', undefined, 0, 10, 1_000)
  const first = sampler.take(0)
  const second = sampler.take(0)
  sampler.working(0, 9_000, 5_000)
  sampler.execution(0, 'stuck', 'job', 4, 9_000)
  sampler.rested(0)
  const last = sampler.take(0)

  expect(first).toMatchObject([{ id: 1, ended: false, why: ['start-next timedOut'] }])
  expect(second).toEqual([])
  expect(last).toMatchObject([{ id: 1, ended: true, why: ['start-next timedOut', 'stuck'] }])
  expect(last[0]?.events).toHaveLength(4)
  expect(last[0]?.events.at(-1)).toEqual({
    atMs: 9,
    what: 'execution',
    event: 'stuck',
    job: 'job',
    number: 4,
  })
})

test('a story that was told as a failure keeps its reasons when it is the slowest too', () => {
  const sampler = new ThingSampler(1)
  // Windows get longer, so that one is open when the failure is told.
  for (let interval = 0; interval < 121; interval++) sampler.take(0)
  sampler.asking(0, 0, true, 0)
  sampler.ended(0, 'start-next', 'throttled', undefined, 0, 10, 1_000)
  sampler.ended(0, 'start-next', 'accepted', undefined, 0, 10, 80_000)
  sampler.rested(0)
  const told = [...sampler.take(0), ...sampler.take(0, true)]

  expect(told.at(-1)).toMatchObject({
    id: 1,
    why: ['start-next throttled', 'slowest start-next'],
  })
})

test('of a long story the beginning and the end are kept, and what is missing is counted', () => {
  const sampler = new ThingSampler(1)
  sampler.asking(0, 0, true, 0)
  for (let attempt = 1; attempt <= 500; attempt++) {
    sampler.issued(0, 'update', attempt, attempt, attempt)
  }
  sampler.execution(0, 'stuck', 'job', 1, 900)
  const [timeline] = sampler.take(0)
  const attempts = timeline?.events.flatMap((event) =>
    event.what === 'send' ? [event.attempt] : [],
  )

  expect(timeline?.leftOut).toBe(502 - 32)
  expect(timeline?.events).toHaveLength(32)
  expect(attempts?.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(attempts?.slice(7)).toEqual(Array.from({ length: 23 }, (_, at) => 478 + at))
})

test('a connection lost by an idle thing is a story, told when it is back', () => {
  const sampler = new ThingSampler(1)
  sampler.dropped(0, 'ECONNRESET', SECOND_US)
  sampler.waiting(0, 'reconnect', 2 * SECOND_US, SECOND_US)
  sampler.connecting(0, 2 * SECOND_US, 2 * SECOND_US)
  sampler.rested(0)

  expect(sampler.take(SECOND_US)).toMatchObject([
    {
      why: ['dropped ECONNRESET'],
      ended: true,
      events: [
        { atMs: 0, what: 'drop', cause: 'ECONNRESET' },
        { atMs: 0, what: 'wait', for: 'reconnect', untilMs: 1_000 },
        { atMs: 1_000, what: 'connect', dueMs: 1_000 },
      ],
    },
  ])
})

test('more busy things than there is memory for are counted, and the next round is remembered', () => {
  const sampler = new ThingSampler(16_385)
  for (let slot = 0; slot < 16_385; slot++) sampler.asking(slot, 0, true, 0)
  sampler.ended(16_384, 'start-next', 'timedOut', undefined, 0, 1, 2)
  expect(sampler.limits.crowdedOut).toBe(1)
  expect(sampler.take(0)).toEqual([])

  for (let slot = 0; slot < 16_385; slot++) sampler.rested(slot)
  round(sampler, 16_384, 10, 'timedOut')
  expect(sampler.take(0)).toMatchObject([{ slot: 16_384, why: ['start-next timedOut'] }])
})

test('over 100,000 intervals what is slowest stays below 2,000 timelines, the worst among them', () => {
  const sampler = new ThingSampler(2)
  let told = 0
  let slowestMs = 0
  for (let interval = 0; interval < 100_000; interval++) {
    round(sampler, 0, interval * SECOND_US, 'accepted', interval === 77_777 ? 9_000_000 : 1_000)
    for (const { events } of sampler.take(0)) {
      told += 1
      for (const event of events) {
        if (event.what === 'end') slowestMs = Math.max(slowestMs, event.atMs - event.dueMs)
      }
    }
  }

  expect(told).toBeGreaterThan(500)
  expect(told).toBeLessThan(2_000)
  expect(slowestMs).toBe(9_000)
})

test('with everything kept, each round is a timeline', () => {
  const sampler = new ThingSampler(1, { keepsAll: true })
  for (let count = 0; count < 300; count++) round(sampler, 0, count, 'accepted')

  expect(sampler.take(0).map(({ why }) => why[0])).toEqual(Array(300).fill('replayed'))
})

test('memory that was lent comes back, whatever happens to the things', () => {
  const step = fc.record({
    slot: fc.nat(3),
    act: fc.constantFrom('ask', 'good', 'bad', 'drop', 'rest', 'take'),
  })
  const comesBack = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const sampler = new ThingSampler(4)
    for (let time = 0; time < 2_000; time++) {
      for (const { slot, act } of steps) {
        if (act === 'ask') sampler.asking(slot, time, true, time)
        else if (act === 'good')
          sampler.ended(slot, 'update', 'accepted', undefined, time, time, time + slot)
        else if (act === 'bad')
          sampler.ended(slot, 'update', 'lost', undefined, time, time, time + 1)
        else if (act === 'drop') sampler.dropped(slot, 'closed', time)
        else if (act === 'rest') sampler.rested(slot)
        else sampler.take(0)
      }
      sampler.take(0)
    }
    expect(sampler.limits.crowdedOut).toBe(0)
  })
  fc.assert(comesBack, { numRuns: 15 })
})
