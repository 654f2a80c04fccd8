import { drawUint32, PURPOSE } from '../clock/draw.ts'
import { dealtPosition } from '../clock/permutation.ts'
import type { Outcome, Scenario } from './scenario.ts'
import { shareEnds } from './shares.ts'

/**
 * How a thing's execution is meant to end. Outcomes are dealt over each full round of the fleet (the
 * executions with one ordinal): a share that is a whole number of things has exactly that many in
 * each round. One that is not has the number below or above it, so that it comes true over the
 * rounds: 2 % of 10 things is one thing in one round of five, and not none for ever.
 *
 * @param thing 0 … things − 1.
 * @param ordinal which of the thing's executions, from 0.
 */
export function outcomeOf(scenario: Scenario, thing: number, ordinal: number): Outcome {
  const { behaviour, fleet, seed } = scenario
  const position = dealtPosition(dealSeed(seed), ordinal, thing, fleet.things)
  const offset = roundOffset(ordinal)
  const ends = endsOf(scenario)
  for (let index = 0; index < ends.length; index++) {
    const dealt = behaviour.outcomes[index]
    if (dealt !== undefined && position < Math.floor((ends[index] ?? 0) + offset)) {
      return dealt.outcome
    }
  }
  throw new RangeError(`the fleet has no thing ${thing}`)
}

/** How many things have each outcome in one round, in the order of the scenario's outcomes. */
export function outcomeCounts(scenario: Scenario, ordinal: number): number[] {
  const offset = roundOffset(ordinal)
  let before = 0
  return endsOf(scenario).map((end) => {
    const count = Math.floor(end + offset) - before
    before += count
    return count
  })
}

const dealSeed = (seed: number) => drawUint32(seed, 0, 0, PURPOSE.outcome, 0)

/** Which fractions of a thing are rounded up in a round: multiples of the golden ratio, which are
 *  spread evenly from 0 to 1 however many there are. Below 1, and one half in the first round. */
function roundOffset(ordinal: number): number {
  return ((Math.imul(ordinal | 0, 0x9e3779b9) + 0x80000000) >>> 0) / 4_294_967_296
}

/** Remembered, because an outcome is asked for with each execution. */
const remembered = new WeakMap<Scenario, readonly number[]>()

function endsOf(scenario: Scenario): readonly number[] {
  const known = remembered.get(scenario)
  if (known !== undefined) return known
  const ends = shareEnds(
    scenario.fleet.things,
    scenario.behaviour.outcomes.map((row) => row.sharePercent),
  )
  remembered.set(scenario, ends)
  return ends
}
