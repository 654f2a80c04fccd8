import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, listed, shellWord, suggestion } from '../../src/words.ts'

test.each([
  { one: 'things', other: 'things', distance: 0 },
  { one: 'thigns', other: 'things', distance: 1 },
  { one: 'thing', other: 'things', distance: 1 },
  { one: 'wrok', other: 'work', distance: 1 },
  { one: 'kitten', other: 'sitting', distance: 3 },
  { one: '', other: 'abc', distance: 3 },
])('from $one to $other it takes $distance changes', ({ one, other, distance }) => {
  expect(editDistance(one, other)).toBe(distance)
})

test('the distance is the same both ways, zero for equal words only, and at most the longer one', () => {
  const metric = fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
    expect(editDistance(a, b)).toBe(editDistance(b, a))
    expect(editDistance(a, b) === 0).toBe(a === b)
    expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
  })
  fc.assert(metric)
})

test.each([
  { word: 'Fleet', says: 'did you mean fleet?' },
  { word: 'fleets', says: 'did you mean fleet?' },
  { word: 'laod', says: 'did you mean load?' },
  { word: 'weather', says: 'there is fleet, load and name' },
  { word: 'x'.repeat(100_000), says: 'there is fleet, load and name' },
])('for a word like $word the advice is: $says', ({ word, says }) => {
  expect(suggestion(word, ['fleet', 'load', 'name'])).toBe(says)
})

test('words are listed as one would say them', () => {
  expect([['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => listed(words, 'or'))).toEqual([
    'a',
    'a or b',
    'a, b or c',
  ])
})

test.each([
  { word: 'reports/2026-01-01T00-00-00.000-mine', as: 'reports/2026-01-01T00-00-00.000-mine' },
  { word: 'häus & 1', as: "'häus & 1'" },
  { word: "it's", as: "'it'\\''s'" },
])('a shell takes $as for $word', ({ word, as }) => {
  expect(shellWord(word)).toBe(as)
})
