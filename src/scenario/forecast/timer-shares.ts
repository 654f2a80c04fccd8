import { logNormalShareAbove, Z_P95 } from '../../clock/law.ts'
import type { Scenario } from '../scenario.ts'

/** Which share of the executions a timer of the service ends before their thing does. 0..1. */
export interface TimerShares {
  /** A step, which is the work between two updates, is longer than the step timer. */
  readonly step: number
  /** The work is longer than the in-progress timer of its job; the mean over the executions. */
  readonly inProgress: number
  /** The earlier of the two wins (protocol 3.5). */
  readonly either: number
}

/**
 * From the law of the work alone: answers are taken as at once, no update is delayed by throttling,
 * and the work, unlike the timers, does not scale with the service's minute. Work just as long as a
 * timer is too long: the update that would end it is still on its way when the timer has run out.
 */
export function timerShares({ behaviour, service, jobs }: Scenario): TimerShares {
  const { work, updates, stepTimeoutMinutes } = behaviour
  const { minuteUs } = service
  const isFixed = work.medianUs === work.p95Us
  const longer = (limitUs: number) =>
    isFixed
      ? Number(work.medianUs >= limitUs)
      : logNormalShareAbove(work.medianUs, work.p95Us, Z_P95, limitUs)
  // All steps of an execution are equally long, so the first that is too long is the first of all.
  const stepLimitUs = (updates + 1) * usOf(stepTimeoutMinutes, minuteUs)
  const weights = weightsOf(jobs)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const perJob = (share: (inProgressUs: number) => number) =>
    jobs.reduce(
      (sum, { inProgressTimeoutMinutes: minutes }, at) =>
        sum + (weights[at] as number) * share(usOf(minutes, minuteUs)),
      0,
    ) / Math.max(1, all)
  return {
    step: longer(stepLimitUs),
    inProgress: perJob(longer),
    either:
      jobs.length === 0
        ? longer(stepLimitUs)
        : perJob((limitUs) => longer(Math.min(limitUs, stepLimitUs))),
  }
}

/** Executions by job; of one that never ends as many as of the others together, at least one. */
function weightsOf(jobs: Scenario['jobs']): number[] {
  const finite = jobs.reduce(
    (sum, { perThing }) => sum + (Number.isFinite(perThing) ? perThing : 0),
    0,
  )
  return jobs.map(({ perThing }) => (Number.isFinite(perThing) ? perThing : Math.max(1, finite)))
}

function usOf(minutes: number | undefined, minuteUs: number): number {
  return minutes === undefined ? Number.POSITIVE_INFINITY : minutes * minuteUs
}
