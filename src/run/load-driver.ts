import type { ArrivalsLoad, Scenario } from '../scenario/scenario.ts'
import { ShardStarts } from '../scenario/starts.ts'
import type { Fleet } from '../thing/fleet.ts'
import type { ShardTask } from './messages.ts'

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
  task: Pick<ShardTask, 'scenario' | 'shard' | 'shards' | 'things'>,
  fleet: Fleet,
): LoadDriver {
  const { scenario, shard, shards, things } = task
  const { load } = scenario
  switch (load.kind) {
    case 'arrivals':
      if (things !== undefined) return chosenDriver(load, scenario, fleet, things)
      return arrivalsDriver(load, scenario, fleet, shard, shards)
    case 'rollout':
      return ownRounds(fleet, load.limitUs, things && executionsOf(scenario) * things.length)
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

/** The starts that are meant for the chosen things, when they are due in the whole plan. There is
 *  nothing to wait for after the last of them. */
function chosenDriver(
  load: ArrivalsLoad,
  { fleet: { things: fleetSize } }: Scenario,
  fleet: Fleet,
  things: readonly number[],
): LoadDriver {
  const starts = new ShardStarts(load.phases, fleetSize, 0, 1)
  const next = () => {
    while (starts.next()) if (things.includes(starts.thing)) return true
    return false
  }
  let more = next()
  return {
    release(t0Us, nowUs) {
      for (; more && t0Us + starts.dueUs <= nowUs; more = next()) {
        fleet.start(fleet.slotOf(starts.thing), t0Us + starts.dueUs, nowUs)
      }
    },
    nextUs: (t0Us) => (more ? t0Us + starts.dueUs : t0Us),
    isOver: () => !more,
  }
}

/**
 * The coordinator ends a rollout whose executions are all terminal; this is the latest end.
 * @param executions after which chosen things are done, because the rest of the fleet never will be.
 */
function ownRounds(
  fleet: Fleet,
  lengthUs: number,
  executions = Number.POSITIVE_INFINITY,
): LoadDriver {
  let begun = false
  return {
    release(_, nowUs) {
      if (!begun) fleet.begin(nowUs)
      begun = true
    },
    nextUs: (t0Us) => t0Us + (begun ? lengthUs : 0),
    isOver: (t0Us, nowUs) => nowUs >= t0Us + lengthUs || fleet.ended >= executions,
  }
}

/** How many a thing has waiting. */
function executionsOf({ jobs }: Scenario): number {
  return jobs.reduce((sum, { perThing }) => sum + perThing, 0)
}
