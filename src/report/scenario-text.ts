import { endlessWaits, lostAnswers } from '../scenario/endless-waits.ts'
import type { Plan } from '../scenario/plan.ts'
import type { JobScenario, Scenario } from '../scenario/scenario.ts'
import { amount, count, counted, duration, percent } from './figures.ts'

/** What a scenario amounts to, in a few lines: each thing that is counted exactly, counted. */
export function scenarioText(scenario: Scenario, plan: Plan): string {
  const rows: [string, string[]][] = [
    ['things', mixLines(plan)],
    ['load', loadLines(scenario, plan)],
    ['jobs', scenario.jobs.map(jobLine)],
    ['outcomes', [outcomeLine(plan)]],
    ['thresholds', [scenario.thresholds.length === 0 ? 'none' : count(scenario.thresholds.length)]],
    ...notes(scenario),
    ['seed', [String(plan.seed)]],
    ['plan hash', [plan.planHash]],
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows
    .flatMap(([label, lines]) =>
      lines.map((line, index) => (index === 0 ? label : '').padEnd(width) + line),
    )
    .join('\n')
}

/** What is known to hinder the things, as sentences. */
export function scenarioNotes(scenario: Scenario): string[] {
  return [...endlessWaits(scenario), ...lostAnswers(scenario)]
}

/** No row where nothing is. */
function notes(scenario: Scenario): [string, string[]][] {
  const lines = scenarioNotes(scenario)
  return lines.length === 0 ? [] : [['notes', lines]]
}

function mixLines({ things, mix }: Plan): string[] {
  const rows = mix.map((row) => `${count(row.things)} ${row.transport} (${row.agent})`)
  return [`${count(things)}: ${rows.join(', ')}`]
}

function loadLines({ load }: Scenario, { phases, starts, drainUs }: Plan): string[] {
  const drain = `drain of at most ${duration(drainUs / 1e6)}`
  switch (load.kind) {
    case 'arrivals':
      return [`arrivals of ${counted(starts ?? 0, 'start')}, ${drain}`, ...phases.map(phaseLine)]
    case 'rollout':
      return [
        `rollout of at most ${duration(load.limitUs / 1e6)}, HTTP polls each ${duration(load.pollUs / 1e6)}, ${drain}`,
      ]
    case 'loop':
      return [
        `loop for ${duration(load.forUs / 1e6)} with pauses of ${duration(load.pauseUs / 1e6)}, ${drain}`,
      ]
  }
}

function phaseLine({
  name,
  fromPerSecond,
  toPerSecond,
  fromUs,
  toUs,
  starts,
}: Plan['phases'][number]) {
  const rate =
    fromPerSecond === toPerSecond
      ? `${amount(fromPerSecond)}/s`
      : `${amount(fromPerSecond)}/s to ${amount(toPerSecond)}/s`
  return `  ${name}: ${rate} for ${duration((toUs - fromUs) / 1e6)}, ${counted(starts, 'start')}`
}

function jobLine({
  id,
  perThing,
  inProgressTimeoutMinutes,
  maximumPerMinute,
  ...job
}: JobScenario) {
  const said = [
    perThing === Number.POSITIVE_INFINITY ? 'endless' : `${count(perThing)} for each thing`,
    ...(inProgressTimeoutMinutes === undefined
      ? []
      : [`in-progress timer ${inProgressTimeoutMinutes} min`]),
    ...(maximumPerMinute === undefined ? [] : [`at most ${count(maximumPerMinute)} a minute`]),
    ...(job.exponentialRate === undefined
      ? []
      : [`from ${count(job.exponentialRate.baseRatePerMinute)} a minute, rising`]),
    ...(job.retry === undefined ? [] : ['retried by the service']),
    ...(job.abort === undefined ? [] : ['with abort criteria']),
  ]
  return `${id}: ${said.join(', ')}`
}

function outcomeLine({ outcomesInFirstRound, things }: Plan): string {
  const dealt = Object.entries(outcomesInFirstRound).map(
    ([outcome, executions]) => `${count(executions)} ${outcome} (${percent(executions / things)})`,
  )
  return `${dealt.join(', ')} in the first round of the fleet`
}
