import { test } from 'vitest'
import { expectAccountedFor } from './misbehaving.ts'

test('of 1,000,000 requests to a target that misbehaves by seed, each ends in one outcome', {
  timeout: 600_000,
}, () => {
  expectAccountedFor({ seed: 7, requests: 1_000_000, drainSeconds: 60 })
})
