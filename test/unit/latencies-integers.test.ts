import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logLine, readLog } from '../../src/metrics/interval-log.ts'
import { intervalPercentiles, latencyMs, latencySummary } from '../../src/metrics/latencies.ts'
import { LatencyRecorder, newHistogram } from '../../src/metrics/latency-recorder.ts'
import { LATENCY_STATISTICS } from '../../src/metrics/latency-statistics.ts'
import { MergedSeries } from '../../src/metrics/merged-series.ts'
import { HIGHEST_US } from '../../src/metrics/slots.ts'

/** Nothing of an engine's own logarithm is left in a summary: each statistic is a whole microsecond,
 *  and the value that a reader of the slots finds by counting. */
test('every statistic of a histogram is a whole number of microseconds', () => {
  const values = fc.array(fc.integer({ min: 1, max: HIGHEST_US }), { minLength: 1, maxLength: 50 })
  const areWhole = fc.property(values, (recorded) => {
    const histogram = newHistogram()
    try {
      for (const value of recorded) histogram.recordValue(value)
      for (const statistic of LATENCY_STATISTICS) {
        const us = (latencyMs(histogram, statistic) ?? Number.NaN) * 1e3
        expect(Math.abs(us - Math.round(us))).toBeLessThan(1e-6)
      }
      const median = [...recorded].sort((one, other) => one - other)[
        Math.ceil(recorded.length / 2) - 1
      ] as number
      // A slot is at most a thousandth wide, and the highest value of it is told.
      const told = (latencyMs(histogram, 'p50') ?? Number.NaN) * 1e3
      expect(told).toBeGreaterThanOrEqual(median - 1e-6)
      expect(told).toBeLessThanOrEqual(median * 1.001 + 1)
    } finally {
      histogram.destroy()
    }
  })
  fc.assert(areWhole, { numRuns: 200 })
})

test('the statistics of an interval, and of what is merged from it, are in order and the same', () => {
  const values = fc.array(fc.integer({ min: 1, max: HIGHEST_US }), { minLength: 1, maxLength: 50 })
  const areInOrder = fc.property(values, (recorded) => {
    const recorder = new LatencyRecorder()
    const merged = new MergedSeries()
    try {
      for (const value of recorded) recorder.record(value)
      const interval = recorder.takeInterval()
      if (interval === undefined) throw new Error('nothing was recorded')
      const [entry] = readLog(logLine('start.lag', 0, 1_000, interval), () => {})
      if (entry === undefined) throw new Error('nothing was written')
      merged.add(entry)
      const { count, p50, p90, p99, max } = intervalPercentiles(interval)

      expect([p50, p90, p99, max]).toEqual([p50, p90, p99, max].sort((one, other) => one - other))
      expect(latencySummary(merged.get('start.lag'))).toMatchObject({ count, p50, p90, p99, max })
    } finally {
      recorder.destroy()
      merged.destroy()
    }
  })
  fc.assert(areInOrder, { numRuns: 200 })
})
