import { ShakedownError } from '../errors.ts'
import { type Assignment, applyOverride, type Override, readOverride } from './overrides.ts'
import { type Path, type Problem, pathText } from './problem.ts'
import { isMap } from './raw.ts'
import { resolved } from './resolve.ts'
import { brokenRules, type ThresholdCheck } from './rules/rules.ts'
import type { Scenario } from './scenario.ts'
import { scenarioSchema } from './schema.ts'
import { sentenceOf, shapeProblems } from './shape-problems.ts'
import { shown } from './shown.ts'
import { readYaml, type YamlSource } from './yaml-source.ts'

/** More than this nobody reads; the rest is counted. */
const MOST_PROBLEMS = 100

export interface ParseOptions {
  /** Stands before each place. */
  readonly fileName: string
  /** What is wrong with a threshold, if anything. */
  readonly threshold?: ThresholdCheck
  /** `path=value`, in order; they win over the file. */
  readonly set?: readonly (string | Assignment)[]
}

/**
 * Reads a scenario.
 * @throws ShakedownError SCENARIO_INVALID, with every problem at once, each with its place, the
 *   value and the cure.
 */
export function parseScenario(text: string, options: ParseOptions): Scenario {
  const { fileName, threshold = () => undefined, set = [] } = options
  const source = readYaml(text)
  const lines: Line[] = source.problems.map((problem) => placed(source, fileName, problem))
  const { raw } = source
  if (raw === undefined) throw invalid(fileName, lines)
  if (!isMap(raw)) throw invalid(fileName, [...lines, noMap(fileName, raw)])
  const overrides = overridden(raw, set, lines)
  const parsed = scenarioSchema.safeParse(raw, { error: sentenceOf })
  const problems = parsed.success ? [] : shapeProblems(raw, parsed.error.issues)
  for (const problem of [...problems, ...brokenRules(raw, threshold)]) {
    lines.push(sentence(source, fileName, overrides, problem))
  }
  if (lines.length > 0 || !parsed.success) throw invalid(fileName, lines)
  return resolved(parsed.data)
}

/** A problem as it is printed, and where it belongs in the list. */
interface Line {
  readonly offset: number
  readonly text: string
}

function noMap(fileName: string, raw: unknown): Line {
  const text =
    raw === null
      ? 'the file is empty; begin with name, fleet and load'
      : `a scenario is a map with name, fleet and load, not ${shown(raw)}`
  return { offset: 0, text: `${fileName}:1:1: ${text}` }
}

function overridden(raw: object, set: readonly (string | Assignment)[], lines: Line[]): Override[] {
  return set.flatMap((assignment) => {
    const override = readOverride(assignment)
    const problem = 'problem' in override ? override.problem : applyOverride(raw, override)
    if (problem === undefined && !('problem' in override)) return [override]
    lines.push({ offset: Number.POSITIVE_INFINITY, text: problem ?? '' })
    return []
  })
}

function sentence(
  source: YamlSource,
  fileName: string,
  overrides: readonly Override[],
  { path, text, atKey = false }: Problem,
): Line {
  const what = path.length === 0 ? text : `${pathText(path)}: ${text}`
  // What is told about a list or map may be the fault of the one value that was put into it.
  const override = overrides.findLast(
    (one) => startsWith(path, one.path) || (path.length > 0 && startsWith(one.path, path)),
  )
  if (override !== undefined) {
    return { offset: Number.POSITIVE_INFINITY, text: `${override.origin}: ${what}` }
  }
  return placed(source, fileName, { offset: source.offsetOf(path, atKey), text: what })
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((step, depth) => String(step) === String(path[depth]))
}

function placed(
  source: YamlSource,
  fileName: string,
  { offset, text }: { offset: number; text: string },
): Line {
  const { line, column } = source.position(offset)
  return { offset, text: `${fileName}:${line}:${column}: ${text}` }
}

function invalid(fileName: string, lines: readonly Line[]): ShakedownError {
  const sorted = lines.toSorted((one, other) => one.offset - other.offset).map(({ text }) => text)
  const unique = [...new Set(sorted)]
  const count = unique.length === 1 ? 'a problem' : `${unique.length} problems`
  const rest = unique.length - MOST_PROBLEMS
  const told = rest > 0 ? [...unique.slice(0, MOST_PROBLEMS), `and ${rest} more`] : unique
  return new ShakedownError('SCENARIO_INVALID', `${fileName} has ${count}:\n${told.join('\n')}`, {
    hint: 'Correct the places named above; shakedown validate checks the file without running it.',
  })
}
