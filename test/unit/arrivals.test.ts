import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  dueUs,
  plannedStarts,
  plannedStartsOf,
  thingsInShard,
} from '../../src/scenario/arrivals.ts'

const phases = fc.record({
  fromPerSecond: fc.nat(1_000),
  toPerSecond: fc.nat(1_000),
  durationUs: fc.integer({ min: 1, max: 7_200 }).map((seconds) => seconds * 1_000_000),
})

test.each([
  { start: 0, us: 1_414_214, why: 'a ramp begins slowly' },
  { start: 7, us: 4_000_000, why: 'the first 4 s have an area of 8' },
  { start: 49, us: 10_000_000, why: 'the last start falls on the end of its phase' },
])('on a ramp from 0/s to 10/s in 10 s, start $start is due at $us µs: $why', ({ start, us }) => {
  expect(dueUs({ fromPerSecond: 0, toPerSecond: 10, durationUs: 10_000_000 }, start)).toBe(us)
})

test.each([
  { name: 'a level rate', from: 80, to: 80, seconds: 120, starts: 9_600 },
  { name: 'a ramp', from: 0, to: 80, seconds: 30, starts: 1_200 },
  { name: 'no rate', from: 0, to: 0, seconds: 30, starts: 0 },
  { name: 'no time', from: 80, to: 80, seconds: 0, starts: 0 },
  { name: '500/min for an hour', from: 500 / 60, to: 500 / 60, seconds: 3_600, starts: 30_000 },
  { name: 'a fraction', from: 0.3, to: 0.3, seconds: 9, starts: 2 },
])('$name plans $starts starts', ({ from, to, seconds, starts }) => {
  const phase = { fromPerSecond: from, toPerSecond: to, durationUs: seconds * 1_000_000 }
  expect(plannedStarts(phase)).toBe(starts)
  expect(plannedStartsOf([phase, phase])).toBe(2 * starts)
})

test('a phase plans as many starts as the area under its rate line', () => {
  const plansItsArea = fc.property(phases, (phase) => {
    const area = (phase.fromPerSecond + phase.toPerSecond) * (phase.durationUs / 2_000_000)
    expect(plannedStarts(phase)).toBe(Math.floor(area))
  })
  fc.assert(plansItsArea)
})

test('starts fall due in order and inside their phase', () => {
  const keepsOrder = fc.property(phases, fc.nat(), (phase, pick) => {
    const pairs = plannedStarts(phase) - 1
    fc.pre(pairs > 0)
    const one = dueUs(phase, pick % pairs)
    const next = dueUs(phase, (pick % pairs) + 1)
    expect(one).toBeGreaterThan(0)
    expect(next).toBeGreaterThanOrEqual(one)
    expect(next).toBeLessThanOrEqual(phase.durationUs)
  })
  fc.assert(keepsOrder)
})

test('the shards of a fleet add up to the fleet', () => {
  const addsUp = fc.property(fc.nat(1e7), fc.integer({ min: 1, max: 64 }), (things, shards) => {
    let sum = 0
    for (let shard = 0; shard < shards; shard++) sum += thingsInShard(things, shard, shards)
    expect(sum).toBe(things)
  })
  fc.assert(addsUp)
})
