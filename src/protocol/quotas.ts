/**
 * The account's quotas, as one table of data. Values: AWS General Reference (July 2023) and Service
 * Quotas; how sure each one is stands beside it: A two or more dated sources, B one, C conflicting.
 */

/** All rates are per account and second. `Infinity` switches a quota off. */
export interface Quotas {
  /** StartNextPendingJobExecution and UpdateJobExecution together, over MQTT and HTTP together. */
  readonly writesPerSecond: number
  /** DescribeJobExecution and GetPendingJobExecutions together. */
  readonly readsPerSecond: number
  readonly connectsPerSecond: number
  /** Filters, not SUBSCRIBE packets. */
  readonly subscribesPerSecond: number
  /** How many seconds of its rate a full bucket holds. 0 < burst. */
  readonly burstSeconds: number
}

/** A: L-C8F5F7B3, L-62AE8B9D (neither adjustable); connects A for 2023-24, C today; subscribes A. */
export const AWS_QUOTAS: Quotas = {
  writesPerSecond: 200,
  readsPerSecond: 200,
  connectsPerSecond: 500,
  subscribesPerSecond: 500,
  burstSeconds: 1,
}

export const UNLIMITED_QUOTAS: Quotas = {
  writesPerSecond: Number.POSITIVE_INFINITY,
  readsPerSecond: Number.POSITIVE_INFINITY,
  connectsPerSecond: Number.POSITIVE_INFINITY,
  subscribesPerSecond: Number.POSITIVE_INFINITY,
  burstSeconds: 1,
}

/**
 * What the message broker allows besides. A stand-in does not hold these; the arithmetic of a plan
 * knows them. A for all but the concurrent connections of small Regions (protocol 5.4).
 */
export const BROKER_QUOTAS = {
  /** Requests, and the answers that the service publishes: both count. */
  publishesInPerSecond: 20_000,
  publishesOutPerSecond: 20_000,
  /** In and out together, of one connection. */
  connectionPublishesPerSecond: 100,
  connections: 500_000,
} as const

/**
 * How much passes at once after a pause. A bucket that could not hold one token would never give one,
 * so only a rate of 0 has none.
 */
export function burstOf(ratePerSecond: number, burstSeconds: number): number {
  return ratePerSecond === 0 ? 0 : Math.max(1, ratePerSecond * burstSeconds)
}
