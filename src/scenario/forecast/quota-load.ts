import { AWS_QUOTAS, BROKER_QUOTAS } from '../../protocol/quotas.ts'
import { plannedStartsOf } from '../arrivals.ts'
import type { Scenario } from '../scenario.ts'
import { type Allowance, allowanceOf, type Backlog, backlogOf, type Passage } from './backlog.ts'
import type { Demand, Stretch } from './demand.ts'
import { completionsPerSecond, type ExecutionCost, fleetCounts } from './execution-cost.ts'
import { areaOf, type Line, level, mostInASecond, summed, totalOf } from './rate-lines.ts'

export const QUOTA_NAMES = [
  'writes',
  'reads',
  'connects',
  'subscribes',
  'publishesIn',
  'publishesOut',
  'connectionPublishes',
] as const
export type QuotaName = (typeof QUOTA_NAMES)[number]

/** A part of the run and what it asks of each quota. */
export interface PhaseLoad {
  readonly name: string
  /** `finish`: what is under way when nothing new begins any more. */
  readonly stage: 'connect' | 'load' | 'finish'
  /** After T0; of `connect`, after the run began. */
  readonly fromUs: number
  readonly toUs: number
  /** Quotas of which nothing is asked are left out. */
  readonly uses: Readonly<Partial<Record<QuotaName, QuotaUse>>>
  /** Writes that wait for their next try at the end of it. */
  readonly waitingWrites: number
}

/** All rates a second. */
export interface QuotaUse {
  readonly mean: number
  /** The most in any second. */
  readonly peak: number
  /** What the scenario's account allows, or AWS's broker; Infinity: anything. */
  readonly limit: number
  /** peak ÷ limit */
  readonly share: number
  /** Of what is asked, the part that neither the limit nor the burst lets pass at once, 0..1. It is
   *  throttled at its first try. */
  readonly aboveShare: number
  /** At its peak. */
  readonly abovePerSecond: number
}

export interface QuotaLoad {
  readonly phases: readonly PhaseLoad[]
  /** The quota that is used most, by share, those that throttle first; undefined when nothing is asked
   *  or nothing has a limit. */
  readonly binding: Binding | undefined
  readonly writes: Backlog
  /** Things at work at once at the peak of the load, without any throttling. */
  readonly thingsAtWork: number
  /** Whether planned starts find every thing at work or waiting. */
  readonly isFleetTooSmall: boolean
}

export interface Binding extends QuotaUse {
  readonly quota: QuotaName
  readonly phase: string
}

/** @param mostWaiting how many writes can wait at once before starts find no thing. */
export function quotaLoad(scenario: Scenario, cost: ExecutionCost, demand: Demand): QuotaLoad {
  const connect = connectPhase(scenario)
  const stretches = withFinish(demand)
  const edges = stretches.flatMap(({ fromUs, toUs }) => [fromUs, toUs])
  const lines = {
    writes: summed(demand.writes, edges),
    reads: summed(demand.reads, edges),
    publishesIn: summed(demand.publishesIn, edges),
    publishesOut: summed(demand.publishesOut, edges),
  }
  const thingsAtWork = atWork(demand, cost)
  const most = mostWaiting(scenario, cost, thingsAtWork)
  const writes = throttled(scenario, 'writes', lines.writes, most)
  const reads = throttled(scenario, 'reads', lines.reads, most)
  const passages = (quota: keyof typeof lines): readonly Passage[] => {
    if (quota === 'writes') return writes.passages
    if (quota === 'reads') return reads.passages
    return backlogOf(lines[quota], allowed(scenario, quota), Number.POSITIVE_INFINITY).passages
  }
  const phases = stretches.map(({ name, fromUs, toUs, stage }): PhaseLoad => {
    const uses: Partial<Record<QuotaName, QuotaUse>> = {}
    for (const quota of ['writes', 'reads', 'publishesIn', 'publishesOut'] as const) {
      put(uses, quota, use(within(passages(quota), fromUs, toUs), limitOf(scenario, quota)))
    }
    put(uses, 'connectionPublishes', connectionUse(scenario, cost, uses))
    const waitingWrites = writes.passages.findLast(({ line }) => line.toUs <= toUs)?.waiting ?? 0
    return { name, stage, fromUs, toUs, uses, waitingWrites }
  })
  const all = [connect, ...phases]
  return {
    phases: all,
    binding: bindingOf(scenario, all),
    writes,
    thingsAtWork,
    isFleetTooSmall:
      mayDropStarts(scenario) && thingsAtWork + writes.mostWaiting >= scenario.fleet.things,
  }
}

/** Requests of things at their quota. */
function throttled(
  scenario: Scenario,
  quota: 'writes' | 'reads',
  lines: readonly Line[],
  most: number,
): Backlog {
  const { behaviour, fleet } = scenario
  if (behaviour.retry?.kind !== 'none') {
    // A thing has one request under way at a time: what it is to send after that is not throttled yet.
    return backlogOf(lines, allowed(scenario, quota), most, fleet.things)
  }
  // Nothing waits: what is throttled is given up.
  const { passages, ...backlog } = backlogOf(lines, allowed(scenario, quota), 0)
  return { ...backlog, passages: passages.map((one) => ({ ...one, throttled: one.lost, lost: 0 })) }
}

function limitOf({ service }: Scenario, quota: QuotaName): number {
  switch (quota) {
    case 'writes':
      return service.quotas.writesPerSecond
    case 'reads':
      return service.quotas.readsPerSecond
    case 'connects':
      return service.quotas.connectsPerSecond
    case 'subscribes':
      return service.quotas.subscribesPerSecond
    case 'connectionPublishes':
      return service.quotas.connectionPublishesPerSecond
    default:
      return AWS_LIMITS[quota]
  }
}

/** The broker's own quotas are known by their rates alone, which hold for a second. */
function allowed(scenario: Scenario, quota: QuotaName): Allowance {
  const perSecond = limitOf(scenario, quota)
  if (quota === 'publishesIn' || quota === 'publishesOut') return { perSecond, burst: perSecond }
  return allowanceOf(perSecond, scenario.service.quotas.burstSeconds)
}

/** Of an account that nobody has changed. */
export const AWS_LIMITS: Readonly<Record<QuotaName, number>> = {
  writes: AWS_QUOTAS.writesPerSecond,
  reads: AWS_QUOTAS.readsPerSecond,
  connects: AWS_QUOTAS.connectsPerSecond,
  subscribes: AWS_QUOTAS.subscribesPerSecond,
  publishesIn: BROKER_QUOTAS.publishesInPerSecond,
  publishesOut: BROKER_QUOTAS.publishesOutPerSecond,
  connectionPublishes: AWS_QUOTAS.connectionPublishesPerSecond,
}

function connectPhase(scenario: Scenario): PhaseLoad {
  const { fleet, load } = scenario
  const { things, connect } = fleet
  const counts = fleetCounts(scenario)
  const toUs = (things * 1e6) / connect.ratePerSecond
  const uses: Partial<Record<QuotaName, QuotaUse>> = {}
  const each = (quota: QuotaName, count: number) => {
    const line = level(0, toUs, (connect.ratePerSecond * count) / things)
    const { passages } = backlogOf([line], allowed(scenario, quota), Number.POSITIVE_INFINITY)
    put(uses, quota, use(passages, limitOf(scenario, quota)))
  }
  each('connects', counts.mqtt)
  each('subscribes', counts.filters)
  // In a rollout each thing on MQTT asks once when it is online, before there is anything for it.
  if (load.kind === 'rollout') {
    each('writes', counts.mqtt - counts.mqttLooking)
    each('reads', counts.mqttLooking)
    each('publishesIn', 2 * counts.mqtt)
    each('publishesOut', counts.mqtt)
  }
  return { name: 'connect', stage: 'connect', fromUs: 0, toUs, uses, waitingWrites: 0 }
}

/** The stretches of the load, and one more for what goes on after them. */
function withFinish({
  stretches,
  writes,
  endUs,
}: Demand): (Stretch & { readonly stage: 'load' | 'finish' })[] {
  const lastUs = writes.reduce(
    (last, { lines, shiftUs }) => Math.max(last, (lines.at(-1)?.toUs ?? 0) + shiftUs),
    endUs,
  )
  const loaded = stretches.map((stretch) => ({ ...stretch, stage: 'load' as const }))
  if (lastUs <= endUs) return loaded
  return [...loaded, { name: 'finish', stage: 'finish', fromUs: endUs, toUs: lastUs }]
}

function within(passages: readonly Passage[], fromUs: number, toUs: number): Passage[] {
  return passages.filter(({ line }) => line.fromUs >= fromUs && line.toUs <= toUs)
}

/** @returns undefined when nothing is asked. */
function use(passages: readonly Passage[], limit: number): QuotaUse | undefined {
  const lines = passages.map(({ line }) => line)
  const total = totalOf(lines)
  if (total === 0) return undefined
  const lengthUs = lines.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0)
  const peak = mostInASecond(lines)
  const above = passages.reduce((sum, passage) => sum + passage.above, 0)
  return {
    mean: (total * 1e6) / Math.max(SECOND_US, lengthUs),
    peak,
    limit,
    share: peak / limit,
    aboveShare: above < LEAST_ABOVE ? 0 : above / total,
    abovePerSecond: Math.max(0, peak - limit),
  }
}

const SECOND_US = 1_000_000
/** Less than so much of a request is rounding. */
const LEAST_ABOVE = 1e-6

/** What one thing on MQTT has in its busiest second: an execution's messages, by its length. */
function connectionUse(
  scenario: Scenario,
  cost: ExecutionCost,
  uses: Partial<Record<QuotaName, QuotaUse>>,
): QuotaUse | undefined {
  const { publishesIn, publishesOut } = uses
  const { mqtt, hearNotify, hearNotifyNext } = fleetCounts(scenario)
  if (publishesIn === undefined || publishesOut === undefined || mqtt === 0) return undefined
  const limit = limitOf(scenario, 'connectionPublishes')
  const mean = (publishesIn.mean / 2 + publishesOut.mean) / mqtt
  // Requests out, answers in, and the news of an execution that comes and goes.
  const ofExecution = 2 * cost.writes + (2 * (hearNotify + hearNotifyNext)) / mqtt
  const { load } = scenario
  const lengthUs =
    load.kind === 'loop' ? cost.durationUs + load.pauseUs : Math.max(1e6, cost.durationUs)
  const peak = Math.max(mean, (ofExecution * 1e6) / lengthUs)
  return {
    ...{ mean, peak, limit, share: peak / limit },
    aboveShare: Math.max(0, 1 - limit / peak),
    abovePerSecond: Math.max(0, peak - limit),
  }
}

function put(
  uses: Partial<Record<QuotaName, QuotaUse>>,
  quota: QuotaName,
  one: QuotaUse | undefined,
): void {
  if (one !== undefined) uses[quota] = one
}

function bindingOf(scenario: Scenario, phases: readonly PhaseLoad[]): Binding | undefined {
  let binding: Binding | undefined
  for (const { name, uses } of phases) {
    for (const quota of QUOTA_NAMES) {
      const one = uses[quota]
      if (one === undefined || !Number.isFinite(one.limit)) continue
      if (binding === undefined || bindsMore(one, binding)) {
        binding = { ...one, quota, phase: name }
      }
    }
  }
  // In an account without limits the broker's are not what binds, unless they do.
  const isLimited = ACCOUNT_QUOTAS.some((quota) => Number.isFinite(limitOf(scenario, quota)))
  return isLimited || (binding?.share ?? 0) > 1 ? binding : undefined
}

/** What throttles before what a burst lets pass, and then by share. */
function bindsMore(one: QuotaUse, other: QuotaUse): boolean {
  if (one.aboveShare > 0 !== other.aboveShare > 0) return one.aboveShare > 0
  return one.share > other.share
}

const ACCOUNT_QUOTAS = ['writes', 'reads', 'connects', 'subscribes'] as const

/** Executions that run at once (Little): the rate at which they begin times how long they take. */
function atWork({ begun }: Demand, { durationUs }: ExecutionCost): number {
  // Of a line shorter than an execution, all that it begins is at work together.
  const together = summed(begun, []).map(
    (line) => areaOf(line) * Math.min(1, durationUs / (line.toUs - line.fromUs)),
  )
  return Math.max(0, ...together)
}

/** A thing that works does not wait; no more of them work at once than the account lets begin. */
function mostWaiting(scenario: Scenario, cost: ExecutionCost, thingsAtWork: number): number {
  const { fleet, load, service } = scenario
  if (load.kind === 'loop') return fleet.things
  if (!mayDropStarts(scenario)) return Number.POSITIVE_INFINITY
  const perSecond = completionsPerSecond(service.quotas.writesPerSecond, cost)
  const working = Math.min(thingsAtWork, (perSecond * cost.durationUs) / 1e6)
  return Math.max(0, fleet.things - working)
}

/** Where the plan comes round to no thing twice, each start has an idle one of its own. */
function mayDropStarts({ fleet, load }: Scenario): boolean {
  return load.kind === 'arrivals' && plannedStartsOf(load.phases) > fleet.things
}
