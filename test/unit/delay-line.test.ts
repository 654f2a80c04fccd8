import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DelayLine, type Departure } from '../../src/service/delay-line.ts'
import { noLimitsReached } from '../../src/service/limit-counts.ts'

function recorder(left: number[]) {
  return (name: number): Departure => ({ leave: () => void left.push(name) })
}

test('items leave by due time, and equal times in the order in which they came', () => {
  const leavesInOrder = fc.property(fc.array(fc.nat(20)), fc.array(fc.nat(20)), (before, after) => {
    const left: number[] = []
    const item = recorder(left)
    const line = new DelayLine(noLimitsReached())
    const dueTimes = [...before, ...after]
    // Half of them come while the line is already being emptied.
    before.forEach((dueUs, name) => {
      line.add(item(name), dueUs)
    })
    line.advance(5)
    const gone = [...left]
    after.forEach((dueUs, name) => {
      line.add(item(before.length + name), dueUs)
    })
    line.advance(20)

    const byDue = (names: number[]) =>
      names.sort((one, other) => (dueTimes[one] ?? 0) - (dueTimes[other] ?? 0) || one - other)
    const early = byDue([...before.keys()].filter((name) => (before[name] ?? 0) <= 5))
    const late = byDue([...dueTimes.keys()].filter((name) => !early.includes(name)))
    expect(gone).toEqual(early)
    expect(left).toEqual([...early, ...late])
  })
  fc.assert(leavesInOrder)
})

test('nothing leaves before it is due', () => {
  const left: number[] = []
  const line = new DelayLine(noLimitsReached())
  line.add(recorder(left)(0), 100)
  line.advance(99)
  expect(left).toEqual([])
  expect(line.nextUs()).toBe(100)
  line.advance(100)
  expect(left).toEqual([0])
  expect(line.nextUs()).toBe(Number.POSITIVE_INFINITY)
})

test('what a departure adds, and is due already, leaves in the same turn', () => {
  const left: number[] = []
  const line = new DelayLine(noLimitsReached())
  line.add({ leave: (nowUs) => line.add(recorder(left)(1), nowUs) }, 10)
  line.advance(10)
  expect(left).toEqual([1])
})

test('a line of a million takes no more, and counts what it does not take', () => {
  const counts = noLimitsReached()
  const line = new DelayLine(counts)
  const left: number[] = []
  for (let name = 0; name < 1_000_001; name++) line.add(recorder(left)(name), name)
  expect(counts.delayed).toBe(1)
  line.advance(2_000_000)
  expect(left).toHaveLength(1_000_000)
})
