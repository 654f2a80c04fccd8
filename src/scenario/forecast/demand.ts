import { dueUs, plannedStarts, plannedStartsOf } from '../arrivals.ts'
import type { ArrivalsLoad, LoopLoad, RolloutLoad, Scenario } from '../scenario.ts'
import { allowanceOf, passing } from './backlog.ts'
import { type ExecutionCost, type FleetCounts, fleetCounts } from './execution-cost.ts'
import { areaOf, cut, type Line, level, summed, type Term, totalOf } from './rate-lines.ts'
import { rolloutConfigOf, rolloutSteps } from './rollout-steps.ts'

/** What a load asks of the account, from T0, as terms to add up. No retries: nothing goes wrong. */
export interface Demand {
  readonly writes: readonly Term[]
  readonly reads: readonly Term[]
  readonly publishesIn: readonly Term[]
  readonly publishesOut: readonly Term[]
  /** Executions as they begin, things on both transports. */
  readonly begun: readonly Term[]
  /** How many begin in all. */
  readonly executions: number
  /** Times that a thing asks and is told that nothing waits. */
  readonly empties: number
  /** The load in parts that are told by themselves, without gaps from T0 to `endUs`. */
  readonly stretches: readonly Stretch[]
  /** When nothing new begins any more. */
  readonly endUs: number
}

export interface Stretch {
  readonly name: string
  readonly fromUs: number
  readonly toUs: number
}

export function demandOf(scenario: Scenario, cost: ExecutionCost): Demand {
  const { load } = scenario
  switch (load.kind) {
    case 'arrivals':
      return arrivalsDemand(scenario, load, cost)
    case 'rollout':
      return rolloutDemand(scenario, load, cost)
    case 'loop':
      return loopDemand(scenario, load, cost)
  }
}

/** How many executions there are in all; Infinity when one of the jobs is endless. */
function available({ fleet, jobs }: Scenario): number {
  return jobs.reduce((sum, { perThing }) => sum + perThing * fleet.things, 0)
}

function arrivalsDemand(scenario: Scenario, load: ArrivalsLoad, cost: ExecutionCost): Demand {
  const starts: Line[] = []
  const begun: Line[] = []
  const stretches: Stretch[] = []
  let left = available(scenario)
  let empties = 0
  let nowUs = 0
  for (const phase of load.phases) {
    const { name, fromPerSecond, toPerSecond } = phase
    const toUs = nowUs + phase.durationUs
    const planned = plannedStarts(phase)
    const executions = Math.min(planned, left)
    const line = { fromUs: nowUs, toUs, fromPerSecond, toPerSecond }
    starts.push(line)
    // The first starts find one each, and those behind them none.
    if (executions === planned) begun.push(line)
    else if (executions > 0) begun.push(cut(line, nowUs, nowUs + dueUs(phase, executions - 1)))
    stretches.push({ name, fromUs: nowUs, toUs })
    left -= executions
    empties += planned - executions
    nowUs = toUs
  }
  const executions = plannedStartsOf(load.phases) - empties
  return { ...openly(scenario, cost, starts, begun), executions, empties, stretches, endUs: nowUs }
}

function loopDemand(scenario: Scenario, load: LoopLoad, cost: ExecutionCost): Demand {
  const { things } = scenario.fleet
  const { forUs, pauseUs } = load
  const perSecond = (things * 1e6) / (cost.durationUs + pauseUs)
  const busyUs = Math.min(forUs, (available(scenario) * 1e6) / perSecond)
  const begun = busyUs > 0 ? [level(0, busyUs, perSecond)] : []
  // Out of work, a thing goes round with a pause and an answer that says so.
  const idlePerSecond = (things * 1e6) / (cost.answerUs + pauseUs)
  const idle = busyUs < forUs ? [level(busyUs, forUs, idlePerSecond)] : []
  return {
    ...openly(scenario, cost, [...begun, ...idle], begun),
    executions: totalOf(begun),
    empties: totalOf(idle),
    stretches: [{ name: 'loop', fromUs: 0, toUs: forUs }],
    endUs: forUs,
  }
}

type Requests = Pick<Demand, 'begun' | 'writes' | 'reads' | 'publishesIn' | 'publishesOut'>

/** Of a load in which each start is of the thing's own accord, on both transports alike. */
function openly(
  scenario: Scenario,
  cost: ExecutionCost,
  starts: readonly Line[],
  begun: readonly Line[],
): Requests {
  const counts = fleetCounts(scenario)
  const looking = (counts.mqttLooking + counts.httpLooking) / scenario.fleet.things
  // In a loop nothing is looked for behind what waits: its thing goes round only after that.
  const looked = scaledAll(begun, looking)
  const found = scenario.load.kind === 'loop' ? looked : passingReads(scenario, looked)
  return {
    begun: asks(begun, 1),
    writes: [
      ...asks(starts, 1 - looking),
      // A look costs no write, and what it finds is begun with one.
      ...asks(found, looking > 0 ? 1 : 0),
      ...updates(cost, begun, 1 - looking),
      ...updates(cost, found, looking > 0 ? 1 : 0),
    ],
    reads: asks(starts, looking),
    // Executions wait before the load begins; after that, news comes with the end of one.
    ...published(scenario, cost, counts, starts, begun, []),
  }
}

function rolloutDemand(scenario: Scenario, load: RolloutLoad, cost: ExecutionCost): Demand {
  const { fleet, service, jobs } = scenario
  const counts = fleetCounts(scenario)
  const success = { share: successShare(scenario), afterUs: cost.durationUs }
  const rollouts = jobs.map((job) => ({
    config: rolloutConfigOf(job),
    lines: rolloutSteps(
      fleet.things * job.perThing,
      rolloutConfigOf(job),
      service.minuteUs,
      success,
    ),
  }))
  // Quotas are told by the second.
  const endUs = Math.max(SECOND_US, ...rollouts.map(({ lines }) => lines.at(-1)?.toUs ?? 0))
  const overMqtt = counts.mqtt / fleet.things
  const overHttp = counts.http / fleet.things
  const httpLooking = counts.httpLooking / fleet.things
  const mqttLooking = counts.mqttLooking / fleet.things
  const polls = [level(0, endUs + load.pollUs + cost.durationUs, (counts.http * 1e6) / load.pollUs)]
  // What waits to begin has its updates later: they are not throttled together once more.
  const taken = inTurn(
    scenario,
    cost,
    rollouts.map(({ lines }) => lines),
  )
  const begun = taken.map((lines) => [
    ...asks(passingWrites(scenario, scaledAll(lines, overMqtt - mqttLooking)), 1),
    ...asks(passingWrites(scenario, passingReads(scenario, scaledAll(lines, mqttLooking))), 1),
    // A thing on HTTP finds its execution with its next poll, which is its ask.
    ...lines.flatMap((line) => asks([until(line, line.toUs + load.pollUs)], overHttp)),
  ])
  const each = taken.map((lines, row) => ({
    writes: [
      ...asks(lines, overMqtt - mqttLooking),
      ...asks(passingReads(scenario, scaledAll(lines, mqttLooking)), 1),
      ...(begun[row] ?? []).flatMap(({ lines, factor }) => updates(cost, lines, factor)),
      ...lines.flatMap((line) => asks([until(line, line.toUs + load.pollUs)], httpLooking)),
    ],
    reads: asks(lines, mqttLooking),
    ...published(scenario, cost, counts, lines, lines, lines),
  }))
  const executions = available(scenario)
  const [only] = rollouts
  return {
    begun: begun.flat(),
    writes: [
      ...each.flatMap(({ writes }) => writes),
      ...(counts.http > 0 ? asks(polls, 1 - counts.httpLooking / counts.http) : []),
    ],
    reads: [
      ...each.flatMap(({ reads }) => reads),
      ...(counts.http > 0 ? asks(polls, counts.httpLooking / counts.http) : []),
    ],
    publishesIn: each.flatMap(({ publishesIn }) => publishesIn),
    publishesOut: each.flatMap(({ publishesOut }) => publishesOut),
    executions,
    empties: Math.max(0, totalOf(polls) - executions * overHttp),
    stretches:
      rollouts.length === 1 && only?.config !== undefined
        ? only.lines.map((line, step) =>
            stepStretch(
              step < only.lines.length - 1 ? line : { ...line, toUs: endUs },
              service.minuteUs,
            ),
          )
        : [{ name: 'rollout', fromUs: 0, toUs: endUs }],
    endUs,
  }
}

/**
 * Executions as things take them: a thing works off one at a time, so of more than it has things a
 * fleet takes no more than it ends.
 */
function inTurn(
  scenario: Scenario,
  { durationUs }: ExecutionCost,
  rollouts: readonly (readonly Line[])[],
): readonly (readonly Line[])[] {
  const { things } = scenario.fleet
  if (available(scenario) <= things) return rollouts
  const [only = []] = rollouts
  const all =
    rollouts.length === 1
      ? only
      : summed(
          rollouts.map((lines) => ({ lines, shiftUs: 0, factor: 1 })),
          [],
        )
  return [passing(all, { perSecond: (things * 1e6) / durationUs, burst: things })]
}

function stepStretch({ fromUs, toUs, fromPerSecond }: Line, minuteUs: number): Stretch {
  const perMinute = Math.round((fromPerSecond * minuteUs) / 1e5) / 10
  return { name: `rollout ${perMinute}/min`, fromUs, toUs }
}

/** Expected to end as SUCCEEDED, 0..1. */
function successShare({ behaviour }: Scenario): number {
  const percent = (outcomes: typeof behaviour.outcomes) =>
    outcomes.reduce((sum, { sharePercent }) => sum + sharePercent, 0)
  const all = percent(behaviour.outcomes)
  const succeeded = percent(behaviour.outcomes.filter(({ outcome }) => outcome === 'SUCCEEDED'))
  return all === 0 ? 0 : succeeded / all
}

const SECOND_US = 1_000_000

/** More steps than these are told as so many, each for several. */
const MOST_STEPS = 16

function asks(lines: readonly Line[], factor: number): Term[] {
  return factor === 0 ? [] : [{ lines, shiftUs: 0, factor }]
}

/** Each update comes a step of the work and an answer after the request before it. */
function updates(
  { writes, durationUs }: ExecutionCost,
  begun: readonly Line[],
  factor: number,
): Term[] {
  if (factor === 0) return []
  const steps = Math.min(writes - 1, MOST_STEPS)
  return Array.from({ length: steps }, (_, step) => ({
    lines: begun,
    shiftUs: ((step + 1) * durationUs) / steps,
    factor: (factor * (writes - 1)) / steps,
  }))
}

/** Requests over MQTT, their answers, and the notifications of executions that come and go. */
function published(
  { fleet }: Scenario,
  cost: ExecutionCost,
  counts: FleetCounts,
  starts: readonly Line[],
  begun: readonly Line[],
  told: readonly Line[],
): Pick<Demand, 'publishesIn' | 'publishesOut'> {
  const overMqtt = counts.mqtt / fleet.things
  const looking = counts.mqttLooking / fleet.things
  const requests = [
    ...asks(starts, overMqtt),
    ...asks(begun, looking),
    ...updates(cost, begun, overMqtt),
  ]
  const heard = (counts.hearNotify + counts.hearNotifyNext) / fleet.things
  return {
    // A request counts, and so does each answer that the service publishes (protocol 5.4).
    publishesIn: requests.map((term) => ({ ...term, factor: 2 * term.factor })),
    publishesOut: [
      ...requests,
      ...asks(told, heard),
      ...asks(begun, heard).map((term) => ({ ...term, shiftUs: cost.durationUs })),
    ],
  }
}

/** As many, more slowly. */
function until(line: Line, toUs: number): Line {
  return level(line.fromUs, toUs, (areaOf(line) * 1e6) / (toUs - line.fromUs))
}

function passingWrites({ service }: Scenario, lines: readonly Line[]): Line[] {
  const { writesPerSecond, burstSeconds } = service.quotas
  return passing(lines, allowanceOf(writesPerSecond, burstSeconds))
}

function passingReads({ service }: Scenario, lines: readonly Line[]): Line[] {
  const { readsPerSecond, burstSeconds } = service.quotas
  return passing(lines, allowanceOf(readsPerSecond, burstSeconds))
}

function scaledAll(lines: readonly Line[], factor: number): Line[] {
  return lines.map((line) => scaled(line, factor))
}

function scaled(line: Line, factor: number): Line {
  const { fromPerSecond, toPerSecond } = line
  return { ...line, fromPerSecond: fromPerSecond * factor, toPerSecond: toPerSecond * factor }
}
