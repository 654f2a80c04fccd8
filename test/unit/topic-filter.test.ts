import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterTakes, slashesIn, thingOfFilter } from '../../src/protocol/topic-filter.ts'

test.each([
  ['a/b', 'a/b', true],
  ['a/b', 'a/b/c', false],
  ['a/b', 'a', false],
  ['a/+', 'a/b', true],
  ['a/+', 'a/', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b/c', false],
  ['+/b', 'a/b', true],
  ['a/+/c', 'a/b/c', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a/', true],
  ['a/#', 'a', false], // AWS differs from the text of MQTT here
  ['#', 'a/b', true],
  ['#', '$aws/things/t/jobs/notify', false],
  ['+/things/t/jobs/notify', '$aws/things/t/jobs/notify', false],
  ['$aws/#', '$aws/things/t/jobs/notify', true],
  ['$aws/+/+/jobs/notify-next', '$aws/things/t/jobs/notify-next', true],
  ['$aws/things/t/jobs/notify', '$aws/things/t/jobs/notify-next', false],
])('whether %s takes %s: %s', (filter, topic, takes) => {
  expect(filterTakes(filter, topic)).toBe(takes)
})

/** Level by level, as the rules are told. */
function takesByLevels(filter: readonly string[], topic: readonly string[]): boolean {
  const [wanted, ...more] = filter
  const [level, ...rest] = topic
  if (wanted === undefined || level === undefined) return wanted === level
  if (wanted === '#') return true
  return (wanted === '+' || wanted === level) && takesByLevels(more, rest)
}

test('filters take what they take level by level', () => {
  const level = fc.constantFrom('', 'a', 'b', 'ab')
  const topics = fc.array(level, { minLength: 1, maxLength: 5 })
  const filters = fc.tuple(
    fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 5 }),
    fc.boolean(),
  )
  const agrees = fc.property(filters, topics, ([levels, hash], topic) => {
    const filter = hash ? [...levels, '#'] : levels
    expect(filterTakes(filter.join('/'), topic.join('/'))).toBe(takesByLevels(filter, topic))
  })
  fc.assert(agrees, { numRuns: 2_000 })
})

test('a filter is about the thing it names, and else about any', () => {
  expect(thingOfFilter('$aws/things/t/jobs/notify')).toBe('t')
  expect(thingOfFilter('$aws/+/t/#')).toBe('t')
  for (const any of ['$aws/things/+/jobs/notify', '$aws/things/#', '$aws/#', '$aws'])
    expect(thingOfFilter(any)).toBeUndefined()
})

test('slashes are counted', () => {
  expect(slashesIn('$aws/things/t/jobs/j/update/accepted')).toBe(6)
  expect(slashesIn('')).toBe(0)
})
