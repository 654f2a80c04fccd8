import { AWS_QUOTAS, BROKER_QUOTAS } from '../../protocol/quotas.ts'
import { plannedStartsOf } from '../arrivals.ts'
import type { Scenario } from '../scenario.ts'
import { type Backlog, backlogOf } from './backlog.ts'
import type { Demand, Stretch } from './demand.ts'
import { type ExecutionCost, fleetCounts } from './execution-cost.ts'
import { areaOf, type Line, level, summed, totalOf } from './rate-lines.ts'

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
  readonly peak: number
  /** What the scenario's account allows, or AWS's broker; Infinity: anything. */
  readonly limit: number
  /** peak ÷ limit */
  readonly share: number
  /** Of what is asked, the part above the limit, 0..1. It is throttled at its first try. */
  readonly aboveShare: number
  /** At its peak. */
  readonly abovePerSecond: number
}

export interface QuotaLoad {
  readonly phases: readonly PhaseLoad[]
  /** The quota that is used most, by share; undefined when nothing is asked or nothing has a limit. */
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
  const writes = backlogOf(
    lines.writes,
    scenario.service.quotas.writesPerSecond,
    mostWaiting(scenario, thingsAtWork),
  )
  const phases = stretches.map(({ name, fromUs, toUs, stage }): PhaseLoad => {
    const uses: Partial<Record<QuotaName, QuotaUse>> = {}
    for (const quota of ['writes', 'reads', 'publishesIn', 'publishesOut'] as const) {
      put(uses, quota, use(within(lines[quota], fromUs, toUs), limitOf(scenario, quota)))
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
    put(uses, quota, use([line], limitOf(scenario, quota)))
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

function within(lines: readonly Line[], fromUs: number, toUs: number): Line[] {
  return lines.filter((line) => line.fromUs >= fromUs && line.toUs <= toUs)
}

/** @returns undefined when nothing is asked. */
function use(lines: readonly Line[], limit: number): QuotaUse | undefined {
  const total = totalOf(lines)
  if (total === 0) return undefined
  const lengthUs = lines.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0)
  const peak = Math.max(
    ...lines.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]),
  )
  const above = backlogOf(lines, limit, 0).passages.reduce((sum, passage) => sum + passage.above, 0)
  return {
    mean: (total * 1e6) / lengthUs,
    peak,
    limit,
    share: peak / limit,
    aboveShare: above / total,
    abovePerSecond: Math.max(0, peak - limit),
  }
}

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
      if (binding === undefined || one.share > binding.share) {
        binding = { ...one, quota, phase: name }
      }
    }
  }
  // In an account without limits the broker's are not what binds, unless they do.
  const isLimited = ACCOUNT_QUOTAS.some((quota) => Number.isFinite(limitOf(scenario, quota)))
  return isLimited || (binding?.share ?? 0) > 1 ? binding : undefined
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

function mostWaiting(scenario: Scenario, thingsAtWork: number): number {
  const { things } = scenario.fleet
  if (mayDropStarts(scenario)) return Math.max(0, things - thingsAtWork)
  return scenario.load.kind === 'loop' ? things : Number.POSITIVE_INFINITY
}

/** Where the plan comes round to no thing twice, each start has an idle one of its own. */
function mayDropStarts({ fleet, load }: Scenario): boolean {
  return load.kind === 'arrivals' && plannedStartsOf(load.phases) > fleet.things
}
