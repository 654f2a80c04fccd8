import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import { arrivals, scenarioOf } from '../simulation/scenarios.ts'
import { type VirtualCost, weighed } from './virtual-cost.ts'

const SECOND_US = 1_000_000
const HOUR_US = 3_600 * SECOND_US

/** A job of 1,000 executions a minute for all things, which connect slowly enough for the quotas. */
export function benchPacedRollout(things: number): VirtualCost {
  return costOf(
    rolloutOf(things, 1_000, {
      connectPerSecond: 150,
      limitUs: (things / 1_000) * 60 * SECOND_US + HOUR_US,
    }),
  )
}

/** The same for all things at the same moment, under the quotas of AWS. */
export function benchBurstRollout(things: number): VirtualCost {
  return costOf(rolloutOf(things, undefined, { connectPerSecond: 500, limitUs: 100 * HOUR_US }))
}

/** Each thing starts once, somewhere in a window of a hundred thousand starts a minute. */
export function benchSpread(things: number): VirtualCost {
  const perSecond = 2_000
  return costOf(
    scenarioOf({
      things,
      connectPerSecond: 100_000,
      perThing: 1,
      load: arrivals(perSecond, Math.ceil(things / perSecond), 600),
    }),
  )
}

/** Work that takes for ever, and timers of a week that end it. */
export function benchWeeks(kind: 'step' | 'in-progress', things: number): VirtualCost {
  const minutes = 7 * 24 * 60
  const workUs = 30 * 24 * HOUR_US
  const scenario = scenarioOf({
    things,
    connectPerSecond: 10_000,
    perThing: 1,
    inProgressTimeoutMinutes: kind === 'in-progress' ? minutes : undefined,
    behaviour: {
      updates: 0,
      work: { medianUs: workUs, p95Us: workUs },
      stepTimeoutMinutes: kind === 'step' ? minutes : undefined,
    },
    load: {
      kind: 'rollout',
      limitUs: 60 * 24 * HOUR_US,
      pollUs: 24 * HOUR_US,
      drainUs: 60 * SECOND_US,
    },
  })
  return costOf(scenario)
}

function rolloutOf(
  things: number,
  maximumPerMinute: number | undefined,
  { connectPerSecond, limitUs }: { connectPerSecond: number; limitUs: number },
): Scenario {
  const scenario = scenarioOf({
    things,
    connectPerSecond,
    perThing: 1,
    quotas: AWS_QUOTAS,
    behaviour: { updates: 1, work: { medianUs: 30 * SECOND_US, p95Us: 90 * SECOND_US } },
    load: { kind: 'rollout', limitUs, pollUs: 60 * SECOND_US, drainUs: 60 * SECOND_US },
  })
  const connect = { ratePerSecond: connectPerSecond, limitUs: HOUR_US }
  return {
    ...scenario,
    fleet: { ...scenario.fleet, connect },
    jobs: scenario.jobs.map((job) => ({ ...job, maximumPerMinute })),
  }
}

/** One simulation from its scenario to its checked ledger. */
function costOf(scenario: Scenario): VirtualCost {
  return weighed(scenario.fleet.things, () => {
    const simulation = new Simulation({ scenario })
    while (simulation.goOn(Number.POSITIVE_INFINITY)) {}
    const end = simulation.end()
    if (end.broken.length > 0) throw new Error(end.broken.join(' '))
    return { ...end, timedOut: end.ledger.byStatus.TIMED_OUT ?? 0, held: simulation }
  })
}
