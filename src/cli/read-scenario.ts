import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ShakedownError } from '../errors.ts'
import { languageProblem, thresholdProblem } from '../metrics/threshold.ts'
import { RUN_FILES } from '../results/run-files.ts'
import type { Assignment } from '../scenario/overrides.ts'
import { parseScenario } from '../scenario/parse.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { decodedText } from './decoded-text.ts'
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

/**
 * The scenario as an earlier run resolved it; today's environment has no say in it.
 * @throws ShakedownError USAGE when the folder holds none.
 */
export function readScenarioOfRun(folder: string): Scenario {
  const fileName = join(folder, RUN_FILES.scenario)
  const hint = 'Give the folder of a run; it is printed at the end of each run.'
  return parseScenario(readText(fileName, hint), { fileName, threshold: languageProblem })
}

function readText(
  fileName: string,
  hint = 'Give the path of a scenario file, for example scenarios/quickstart.yaml.',
): string {
  return decodedText(fileName, readBytes(fileName, hint))
}

function readBytes(fileName: string, hint: string): Buffer {
  try {
    return readFileSync(fileName)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    const what = REASONS[code] ?? message
    throw new ShakedownError('USAGE', `The scenario ${fileName} cannot be read: ${what}.`, {
      hint: code === 'EACCES' ? 'Ask whoever made it for the right to read it.' : hint,
      cause: error,
    })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  EACCES: 'that is not allowed',
}
