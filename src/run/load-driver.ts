import type { ArrivalsLoad, Scenario } from '../scenario/scenario.ts'
import { ShardStarts } from '../scenario/starts.ts'
import type { Fleet } from '../thing/fleet.ts'

/** What a load asks of one shard and when; times are on the machine's clock, counted from T0. */
export interface LoadDriver {
  /** Releases all that is due, never early. Not to be called before T0. */
  release(t0Us: number, nowUs: number): void
  /** When it next has something to do. */
  nextUs(t0Us: number): number
  /** Whether no new work will come any more. */
  isOver(t0Us: number, nowUs: number): boolean
}

/** Arrivals follow their plan. In a rollout and in a loop the things set out at T0 and go by themselves. */
export function loadDriver(
  scenario: Scenario,
  fleet: Fleet,
  shard: number,
  shards: number,
): LoadDriver {
  const { load } = scenario
  switch (load.kind) {
    case 'arrivals':
      return arrivalsDriver(load, scenario, fleet, shard, shards)
    case 'rollout':
      return ownRounds(fleet, load.limitUs)
    case 'loop':
      return ownRounds(fleet, load.forUs)
    default:
      throw new TypeError(`unknown load ${JSON.stringify(load satisfies never)}`)
  }
}

function arrivalsDriver(
  load: ArrivalsLoad,
  scenario: Scenario,
  fleet: Fleet,
  shard: number,
  shards: number,
): LoadDriver {
  const starts = new ShardStarts(load.phases, scenario.fleet.things, shard, shards)
  const endUs = load.phases.reduce((sum, { durationUs }) => sum + durationUs, 0)
  let more = starts.next()
  return {
    release(t0Us, nowUs) {
      for (; more && t0Us + starts.dueUs <= nowUs; more = starts.next()) {
        fleet.start(fleet.slotOf(starts.thing), t0Us + starts.dueUs, nowUs)
      }
    },
    nextUs: (t0Us) => t0Us + (more ? starts.dueUs : endUs),
    isOver: (t0Us, nowUs) => !more && nowUs >= t0Us + endUs,
  }
}

/** The coordinator ends a rollout whose executions are all terminal; this is the latest end. */
function ownRounds(fleet: Fleet, lengthUs: number): LoadDriver {
  let begun = false
  return {
    release(_, nowUs) {
      if (!begun) fleet.begin(nowUs)
      begun = true
    },
    nextUs: (t0Us) => t0Us + (begun ? lengthUs : 0),
    isOver: (t0Us, nowUs) => nowUs >= t0Us + lengthUs,
  }
}
