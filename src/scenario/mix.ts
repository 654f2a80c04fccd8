import { drawUint32, PURPOSE } from '../clock/draw.ts'
import { dealtPosition } from '../clock/permutation.ts'
import type { MixRow, Scenario } from './scenario.ts'
import { exactCounts } from './shares.ts'

/** How many things of the fleet each row of the mix has, in the order of the rows. */
export function mixCounts({ fleet }: Pick<Scenario, 'fleet'>): number[] {
  return exactCounts(
    fleet.things,
    fleet.mix.map((row) => row.sharePercent),
  )
}

/**
 * The row of the mix that a thing belongs to. Rows are dealt over the whole fleet, so each has its
 * exact count, its things are spread evenly, and the number of shards changes nothing.
 *
 * @param thing 0 … things − 1.
 */
export function mixRowOf(scenario: Scenario, thing: number): MixRow {
  const { fleet, seed } = scenario
  const [only] = fleet.mix
  const isOnly = fleet.mix.length === 1 && thing >= 0 && thing < fleet.things
  if (only !== undefined && isOnly) return only
  const position = dealtPosition(dealSeed(seed), 0, thing, fleet.things)
  const ends = endsOf(scenario)
  const row = fleet.mix[ends.findIndex((end) => position < end)]
  if (row === undefined) throw new RangeError(`the fleet has no thing ${thing}`)
  return row
}

const dealSeed = (seed: number) => drawUint32(seed, 0, 0, PURPOSE.mix, 0)

/** Remembered, because it is the same for each thing of a fleet. */
const remembered = new WeakMap<Scenario, readonly number[]>()

function endsOf(scenario: Scenario): readonly number[] {
  const known = remembered.get(scenario)
  if (known !== undefined) return known
  let reached = 0
  const ends = mixCounts(scenario).map((count) => {
    reached += count
    return reached
  })
  remembered.set(scenario, ends)
  return ends
}
