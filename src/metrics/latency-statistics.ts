/** What is told of a series, and what a threshold may ask of one. */
export const LATENCY_STATISTICS = [
  'min',
  'mean',
  'p50',
  'p90',
  'p95',
  'p99',
  'p99.9',
  'max',
] as const
export type LatencyStatistic = (typeof LATENCY_STATISTICS)[number]
