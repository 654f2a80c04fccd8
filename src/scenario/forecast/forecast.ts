import { endlessWaits, lostAnswers } from '../endless-waits.ts'
import type { Scenario } from '../scenario.ts'
import { type Demand, demandOf } from './demand.ts'
import {
  completionsPerSecond,
  type ExecutionCost,
  executionCost,
  fleetCounts,
} from './execution-cost.ts'
import { type Predicted, predictedOf } from './predicted.ts'
import { type QuotaLoad, quotaLoad } from './quota-load.ts'
import { type StartUp, startUp } from './start-up.ts'
import { type TimerShares, timerShares } from './timer-shares.ts'

/** What the arithmetic of quotas says about a scenario, before anything is sent. */
export interface Forecast {
  readonly cost: ExecutionCost
  /** At the quota of writes; Infinity without one. */
  readonly completionsPerSecond: number
  readonly startUp: StartUp
  readonly load: QuotaLoad
  readonly demand: Pick<Demand, 'executions' | 'empties' | 'endUs'>
  readonly timers: TimerShares
  readonly predicted: Predicted
  /** Sentences: which things of a rollout are known to wait for ever. */
  readonly endlessWaits: readonly string[]
  /** Sentences: which things lose answers to the rate of their connection. */
  readonly lostAnswers: readonly string[]
  /** Sentences: what there is in the scenario that the arithmetic does not know of. */
  readonly leftOut: readonly string[]
}

export function forecastOf(scenario: Scenario): Forecast {
  const cost = executionCost(scenario)
  const demand = demandOf(scenario, cost)
  const load = quotaLoad(scenario, cost, demand)
  const timers = timerShares(scenario)
  const { executions, empties, endUs } = demand
  return {
    cost,
    completionsPerSecond: completionsPerSecond(scenario.service.quotas.writesPerSecond, cost),
    startUp: startUp(scenario),
    load,
    demand: { executions, empties, endUs },
    timers,
    predicted: predictedOf(scenario, { cost, demand, load, timers }),
    endlessWaits: endlessWaits(scenario),
    lostAnswers: lostAnswers(scenario),
    leftOut: leftOut(scenario, load),
  }
}

function leftOut(scenario: Scenario, { isFleetTooSmall }: QuotaLoad): string[] {
  const { service, jobs, load } = scenario
  const said = [
    'retries: a throttled request tries again and may be throttled again, so more is throttled than what is above the quota, and backoff adds up to its cap to the end',
  ]
  if (jobs.some(({ retry }) => retry !== undefined)) {
    said.push('job retries: an execution that fails and is queued once more counts once')
  }
  if (jobs.some(({ abort }) => abort !== undefined)) {
    said.push('the abort of a job: its executions are taken to be worked off')
  }
  if (timerShares(scenario).either > 0.001) {
    said.push('the writes that an execution saves which a timer ends')
  }
  if (service.faults.length > 0) said.push('faults: every request is taken to be answered once')
  if (isFleetTooSmall) {
    said.push('how many starts find no idle thing: the fleet is too small for its plan')
  }
  if (load.kind === 'rollout' && fleetCounts(scenario).http > 0) {
    said.push('polls of things on HTTP once the rollout is over, while the fleet finishes')
  }
  return said
}
