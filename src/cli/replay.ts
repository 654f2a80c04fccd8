import { ShakedownError } from '../errors.ts'
import { plannedFor } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { readScenarioOfRun } from './read-scenario.ts'

interface ReplayArguments {
  scenario?: string
  from?: string
  only?: string[]
  things?: string
  seed?: string
  set?: string[]
}

/**
 * The scenario of an earlier run as it was resolved then: nothing of today's environment or flags
 * changes it, because its plan and draws are what is wanted.
 * @throws ShakedownError USAGE
 */
export function scenarioOfRun(given: ReplayArguments & { from: string }): Scenario {
  const other = (['scenario', 'things', 'seed', 'set'] as const).find(
    (option) => given[option] !== undefined,
  )
  if (other !== undefined) {
    const what = other === 'scenario' ? 'a scenario file' : `--${other}`
    throw new ShakedownError('USAGE', `With --from ${what} has no place.`, {
      hint: 'A run is done again as it was; to change it, run its scenario.yaml as a file.',
    })
  }
  return readScenarioOfRun(given.from)
}

/**
 * The things to play alone, by index in the fleet, each once.
 * @throws ShakedownError USAGE for a name that is no thing of the fleet, and where there is nothing
 *   to play.
 */
export function chosenThings(scenario: Scenario, only: readonly string[]): number[] {
  const { namePrefix, things: fleetSize } = scenario.fleet
  const range = `${namePrefix}0 … ${namePrefix}${fleetSize - 1}`
  const things = only.map((name) => {
    const [, digits] = /^(0|[1-9]\d*)$/.exec(name.slice(namePrefix.length)) ?? []
    if (name.startsWith(namePrefix) && digits !== undefined && Number(digits) < fleetSize) {
      return Number(digits)
    }
    throw new ShakedownError('USAGE', `--only ${name} is no thing of this fleet.`, {
      hint: `The things are ${range}; --only takes one and can be given several times.`,
    })
  })
  const chosen = [...new Set(things)].sort((one, other) => one - other)
  if (scenario.load.kind === 'arrivals' && plannedFor(scenario, chosen) === 0) {
    throw new ShakedownError('USAGE', `No planned start is meant for ${only.join(' or ')}.`, {
      hint: 'Starts go to the things of the fleet in order; choose one with a lower number.',
    })
  }
  return chosen
}
