/**
 * What whoever creates a job may ask for, in the words of the control plane (CreateJob of the `iot`
 * service, model 2015-05-28). Ranges are those of the service; `service/job-rules.ts` holds them.
 */

export const TARGET_SELECTIONS = ['SNAPSHOT', 'CONTINUOUS'] as const
/** SNAPSHOT: the things of the moment of creation. CONTINUOUS: also those that join a group later. */
export type TargetSelection = (typeof TARGET_SELECTIONS)[number]

/** How fast a job reaches its things. */
export interface RolloutConfig {
  /** 1..1000. Absent: 1000. */
  readonly maximumPerMinute?: number
  readonly exponentialRate?: ExponentialRate
}

/** The rate is base × factor^k, where k is how often a threshold was reached. */
export interface ExponentialRate {
  /** 1..1000. */
  readonly baseRatePerMinute: number
  /** 1.1..5, with one decimal. */
  readonly incrementFactor: number
  /** One of them, or both: whichever is reached first. */
  readonly rateIncreaseCriteria: {
    readonly numberOfNotifiedThings?: number
    readonly numberOfSucceededThings?: number
  }
}

export const ABORT_FAILURES = ['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'] as const
export type AbortFailure = (typeof ABORT_FAILURES)[number]

/** When a job gives up: at least one criterion. */
export interface AbortConfig {
  readonly criteriaList: readonly AbortCriterion[]
}

export interface AbortCriterion {
  readonly failureType: AbortFailure
  readonly action: 'CANCEL'
  /** 0..100. */
  readonly thresholdPercentage: number
  /** From 1. */
  readonly minNumberOfExecutedThings: number
}

export const RETRY_FAILURES = ['FAILED', 'TIMED_OUT', 'ALL'] as const
export type RetryFailure = (typeof RETRY_FAILURES)[number]

/** One or two criteria, with at most 10 retries in all. */
export interface RetryConfig {
  readonly criteriaList: readonly RetryCriterion[]
}

export interface RetryCriterion {
  readonly failureType: RetryFailure
  /** 0..10. */
  readonly numberOfRetries: number
}

export interface TimeoutConfig {
  /** 1..10080. Absent: no timer. */
  readonly inProgressTimeoutInMinutes?: number
}

export const END_BEHAVIORS = ['STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'] as const
export type EndBehavior = (typeof END_BEHAVIORS)[number]

/** Times are `YYYY-MM-DDTHH:MM`, UTC. */
export interface SchedulingConfig {
  readonly startTime?: string
  readonly endTime?: string
  /** Absent: STOP_ROLLOUT. Only with an `endTime`. */
  readonly endBehavior?: EndBehavior
}

export interface PresignedUrlConfig {
  readonly roleArn?: string
  /** 60..3600. Absent: 3600. */
  readonly expiresInSec?: number
}
