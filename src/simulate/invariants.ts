import type { LedgerVerdict } from '../ledger/verdict.ts'
import { METERED_OPERATIONS, OUTCOMES } from '../metrics/series.ts'
import type { ServiceLedger } from '../protocol/admin.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** What a simulation came to, as far as rules that hold for every run look at it. */
export interface SimulatedEnd {
  readonly scenario: Scenario
  readonly ledger: ServiceLedger
  readonly verdict: LedgerVerdict
  /** Totals of all things, by the names of `metrics/series.ts`. */
  readonly counters: Readonly<Record<string, number>>
  /** Executions that have not ended and those that are still to come; of an endless row: Infinity. */
  readonly openExecutions: number
}

/** Sentences about the rules that do not hold; none for a run that is right. */
export function brokenRules(end: SimulatedEnd): string[] {
  return [
    ...end.verdict.differences.map((difference) => `Ledger: ${difference}`),
    ...unbalancedOperations(end.counters),
    ...unbalancedExecutions(end),
    ...lostOrDoubled(end),
  ]
}

/** issued = accepted + empty + throttled + rejected + timedOut + lost + unanswered (design 5.4). */
function unbalancedOperations(counters: SimulatedEnd['counters']): string[] {
  return METERED_OPERATIONS.flatMap((operation) => {
    const issued = counters[`${operation}.issued`] ?? 0
    const ended = OUTCOMES.reduce((sum, name) => sum + (counters[`${operation}.${name}`] ?? 0), 0)
    return issued === ended
      ? []
      : [`Accounting: ${issued} attempts of ${operation} were issued and ${ended} have ended.`]
  })
}

const ENDINGS = ['succeeded', 'failed', 'rejected', 'timedOut', 'canceled', 'stuck']

/** What a thing has begun, or taken up again, ends once: well, badly, or given up. */
function unbalancedExecutions({ counters }: SimulatedEnd): string[] {
  const count = (event: string) => counters[`execution.${event}`] ?? 0
  const begun = count('started') + count('resumed')
  const ended = ENDINGS.reduce((sum, event) => sum + count(event), 0)
  // One that is stuck before it has an execution began nothing.
  const stuck = count('stuck')
  if (begun <= ended && begun >= ended - stuck) return []
  return [`Executions: things began or resumed ${begun}, and ${ended} have ended or are stuck.`]
}

function lostOrDoubled({ scenario, ledger, openExecutions }: SimulatedEnd): string[] {
  const broken: string[] = []
  const seen = new Set<string>()
  for (const [thing, jobId, executionNumber] of ledger.open) {
    const name = `${thing} ${jobId} ${executionNumber}`
    if (seen.has(name)) broken.push(`Doubled: thing ${thing} has job ${jobId} open twice.`)
    seen.add(name)
  }
  const ended = ledger.ended.reduce((sum, count) => sum + count, 0)
  const byStatus = Object.values(ledger.byStatus).reduce((sum, count) => sum + count, 0)
  if (ended !== byStatus)
    broken.push(`Lost: ${ended} executions have ended by thing and ${byStatus} by status.`)
  // Jobs that retry make more executions than they were planned with, jobs that abort take some back.
  if (scenario.jobs.some(({ retry, abort }) => retry !== undefined || abort !== undefined))
    return broken
  const planned = scenario.jobs.reduce((sum, job) => sum + job.perThing * scenario.fleet.things, 0)
  if (planned < Number.POSITIVE_INFINITY && ended + openExecutions !== planned)
    broken.push(
      `Lost or doubled: ${planned} executions were planned; ${ended} have ended, ${openExecutions} have not.`,
    )
  return broken
}
