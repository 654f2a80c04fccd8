/**
 * The account's quotas, as one table of data. Values: AWS General Reference (July 2023) and Service
 * Quotas; how sure each one is stands beside it: A two or more dated sources, B one, C conflicting.
 */

/** Rates a second, of the account where nothing else is said. `Infinity` switches a quota off. */
export interface Quotas {
  /** StartNextPendingJobExecution and UpdateJobExecution together, over MQTT and HTTP together. */
  readonly writesPerSecond: number
  /** DescribeJobExecution and GetPendingJobExecutions together. */
  readonly readsPerSecond: number
  readonly connectsPerSecond: number
  /** CONNECTs of one client id. */
  readonly clientConnectsPerSecond: number
  /** Filters, not SUBSCRIBE packets. */
  readonly subscribesPerSecond: number
  /** PUBLISH packets on one connection, in and out together. */
  readonly connectionPublishesPerSecond: number
  /** How many seconds of its rate a full bucket holds. 0 < burst. */
  readonly burstSeconds: number
}

/**
 * A: L-C8F5F7B3, L-62AE8B9D (neither adjustable); connects A for 2023-24, C today; subscribes A;
 * those of a client id and of a connection A, neither adjustable.
 */
export const AWS_QUOTAS: Quotas = {
  writesPerSecond: 200,
  readsPerSecond: 200,
  connectsPerSecond: 500,
  clientConnectsPerSecond: 1,
  subscribesPerSecond: 500,
  connectionPublishesPerSecond: 100,
  burstSeconds: 1,
}

export const UNLIMITED_QUOTAS: Quotas = {
  writesPerSecond: Number.POSITIVE_INFINITY,
  readsPerSecond: Number.POSITIVE_INFINITY,
  connectsPerSecond: Number.POSITIVE_INFINITY,
  clientConnectsPerSecond: Number.POSITIVE_INFINITY,
  subscribesPerSecond: Number.POSITIVE_INFINITY,
  connectionPublishesPerSecond: Number.POSITIVE_INFINITY,
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
  connections: 500_000,
} as const

/**
 * Publishes on one connection, in and out together, come in windows: how many pass in one, and how long
 * it lasts. It opens with the first publish after the one before it has closed.
 */
export function publishWindow(
  ratePerSecond: number,
  burstSeconds: number,
): { readonly capacity: number; readonly lengthUs: number } {
  if (ratePerSecond === 0) return { capacity: 0, lengthUs: Number.POSITIVE_INFINITY }
  if (ratePerSecond === Number.POSITIVE_INFINITY) return { capacity: ratePerSecond, lengthUs: 0 }
  const capacity = Math.max(1, Math.floor(ratePerSecond * burstSeconds))
  return { capacity, lengthUs: (capacity * 1_000_000) / ratePerSecond }
}

/**
 * How much passes at once after a pause. A bucket that could not hold one token would never give one,
 * so only a rate of 0 has none.
 */
export function burstOf(ratePerSecond: number, burstSeconds: number): number {
  return ratePerSecond === 0 ? 0 : Math.max(1, ratePerSecond * burstSeconds)
}
