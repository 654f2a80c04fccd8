import { availableParallelism } from 'node:os'
import {
  findCeiling,
  probeRate,
  type RateProbe,
  withNullTarget,
} from '../../src/cli/calibration.ts'

const THINGS = 10_000

export interface ValidRate {
  readonly things: number
  readonly workers: number
  /** 1,000 starts a second for a minute. */
  readonly claim: RateProbe
  /** The highest rate that is valid for ten seconds; 0 when none is. */
  readonly startsPerSecond: number
}

/**
 * 10,000 things, half MQTT and half HTTP, two requests a start, against a target in a process of its
 * own that says yes at once: is a minute of 1,000 starts a second valid, and how far does it go?
 */
export async function benchValidRate(): Promise<ValidRate> {
  const workers = Math.max(1, availableParallelism() - 1)
  const fleet = { things: THINGS, workers }
  const claim = await withNullTarget((targets) =>
    probeRate(targets, { ...fleet, seconds: 60, startsPerSecond: 1_000 }),
  )
  const startsPerSecond = await findCeiling({
    ...fleet,
    seconds: 10,
    bounds: { fromPerSecond: 500, mostPerSecond: 32_000, mostProbes: 8 },
    onProbe: () => {},
  })
  return { things: THINGS, workers, claim, startsPerSecond }
}
