import { LoadParts, type WindowRoom } from '../load-parts.ts'
import type { Problem, Tell } from '../problem.ts'
import { rawAt, rowsAt, textAt } from '../raw.ts'
import { agentRules } from './agent-rules.ts'
import { behaviourRules } from './behaviour-rules.ts'
import { fleetRules } from './fleet-rules.ts'
import { jobRules } from './job-rules.ts'
import { loadAsWritten, phaseName } from './load-as-written.ts'
import { loadRules } from './load-rules.ts'

/** What is wrong with a threshold, if anything. The language is the metrics room's. */
export type ThresholdCheck = (
  expression: string,
  context: {
    /** Of the load. */
    readonly phases: readonly string[]
    /** Whether it is to end the run once it is broken. */
    readonly abort: boolean
    /** How long a window may be; undefined when the length of the load is not known. */
    readonly longestWindow: ((phase: string | undefined) => WindowRoom) | undefined
  },
) => string | undefined

/** What the values of a scenario have against each other, read as written. */
export function brokenRules(raw: unknown, threshold: ThresholdCheck): Problem[] {
  const problems: Problem[] = []
  const tell: Tell = (path, text) => problems.push({ path, text })
  for (const rule of [fleetRules, agentRules, jobRules, behaviourRules, loadRules]) rule(raw, tell)
  checkThresholds(raw, threshold, tell)
  return problems
}

function checkThresholds(raw: unknown, threshold: ThresholdCheck, tell: Tell): void {
  const phases = rowsAt(raw, 'load', 'arrivals').map(
    (row, index) => textAt(row, 'name') ?? phaseName(index),
  )
  const load = loadAsWritten(raw)
  const parts = load && new LoadParts(load)
  const longestWindow = parts && ((phase: string | undefined) => parts.longestWindow(phase))
  rowsAt(raw, 'thresholds').forEach((row, index) => {
    const key = ['expression', 'abort'].find((name) => textAt(row, name) !== undefined)
    const expression = key === undefined ? row : textAt(row, key)
    if (typeof expression !== 'string') return
    const abort = key === 'abort' || rawAt(row, 'abort') === true
    const problem = threshold(expression, { phases, abort, longestWindow })
    if (problem !== undefined) tell(['thresholds', index, ...(key ? [key] : [])], problem)
  })
}
