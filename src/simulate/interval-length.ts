import { parseThreshold } from '../metrics/threshold.ts'
import { durationUs } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** A run in real time has one a second. A week of virtual time would make a folder of gigabytes. */
const WANTED_INTERVALS = 1_000
/** So many are taken for intervals that fit the scenario's own times. */
const MOST_INTERVALS = 5_000

const LENGTHS_SECONDS = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800],
  ...[3_600, 7_200, 21_600, 43_200, 86_400],
]

/**
 * How long an interval of a virtual run is, in seconds: one as in real time as long as that makes no
 * more than 1,000 of them. Longer ones divide the phases of the load and the windows of the thresholds
 * without a rest, unless that would make more than 5,000.
 */
export function intervalSecondsOf(scenario: Scenario): number {
  const seconds = longestSeconds(scenario)
  const atLeast = (intervals: number) =>
    LENGTHS_SECONDS.find((length) => seconds / length <= intervals) ?? 86_400
  const wanted = atLeast(WANTED_INTERVALS)
  const least = atLeast(MOST_INTERVALS)
  const fitting = LENGTHS_SECONDS.filter((length) => length >= least && length <= wanted)
  const times = ownSeconds(scenario)
  return fitting.findLast((length) => times.every((time) => time % length === 0)) ?? wanted
}

function longestSeconds({ fleet, load }: Scenario): number {
  const { ratePerSecond, limitUs } = fleet.connect
  const connectUs = Math.min(limitUs, (fleet.things / ratePerSecond) * 1e6)
  return (connectUs + durationUs(load) + load.drainUs) / 1e6
}

/** Phases of parts of a second fit no interval anyway. */
function ownSeconds({ load, thresholds }: Scenario): number[] {
  const phases = load.kind === 'arrivals' ? load.phases.map((phase) => phase.durationUs / 1e6) : []
  const windows = thresholds.flatMap(({ expression }) => {
    const threshold = parseThreshold(expression)
    return 'problem' in threshold ? [] : (threshold.windowSeconds ?? [])
  })
  return [...phases.filter(Number.isInteger), ...windows]
}
