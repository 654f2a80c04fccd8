import { logNormalShareAbove, Z_P95 } from '../../clock/law.ts'
import type { Scenario } from '../scenario.ts'

/** Which share of the executions a timer of the service ends before their thing does. 0..1. */
export interface TimerShares {
  /** A step, which is the work between two updates, is longer than the step timer. */
  readonly step: number
  /** The work is longer than the in-progress timer of the job; the mean over the jobs. */
  readonly inProgress: number
  /** The earlier of the two wins (protocol 3.5). */
  readonly either: number
}

/**
 * From the law of the work alone: answers are taken as at once, no update is delayed by throttling,
 * and the work, unlike the timers, does not scale with the service's minute.
 */
export function timerShares({ behaviour, service, jobs }: Scenario): TimerShares {
  const { work, updates, stepTimeoutMinutes } = behaviour
  const { minuteUs } = service
  const longer = (limitUs: number) => logNormalShareAbove(work.medianUs, work.p95Us, Z_P95, limitUs)
  // All steps of an execution are equally long, so the first that is too long is the first of all.
  const stepLimitUs = (updates + 1) * usOf(stepTimeoutMinutes, minuteUs)
  const perJob = (share: (inProgressUs: number) => number) =>
    jobs.reduce(
      (sum, { inProgressTimeoutMinutes: minutes }) => sum + share(usOf(minutes, minuteUs)),
      0,
    ) / Math.max(1, jobs.length)
  return {
    step: longer(stepLimitUs),
    inProgress: perJob(longer),
    either:
      jobs.length === 0
        ? longer(stepLimitUs)
        : perJob((limitUs) => longer(Math.min(limitUs, stepLimitUs))),
  }
}

function usOf(minutes: number | undefined, minuteUs: number): number {
  return minutes === undefined ? Number.POSITIVE_INFINITY : minutes * minuteUs
}
