import { availableParallelism } from 'node:os'
import { ShakedownError } from '../errors.ts'
import type { Scenario } from '../scenario/scenario.ts'

/**
 * How many worker threads a run gets. Beside an own stand-in one core is left to it. More workers
 * than things have nothing to do.
 * @param text of `--workers`. @throws ShakedownError USAGE
 */
export function workersOf(
  text: string | undefined,
  { fleet }: Scenario,
  ownStandIn: boolean,
): number {
  const asked = text === undefined ? undefined : Number(text)
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1 && asked <= 64)) {
    throw new ShakedownError('USAGE', `--workers is ${text}, which is no number of threads.`, {
      hint: 'Give a whole number from 1 to 64, or leave it out.',
    })
  }
  const cores = availableParallelism()
  return Math.min(fleet.things, asked ?? Math.max(1, ownStandIn ? cores - 1 : cores))
}
