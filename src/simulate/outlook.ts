import { JOBS_OPERATIONS } from '../metrics/series.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type SimulationEnd, VIRTUAL_EPOCH_MS } from './simulation.ts'

/** What one simulated run says to somebody who plans the real one. Shares 0..1. */
export interface Outlook {
  readonly seed: number
  /** From T0 to the last answer; null: not all was done when its time was over. */
  readonly etaSeconds: number | null
  /** Of the executions there were to be, those that have ended; null when there is no end of them. */
  readonly doneShare: number | null
  readonly ended: number
  /** Of the attempts of Jobs operations. */
  readonly throttledShare: number
  /** Writes that were sent for each execution that succeeded, those answered "nothing pending" not
   *  counted; null when none did. */
  readonly attemptsPerSuccess: number | null
  /** Of the ended executions, those that a timer of the service ended. */
  readonly timedOutShare: number
  /** The first job that gave itself up; null: none did. */
  readonly abort: AbortPoint | null
  readonly events: number
}

export interface AbortPoint {
  /** After T0, in whole seconds. */
  readonly atSeconds: number
  /** That the job's things had got by then. */
  readonly executions: number
}

const WRITES = ['start-next', 'update']

export function outlookOf(scenario: Scenario, end: SimulationEnd): Outlook {
  const { counters, ledger, t0Us, lastAnswerUs } = end
  const sum = (operations: readonly string[], outcome: string) =>
    operations.reduce((all, name) => all + (counters[`${name}.${outcome}`] ?? 0), 0)
  const ended = Object.values(ledger.byStatus).reduce((all, count) => all + count, 0)
  const succeeded = ledger.byStatus.SUCCEEDED ?? 0
  const issued = sum(JOBS_OPERATIONS, 'issued')
  const worked = sum(WRITES, 'issued') - sum(WRITES, 'empty')
  const isDone = isAllDone(scenario, end)
  return {
    seed: scenario.seed,
    etaSeconds: isDone ? Math.max(0, lastAnswerUs - t0Us) / 1e6 : null,
    doneShare: doneShare(ended, end.openExecutions),
    ended,
    throttledShare: issued === 0 ? 0 : sum(JOBS_OPERATIONS, 'throttled') / issued,
    attemptsPerSuccess: succeeded === 0 ? null : worked / succeeded,
    timedOutShare: ended === 0 ? 0 : (ledger.byStatus.TIMED_OUT ?? 0) / ended,
    abort: abortPoint(end),
    events: end.events,
  }
}

/** A rollout is over when no execution is open; arrivals and loops when no thing has work in hand. */
function isAllDone({ load }: Scenario, { cutOff, openExecutions, neverConnected }: SimulationEnd) {
  if (load.kind === 'rollout') return openExecutions === 0
  return !cutOff && neverConnected === 0
}

function doneShare(ended: number, open: number): number | null {
  if (open === Number.POSITIVE_INFINITY) return null
  return ended + open === 0 ? 1 : ended / (ended + open)
}

function abortPoint({ canceledJobs, t0Us }: SimulationEnd): AbortPoint | null {
  const [first] = [...canceledJobs].sort((one, other) => one.atSeconds - other.atSeconds)
  if (first === undefined) return null
  const atSeconds = first.atSeconds - VIRTUAL_EPOCH_MS / 1e3 - Math.floor(t0Us / 1e6)
  return { atSeconds: Math.max(0, atSeconds), executions: first.executions }
}
