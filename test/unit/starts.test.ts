import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plannedStartsOf, thingsInShard } from '../../src/scenario/arrivals.ts'
import { ShardStarts } from '../../src/scenario/starts.ts'

const phase = fc.record({
  name: fc.constant('phase'),
  fromPerSecond: fc.nat(40),
  toPerSecond: fc.nat(40),
  durationUs: fc.nat(8_000_000),
})
const phases = fc.array(phase, { maxLength: 5 })
const things = fc.integer({ min: 1, max: 60 })

interface Start {
  dueUs: number
  start: number
  thing: number
  phase: number
}

function startsOf(...[plan, fleet, shard, shards]: ConstructorParameters<typeof ShardStarts>) {
  const cursor = new ShardStarts(plan, fleet, shard, shards)
  const starts: Start[] = []
  while (cursor.next()) {
    starts.push({ ...cursor })
  }
  return starts
}

test('the starts of any number of shards, put together, are those of one', () => {
  const sameStarts = fc.property(
    phases,
    things,
    fc.integer({ min: 1, max: 70 }),
    (plan, fleet, shards) => {
      const together: Start[] = []
      for (let shard = 0; shard < shards; shard++) {
        together.push(...startsOf(plan, fleet, shard, shards))
      }
      together.sort((one, other) => one.start - other.start)
      expect(together).toEqual(startsOf(plan, fleet, 0, 1))
    },
  )
  fc.assert(sameStarts)
})

test('every planned start comes once, for thing j mod the fleet, in due order', () => {
  const complete = fc.property(phases, things, (plan, fleet) => {
    const starts = startsOf(plan, fleet, 0, 1)
    expect(starts.map(({ start }) => start)).toEqual([...Array(plannedStartsOf(plan)).keys()])
    expect(starts.every(({ start, thing }) => thing === start % fleet)).toBe(true)
    const ordered = starts.every(({ dueUs }, index) => dueUs >= (starts[index - 1]?.dueUs ?? 0))
    expect(ordered).toBe(true)
  })
  fc.assert(complete)
})

test('a shard has the starts of its own things only', () => {
  const itsOwn = fc.property(
    phases,
    things,
    fc.integer({ min: 1, max: 8 }),
    (plan, fleet, shards) => {
      for (let shard = 0; shard < shards; shard++) {
        const seen = new Set(startsOf(plan, fleet, shard, shards).map(({ thing }) => thing))
        expect([...seen].every((thing) => thing % shards === shard)).toBe(true)
        expect(seen.size).toBeLessThanOrEqual(thingsInShard(fleet, shard, shards))
      }
    },
  )
  fc.assert(itsOwn)
})

test('a start is due after the phases before its own, and says which phase that is', () => {
  const level = { name: 'level', fromPerSecond: 1, toPerSecond: 1, durationUs: 2_000_000 }
  const pause = { name: 'pause', fromPerSecond: 0, toPerSecond: 0, durationUs: 5_000_000 }
  expect(startsOf([level, pause, level], 3, 0, 1)).toEqual([
    { start: 0, thing: 0, phase: 0, dueUs: 1_000_000 },
    { start: 1, thing: 1, phase: 0, dueUs: 2_000_000 },
    { start: 2, thing: 2, phase: 2, dueUs: 8_000_000 },
    { start: 3, thing: 0, phase: 2, dueUs: 9_000_000 },
  ])
})

test('the cursor stays at its end', () => {
  const level = { name: 'level', fromPerSecond: 1, toPerSecond: 1, durationUs: 2_000_000 }
  const cursor = new ShardStarts([level], 1, 0, 1)
  for (let start = 0; start < 2; start++) expect(cursor.next()).toBe(true)
  for (let again = 0; again < 3; again++) expect(cursor.next()).toBe(false)
})
