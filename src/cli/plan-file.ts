import { writeText } from '../results/run-folder.ts'
import { forecastOf } from '../scenario/forecast/forecast.ts'
import { planOf } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'

/**
 * Writes `plan.json`: what the run is going to do and, for a whole fleet, what should come of it.
 *
 * @param only the things that take part; undefined for all.
 * @param isForeign the service is somebody else's, whose quotas the scenario does not know.
 */
export function writePlan(
  folder: string,
  scenario: Scenario,
  only: readonly number[] | undefined,
  isForeign: boolean,
): void {
  const plan = planOf(scenario, only)
  const whole = only === undefined ? { ...plan, predicted: predictedOf(scenario, isForeign) } : plan
  writeText(folder, 'plan.json', `${JSON.stringify(whole, null, 2)}\n`)
}

function predictedOf(scenario: Scenario, isForeign: boolean) {
  const { predicted, leftOut } = forecastOf(scenario)
  const foreign = isForeign ? ['the quotas of the target: those of the scenario are assumed'] : []
  return { ...predicted, leftOut: [...leftOut, ...foreign] }
}
