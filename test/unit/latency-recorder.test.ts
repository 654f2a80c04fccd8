import { expect, test } from 'vitest'
import { LatencyRecorder, prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { HIGHEST_US } from '../../src/metrics/slots.ts'

await prepareRecorders()

test('an interval holds what was recorded since the one before, and nothing else', () => {
  const recorder = new LatencyRecorder()
  const counts: (number | undefined)[] = []
  const highest: (number | undefined)[] = []
  for (const values of [[10, 20], [30], [], [40, 50, 60]]) {
    for (const value of values) recorder.record(value)
    const interval = recorder.takeInterval()
    counts.push(interval?.totalCount)
    highest.push(interval?.maxValue)
  }

  expect(counts).toEqual([2, 1, undefined, 3])
  expect(highest).toEqual([20, 30, undefined, 60])
  recorder.destroy()
})

test.each([
  { us: HIGHEST_US + 1, kept: HIGHEST_US, why: 'above the range' },
  { us: Number.POSITIVE_INFINITY, kept: HIGHEST_US, why: 'without an end' },
  { us: -1, kept: 0, why: 'below zero' },
  { us: Number.NaN, kept: 0, why: 'not a number' },
])('a latency $why is recorded at the border of the range and counted', ({ us, kept }) => {
  const recorder = new LatencyRecorder()
  recorder.record(us)

  expect(recorder.clampedCount).toBe(1)
  expect(recorder.takeInterval()).toMatchObject({ totalCount: 1, maxValue: kept })
  recorder.destroy()
})

test.each([0, 1, 999_999, HIGHEST_US])('a latency of %i µs is in range', (us) => {
  const recorder = new LatencyRecorder()
  recorder.record(us)

  expect(recorder.clampedCount).toBe(0)
  expect(recorder.takeInterval()?.maxValue).toBe(us)
  recorder.destroy()
})

test('a percentile is right to three digits over the whole range', () => {
  for (let us = 1; us <= HIGHEST_US; us *= 7) {
    const recorder = new LatencyRecorder()
    recorder.record(us)
    const read = recorder.takeInterval()?.getValueAtPercentile(50) ?? Number.NaN
    expect(Math.abs(read - us) / us).toBeLessThanOrEqual(0.001)
    recorder.destroy()
  }
})
