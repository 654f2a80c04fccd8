import type { RolloutConfig } from '../../protocol/job-config.ts'
import { ROLLOUT_PER_MINUTE_MAX } from '../../protocol/limits.ts'
import type { JobScenario } from '../scenario.ts'
import { areaOf, type Line, level } from './rate-lines.ts'

/** What a rate that rises with successes needs to know: how many succeed, and how long after. */
export interface Success {
  /** 0..1 */
  readonly share: number
  readonly afterUs: number
}

/** A rollout without a pace is over as soon as it has begun. */
const AT_ONCE_US = 1_000

/**
 * How executions are queued, from T0: one line for each rate (protocol 3.7). The rate is base ×
 * factor^k up to the cap, and k counts how often a threshold of notified or of succeeded things was
 * reached, whichever comes first.
 *
 * @param executions that the job has in all.
 * @param config undefined: all at once.
 */
export function rolloutSteps(
  executions: number,
  config: RolloutConfig | undefined,
  minuteUs: number,
  success: Success,
): Line[] {
  if (config === undefined) return [level(0, AT_ONCE_US, (executions * 1e6) / AT_ONCE_US)]
  const steps: Line[] = []
  let queued = 0
  let nowUs = 0
  for (let rises = 0; queued < executions; rises++) {
    const perUs = perMinuteOf(config, rises) / minuteUs
    const endUs = nowUs + (executions - queued) / perUs
    const riseUs = riseAfterUs(config, rises, success, { steps, queued, nowUs, perUs })
    if (riseUs <= nowUs) continue
    const toUs = Math.min(endUs, riseUs)
    steps.push(level(nowUs, toUs, perUs * 1e6))
    queued = toUs === endUs ? executions : queued + (toUs - nowUs) * perUs
    nowUs = toUs
  }
  return steps
}

/** How fast the scenario's job reaches its things; undefined: all at once. */
export function rolloutConfigOf({
  maximumPerMinute,
  exponentialRate,
}: JobScenario): RolloutConfig | undefined {
  if (maximumPerMinute === undefined && exponentialRate === undefined) return undefined
  return {
    ...(maximumPerMinute === undefined ? {} : { maximumPerMinute }),
    ...(exponentialRate === undefined ? {} : { exponentialRate }),
  }
}

/** Executions a service minute after so many rises. */
function perMinuteOf({ exponentialRate, maximumPerMinute }: RolloutConfig, rises: number): number {
  const most = maximumPerMinute ?? ROLLOUT_PER_MINUTE_MAX
  if (exponentialRate === undefined) return most
  const { baseRatePerMinute, incrementFactor } = exponentialRate
  let perMinute = baseRatePerMinute
  for (let rise = 0; rise < rises && perMinute < most; rise++) perMinute *= incrementFactor
  return Math.min(perMinute, most)
}

interface Now {
  readonly steps: readonly Line[]
  readonly queued: number
  readonly nowUs: number
  readonly perUs: number
}

/** When the rate rises once more; Infinity when it cannot. */
function riseAfterUs(config: RolloutConfig, rises: number, success: Success, now: Now): number {
  const { exponentialRate } = config
  if (exponentialRate === undefined) return Number.POSITIVE_INFINITY
  if (perMinuteOf(config, rises) === perMinuteOf(config, rises + 1)) return Number.POSITIVE_INFINITY
  const { numberOfNotifiedThings, numberOfSucceededThings } = exponentialRate.rateIncreaseCriteria
  const next = rises + 1
  const notifiedUs =
    numberOfNotifiedThings === undefined
      ? Number.POSITIVE_INFINITY
      : reachedUs(next * numberOfNotifiedThings, now)
  const succeededUs =
    numberOfSucceededThings === undefined || success.share === 0
      ? Number.POSITIVE_INFINITY
      : reachedUs((next * numberOfSucceededThings) / success.share, now) + success.afterUs
  return Math.min(notifiedUs, succeededUs)
}

/** When so many were or will be queued, at the rate of now. */
function reachedUs(count: number, { steps, queued, nowUs, perUs }: Now): number {
  if (count >= queued) return nowUs + (count - queued) / perUs
  let before = 0
  for (const step of steps) {
    const area = areaOf(step)
    if (count <= before + area) return step.fromUs + ((count - before) * 1e6) / step.fromPerSecond
    before += area
  }
  return nowUs
}
