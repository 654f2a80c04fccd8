import { durationUs } from '../plan.ts'
import type { Scenario, WorkLaw } from '../scenario.ts'
import type { Demand } from './demand.ts'
import type { ExecutionCost } from './execution-cost.ts'
import type { Binding, QuotaLoad } from './quota-load.ts'
import { areaOf, type Line, summed } from './rate-lines.ts'
import { lastWorkUs } from './tail.ts'
import type { TimerShares } from './timer-shares.ts'

/** What a run of the scenario should come to: written into its plan, and told beside what it did. */
export interface Predicted {
  readonly executions: number
  /** Accepted writes a second, "nothing pending" included, while the load goes on. */
  readonly acceptedWritesPerSecond: number
  /** Of the attempts of writes, those throttled, 0..1, where each that the quota has no room for is
   *  throttled once and passes at its second try. Those throttled more often come on top. */
  readonly throttledShare: number
  /** From T0 to the last answer, without any backoff; Infinity: never. */
  readonly finishUs: number
  /** By how much the backoff of a throttled request may lengthen that. */
  readonly backoffUs: number
  /** Whether it ends before all is done, because its time is over. */
  readonly isCutOff: boolean
  /** Whether the limit of a rollout comes before its last execution has begun. */
  readonly isLimited: boolean
  /** Of the executions, those that a timer of the service ends, 0..1. */
  readonly timedOutShare: number
  readonly binding: Pick<Binding, 'quota' | 'phase' | 'share'> | null
}

interface Known {
  readonly cost: ExecutionCost
  readonly demand: Demand
  readonly load: QuotaLoad
  readonly timers: TimerShares
}

export function predictedOf(scenario: Scenario, known: Known): Predicted {
  const { demand, load, timers } = known
  const { passages } = load.writes
  // What is lost found no thing that could have sent it.
  const wanted = passages.reduce((sum, { demand, lost }) => sum + demand - lost, 0)
  const throttled = passages.reduce((sum, passage) => sum + passage.throttled, 0)
  const finishUs = finishOf(known, scenario.behaviour.work)
  const mostUs = durationUs(scenario.load) + scenario.load.drainUs
  const isRollout = scenario.load.kind === 'rollout'
  const isLimited = isRollout && (lastBegun(demand)?.toUs ?? 0) > durationUs(scenario.load)
  const loadEndUs = isRollout ? Math.min(finishUs, durationUs(scenario.load)) : demand.endUs
  return {
    executions: demand.executions,
    acceptedWritesPerSecond:
      loadEndUs > 0 ? (passedBy(scenario, load, loadEndUs) * 1e6) / loadEndUs : 0,
    throttledShare: throttled > LEAST ? throttled / (wanted + throttled) : 0,
    finishUs: Math.min(isLimited ? limitedUs(known, scenario) : finishUs, mostUs),
    backoffUs: throttled > LEAST ? longestBackoffUs(scenario) : 0,
    isCutOff: isLimited || finishUs > mostUs,
    isLimited,
    timedOutShare: timers.either,
    binding: load.binding === undefined ? null : named(load.binding),
  }
}

/** Less than so much of a request is rounding. */
const LEAST = 1e-6

/** The longest that a thing of the fleet waits between two tries. */
function longestBackoffUs({ behaviour, agents, fleet }: Scenario): number {
  if (behaviour.retry !== undefined) return behaviour.retry.capUs
  return Math.max(...fleet.mix.map(({ agent }) => agents[agent]?.retry.capUs ?? 0))
}

function named({ quota, phase, share }: Binding): Predicted['binding'] {
  return { quota, phase, share }
}

/** When the last write has passed and the last execution is at its end, whatever limit there is. */
function finishOf({ demand, cost, load }: Known, work: Scenario['behaviour']['work']): number {
  const last = lastBegun(demand)
  if (last === undefined) return demand.endUs
  return Math.max(workEndUs(last, cost, work), load.writes.emptyUs)
}

/** When a rollout is over whose limit comes first: what has begun by then is worked off. */
function limitedUs(
  { demand, cost, load }: Known,
  { behaviour, service, ...rest }: Scenario,
): number {
  const limitUs = durationUs(rest.load)
  const lines = summed(demand.begun, [limitUs]).filter((line) => line.toUs <= limitUs)
  const last = lines.findLast((line) => areaOf(line) > 0)
  const { waiting = 0 } = load.writes.passages.findLast(({ line }) => line.toUs <= limitUs) ?? {}
  const passedUs =
    waiting === 0 ? limitUs : limitUs + (waiting * 1e6) / service.quotas.writesPerSecond
  return Math.max(limitUs, passedUs, last === undefined ? 0 : workEndUs(last, cost, behaviour.work))
}

/** When the last execution of a line is at its end. */
function workEndUs(line: Line, cost: ExecutionCost, work: WorkLaw): number {
  const perSecond = (line.fromPerSecond + line.toPerSecond) / 2
  const tailUs = lastWorkUs(work, perSecond, line.toUs - line.fromUs)
  return line.toUs + tailUs + cost.writes * cost.answerUs
}

/** The last executions that begin, at one rate. */
function lastBegun({ begun }: Demand): Line | undefined {
  return summed(begun, []).findLast((line) => areaOf(line) > 0)
}

/** Writes accepted until then. */
function passedBy({ service }: Scenario, { writes }: QuotaLoad, untilUs: number): number {
  let passed = 0
  let waiting = 0
  let endUs = 0
  for (const passage of writes.passages) {
    const { line } = passage
    if (line.fromUs >= untilUs) return passed
    const share = Math.min(1, (untilUs - line.fromUs) / (line.toUs - line.fromUs))
    passed += share * passage.passed
    waiting = passage.waiting
    endUs = line.toUs
  }
  if (waiting === 0 || untilUs <= endUs) return passed
  return passed + Math.min(waiting, (service.quotas.writesPerSecond * (untilUs - endUs)) / 1e6)
}
