import { test } from 'vitest'
import { expectAccountedFor } from './misbehaving.ts'

test.each([1, 2, 3, 4, 5])(
  'of 10,000 requests to a target that misbehaves by seed %i, each ends in one outcome',
  (seed) => {
    expectAccountedFor({ seed, requests: 10_000, drainSeconds: 60 })
  },
)

test('what is open when a run ends at once is unanswered, and all adds up', () => {
  expectAccountedFor({ seed: 6, requests: 10_000, drainSeconds: 0 })
})
