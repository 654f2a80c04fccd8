import type { Scenario } from '../scenario/scenario.ts'
import { ShardStarts } from '../scenario/starts.ts'
import type { Fleet } from '../thing/fleet.ts'

/** What a load asks of one shard and when; times are on the machine's clock, counted from T0. */
export interface LoadDriver {
  /** Releases all that is due, never early. */
  release(t0Us: number, nowUs: number): void
  /** When it next has something to do; Infinity for never. */
  nextUs(t0Us: number): number
  /** Whether no new work will come any more. */
  isOver(t0Us: number, nowUs: number): boolean
}

export function loadDriver(
  scenario: Scenario,
  fleet: Fleet,
  shard: number,
  shards: number,
): LoadDriver {
  const { load } = scenario
  if (load.kind !== 'arrivals') throw new TypeError(`no driver for a load of kind ${load.kind}`)
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
