import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type LiveSecond,
  progressBar,
  progressLine,
  progressPanel,
} from '../../src/report/progress-line.ts'

const LIVE: LiveSecond = {
  stage: 'load',
  second: 20,
  of: 30,
  online: 998,
  things: 1_000,
  starts: { started: 1_812, dropped: 3 },
  executionsEnded: 640,
  acceptedPerSecond: 198,
  throttledPerSecond: 84,
  p99Ms: 61.2,
  openRequests: 42,
}

test('a second of the load is one line with every number in it', () => {
  expect(progressLine(LIVE)).toBe(
    'load 20 of 30 s  online 998/1,000  started 1,812  dropped 3  ended 640  accepted 198/s  throttled 84/s  p99 61.2 ms  open 42',
  )
})

test('without a planned end there is no bar to believe, and without answers no p99', () => {
  const [first = ''] = progressPanel({ ...LIVE, of: undefined }, { color: false, width: 100 })

  expect(first).not.toMatch(/[█░]/)
  expect(progressLine({ ...LIVE, of: undefined, p99Ms: null })).toMatch(/^load 20 s .* p99 – /)
})

test('where no start is planned none is counted, and what has ended is', () => {
  const live = { ...LIVE, starts: undefined }

  expect(progressLine(live)).toContain('online 998/1,000  ended 640  accepted')
  expect(progressPanel(live, { color: false, width: 100 })[1]).toMatch(/^ {12}ended 640$/)
})

test('the bar of connecting is the share of things online', () => {
  const live: LiveSecond = { ...LIVE, stage: 'connect', online: 500 }
  const [first = '', ...rest] = progressPanel(live, { color: false, width: 100 })

  expect(first).toContain('█'.repeat(15) + '░'.repeat(15))
  expect(rest).toHaveLength(1)
})

test('a panel never wraps, so that the caller can count its lines', () => {
  const fits = fc.property(fc.integer({ min: 20, max: 200 }), fc.boolean(), (width, color) => {
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
    const lines = progressPanel(LIVE, { color, width })
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line.replace(escapes, '').length).toBeLessThanOrEqual(width)
  })
  fc.assert(fits)
})

test('a bar is as wide as asked and full only at the end', () => {
  const honest = fc.property(
    fc.double({ min: -1, max: 2, noNaN: true }),
    fc.integer({ min: 1, max: 60 }),
    (share, width) => {
      const bar = progressBar(share, width)
      expect(bar).toHaveLength(width)
      expect(bar.includes('░')).toBe(share < 1)
    },
  )
  fc.assert(honest)
})
