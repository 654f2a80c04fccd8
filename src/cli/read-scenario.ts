import { readFileSync } from 'node:fs'
import { ShakedownError } from '../errors.ts'
import { thresholdProblem } from '../metrics/threshold.ts'
import type { Assignment } from '../scenario/overrides.ts'
import { parseScenario } from '../scenario/parse.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { environmentOverrides } from './environment.ts'

/**
 * The scenario in a file, with overrides of the environment and, above them, of the command line.
 * @param set `path=value`, the last one wins.
 * @throws ShakedownError SCENARIO_INVALID with every problem at once; USAGE when there is no such file.
 */
export function readScenario(
  fileName: string,
  set: readonly (string | Assignment)[] = [],
): Scenario {
  return parseScenario(readText(fileName), {
    fileName,
    set: [...environmentOverrides(process.env), ...set],
    threshold: thresholdProblem,
  })
}

function readText(fileName: string): string {
  try {
    return readFileSync(fileName, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'there is no such file' : message
    throw new ShakedownError('USAGE', `The scenario ${fileName} cannot be read: ${what}.`, {
      hint: 'Give the path of a scenario file, for example scenarios/quickstart.yaml.',
      cause: error,
    })
  }
}
