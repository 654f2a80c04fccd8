import { plannedStarts } from './arrivals.ts'
import { planHash, scenarioHash } from './canonical.ts'
import { mixCounts } from './mix.ts'
import { outcomeCounts } from './outcomes.ts'
import type { Load, Outcome, Scenario, TransportKind } from './scenario.ts'

/** `plan.json`: what a run is going to do, before it does it. Never single starts. */
export interface Plan {
  readonly schemaVersion: 1
  readonly scenario: string
  readonly seed: number
  readonly planHash: string
  readonly scenarioHash: string
  readonly things: number
  /** In a replay: the things that take part, by index; `starts` are those meant for them. */
  readonly only?: readonly number[]
  readonly load: Load['kind']
  /** Of an arrivals load, in order; other loads have none. */
  readonly phases: readonly PlannedPhase[]
  /** Of an arrivals load; the others start work when they are told to, or can. */
  readonly starts: number | null
  /** From T0: the end of the last phase, or the most that a rollout or loop may take. */
  readonly durationUs: number
  /** How long things may go on after that. */
  readonly drainUs: number
  readonly mix: readonly PlannedRow[]
  /** How many things are meant to end their first execution how. */
  readonly outcomesInFirstRound: Readonly<Partial<Record<Outcome, number>>>
}

interface PlannedPhase {
  readonly name: string
  /** After T0. */
  readonly fromUs: number
  readonly toUs: number
  readonly fromPerSecond: number
  readonly toPerSecond: number
  readonly starts: number
}

interface PlannedRow {
  readonly transport: TransportKind
  readonly agent: string
  readonly things: number
}

/** @param only the things that take part, when it is not the whole fleet. */
export function planOf(scenario: Scenario, only?: readonly number[]): Plan {
  const { behaviour, fleet, load } = scenario
  const phases = plannedPhases(load)
  const mix = mixCounts(scenario)
  const outcomes = outcomeCounts(scenario, 0)
  return {
    schemaVersion: 1,
    scenario: scenario.name,
    seed: scenario.seed,
    planHash: planHash(scenario),
    scenarioHash: scenarioHash(scenario),
    things: fleet.things,
    ...(only === undefined ? {} : { only }),
    load: load.kind,
    phases,
    starts: load.kind === 'arrivals' ? plannedFor(scenario, only) : null,
    durationUs: durationUs(load),
    drainUs: load.drainUs,
    mix: fleet.mix.map(({ transport, agent }, row) => ({
      transport,
      agent,
      things: mix[row] ?? 0,
    })),
    outcomesInFirstRound: Object.fromEntries(
      behaviour.outcomes.map(({ outcome }, row) => [outcome, outcomes[row] ?? 0]),
    ),
  }
}

/** How many starts of an arrivals load are meant for these things, or for all. Start j is meant for
 *  thing j mod things. */
export function plannedFor({ fleet, load }: Scenario, only?: readonly number[]): number {
  const all = plannedPhases(load).reduce((sum, { starts }) => sum + starts, 0)
  if (only === undefined) return all
  return only.reduce((sum, thing) => sum + Math.max(0, Math.ceil((all - thing) / fleet.things)), 0)
}

/** How long the load lasts at most, from T0 and without the drain. */
export function durationUs(load: Load): number {
  switch (load.kind) {
    case 'arrivals':
      return load.phases.reduce((sum, phase) => sum + phase.durationUs, 0)
    case 'rollout':
      return load.limitUs
    case 'loop':
      return load.forUs
  }
}

function plannedPhases(load: Load): PlannedPhase[] {
  if (load.kind !== 'arrivals') return []
  let fromUs = 0
  return load.phases.map((phase) => {
    const { name, fromPerSecond, toPerSecond } = phase
    const toUs = fromUs + phase.durationUs
    const planned = { name, fromUs, toUs, fromPerSecond, toPerSecond, starts: plannedStarts(phase) }
    fromUs = toUs
    return planned
  })
}
