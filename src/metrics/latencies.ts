import type { Histogram } from 'hdr-histogram-js'
import type { LatencyStatistic } from './latency-statistics.ts'
import { HIGHEST_US, highestUs, slotOf } from './slots.ts'

/** One number of a series, in milliseconds; undefined for a series without a record. */
export function latencyMs(histogram: Histogram, statistic: LatencyStatistic): number | undefined {
  if (histogram.totalCount === 0) return undefined
  return readUs(histogram, statistic) / 1e3
}

/** All of them, with the number of records; an empty object for a series without a record. */
export function latencySummary(
  histogram: Histogram | undefined,
): Record<string, never> | (Record<LatencyStatistic, number> & { count: number }) {
  if (histogram === undefined || histogram.totalCount === 0) return {}
  const read = (statistic: LatencyStatistic) => readUs(histogram, statistic) / 1e3
  return {
    min: read('min'),
    mean: read('mean'),
    p50: read('p50'),
    p90: read('p90'),
    p95: read('p95'),
    p99: read('p99'),
    'p99.9': read('p99.9'),
    max: read('max'),
    count: histogram.totalCount,
  }
}

/** What an interval row says of a series, in milliseconds. */
export function intervalPercentiles(histogram: Histogram): {
  count: number
  p50: number
  p90: number
  p99: number
  max: number
} {
  return {
    count: histogram.totalCount,
    p50: readUs(histogram, 'p50') / 1e3,
    p90: readUs(histogram, 'p90') / 1e3,
    p99: readUs(histogram, 'p99') / 1e3,
    max: readUs(histogram, 'max') / 1e3,
  }
}

function readUs(histogram: Histogram, statistic: LatencyStatistic): number {
  switch (statistic) {
    case 'mean':
      return Math.round(histogram.mean)
    case 'min':
      return histogram.getValueAtPercentile(0)
    case 'max':
      // As the percentiles say it, and as it is after merging: the highest record of an interval would
      // else be below its own p99.
      return highestUs(slotOf(inRange(histogram.maxValue)))
    default:
      return inRange(histogram.getValueAtPercentile(Number(statistic.slice(1))))
  }
}

/** The last slot reaches beyond the range, and no record does. */
function inRange(us: number): number {
  return us > HIGHEST_US ? HIGHEST_US : us
}
