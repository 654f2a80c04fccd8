import type { Problem, Tell } from '../problem.ts'
import { rowsAt } from '../raw.ts'
import { agentRules } from './agent-rules.ts'
import { behaviourRules } from './behaviour-rules.ts'
import { fleetRules } from './fleet-rules.ts'
import { jobRules } from './job-rules.ts'
import { loadRules } from './load-rules.ts'

/** What is wrong with a threshold, if anything. The language is the metrics room's. */
export type ThresholdCheck = (expression: string) => string | undefined

/** What the values of a scenario have against each other, read as written. */
export function brokenRules(raw: unknown, threshold: ThresholdCheck): Problem[] {
  const problems: Problem[] = []
  const tell: Tell = (path, text) => problems.push({ path, text })
  for (const rule of [fleetRules, agentRules, jobRules, behaviourRules, loadRules]) rule(raw, tell)
  rowsAt(raw, 'thresholds').forEach((expression, index) => {
    const problem = typeof expression === 'string' ? threshold(expression) : undefined
    if (problem !== undefined) tell(['thresholds', index], problem)
  })
  return problems
}
