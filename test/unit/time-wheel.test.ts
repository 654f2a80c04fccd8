import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TimeWheel } from '../../src/clock/time-wheel.ts'

const ITEMS = 40
const HOUR_US = 3_600_000_000

const wheelOf = (capacity = ITEMS) => new TimeWheel(capacity, (one, other) => one < other)

function taken(wheel: TimeWheel, nowUs: number): number[] {
  const items: number[] = []
  for (let item = wheel.take(nowUs); item >= 0; item = wheel.take(nowUs)) items.push(item)
  return items
}

describe('a time wheel', () => {
  test('gives nothing back early, and what is due by time and then by the tie-break', () => {
    const wheel = wheelOf()
    for (const [item, atUs] of [
      [3, 900],
      [2, 500],
      [1, 900],
      [0, 901],
    ] as const) {
      wheel.add(item, atUs)
    }

    expect(taken(wheel, 499)).toEqual([])
    expect(taken(wheel, 900)).toEqual([2, 1, 3])
    expect(wheel.nextUs).toBe(901)
    expect(taken(wheel, HOUR_US)).toEqual([0])
    expect(wheel.nextUs).toBe(Number.POSITIVE_INFINITY)
  })

  test('takes an item that is added at the time that is being taken', () => {
    const wheel = wheelOf()
    wheel.add(0, 100)
    wheel.take(100)
    wheel.add(1, 100)

    expect(taken(wheel, 100)).toEqual([1])
  })

  test('forgets what is removed, wherever it waits', () => {
    const wheel = wheelOf()
    const times = [10, 20, 30, 5_000, 900_000, 90_000_000, 3 * HOUR_US]
    times.forEach((atUs, item) => {
      wheel.add(item, atUs)
    })
    expect(wheel.take(10)).toBe(0)
    for (const item of [2, 3, 4, 5, 6, 6]) wheel.remove(item)

    expect(wheel.has(6)).toBe(false)
    expect(taken(wheel, 9 * HOUR_US)).toEqual([1])
    expect(wheel.nextUs).toBe(Number.POSITIVE_INFINITY)
  })

  test('opens no page ahead of its time because something was removed', () => {
    const wheel = wheelOf()
    wheel.add(0, 0)
    wheel.remove(0)
    wheel.add(0, 16_384)
    expect(taken(wheel, 0)).toEqual([])
    wheel.add(1, 0)

    expect(taken(wheel, 0)).toEqual([1])
  })

  test('that has given everything up has nothing to come back for', () => {
    const wheel = wheelOf()
    for (const [item, atUs] of [5, 5, 70_000, 90_000_000].entries()) wheel.add(item, atUs)
    for (const item of [1, 3, 0, 2]) wheel.remove(item)

    expect(wheel.nextUs).toBe(Number.POSITIVE_INFINITY)
  })

  test('takes a great many items of one time in order, in whatever order they came', () => {
    const wheel = wheelOf(50_000)
    const items = Array.from({ length: 50_000 }, (_, at) => (at * 7_919) % 50_000)
    for (const item of items) wheel.add(item, 123_456)

    expect(taken(wheel, 123_456)).toEqual([...items].sort((one, other) => one - other))
  })

  test('begins at any time of a clock', () => {
    const wheel = wheelOf()
    const nowUs = 400 * 24 * HOUR_US
    wheel.add(0, nowUs + 2)
    wheel.add(1, nowUs + 1)
    wheel.add(2, nowUs + 2 * HOUR_US)

    expect(wheel.nextUs).toBe(nowUs + 1)
    expect(taken(wheel, nowUs + HOUR_US)).toEqual([1, 0])
    expect(taken(wheel, nowUs + 2 * HOUR_US)).toEqual([2])
  })

  test('keeps what it holds when it grows', () => {
    const wheel = wheelOf(1)
    wheel.add(0, 7)
    wheel.grow(2)
    wheel.add(1, 6)

    expect(taken(wheel, 7)).toEqual([1, 0])
  })
})

const delays = fc.oneof(
  fc.nat(3),
  fc.nat(2_000),
  fc.nat(2_000_000),
  fc.nat(100_000_000),
  fc.nat(3 * HOUR_US),
)
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), afterUs: delays }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), byUs: delays }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('next' as const) }) },
  ),
  { maxLength: 200 },
)

test('whatever is added, removed and taken, it agrees with a sorted list', () => {
  const agrees = fc.property(steps, (program) => {
    const wheel = wheelOf()
    const model = new Map<number, number>()
    let nowUs = 0
    const advance = () => {
      const due = [...model].filter(([, atUs]) => atUs <= nowUs)
      due.sort(([one, oneUs], [other, otherUs]) => oneUs - otherUs || one - other)
      expect(taken(wheel, nowUs)).toEqual(due.map(([item]) => item))
      for (const [item] of due) model.delete(item)
    }
    for (const step of program) {
      const earliestUs = Math.min(...model.values())
      expect(wheel.nextUs).toBeLessThanOrEqual(earliestUs)
      if (step.kind === 'add') {
        const item = Array.from({ length: ITEMS }, (_, at) => at).find((at) => !model.has(at))
        if (item === undefined) continue
        wheel.add(item, nowUs + step.afterUs)
        model.set(item, nowUs + step.afterUs)
      } else if (step.kind === 'remove') {
        const item = [...model.keys()][step.pick % Math.max(1, model.size)]
        if (item === undefined) continue
        wheel.remove(item)
        model.delete(item)
      } else {
        const byUs = step.kind === 'move' ? step.byUs : Math.max(0, earliestUs - nowUs)
        if (byUs < Number.POSITIVE_INFINITY) nowUs += byUs
        advance()
      }
      for (let item = 0; item < ITEMS; item++) expect(wheel.has(item)).toBe(model.has(item))
    }
  })
  fc.assert(agrees, { numRuns: 300 })
})

test('comes back early only where something was removed', () => {
  const isExact = fc.property(fc.array(delays, { maxLength: ITEMS }), (times) => {
    const wheel = wheelOf()
    times.forEach((atUs, item) => {
      wheel.add(item, atUs)
    })
    const seen: number[] = []
    while (wheel.nextUs < Number.POSITIVE_INFINITY) {
      seen.push(wheel.nextUs)
      expect(taken(wheel, wheel.nextUs).length).toBeGreaterThan(0)
    }
    expect(seen).toEqual([...new Set(times)].sort((one, other) => one - other))
  })
  fc.assert(isExact)
})
