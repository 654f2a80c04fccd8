import type { OperationCounts, ServiceLedger } from '../protocol/admin.ts'
import { OPERATIONS, type Operation } from '../protocol/jobs.ts'
import type { Differences } from './verdict.ts'

/** What the things counted, by the names of `metrics/series.ts`: `update.issued`, `update.lost`, … */
export type Counters = Readonly<Record<string, number>>

/**
 * Holds the answers the things got against those the service gave. An attempt that got no answer may
 * or may not have arrived, and the service may have answered it in any way: that is the only slack.
 */
export function compareAnswers(
  counters: Counters,
  service: ServiceLedger['operations'],
  differences: Differences,
): void {
  for (const operation of OPERATIONS) {
    compareOperation(operation, counters, service[operation], differences)
  }
}

/** How many attempts of an operation ended without an answer that could be read. */
export function unansweredOf(counters: Counters, operation: Operation): number {
  const count = (name: string) => counters[`${operation}.${name}`] ?? 0
  return count('timedOut') + count('lost') + count('unanswered') + count('rejected.Malformed')
}

const ANSWERS = ['accepted', 'empty', 'throttled', 'rejected'] as const

function compareOperation(
  operation: Operation,
  counters: Counters,
  service: OperationCounts,
  differences: Differences,
): void {
  const count = (name: string) => counters[`${operation}.${name}`] ?? 0
  const slack = unansweredOf(counters, operation)
  const issued = count('issued')
  if (service.received > issued || service.received < issued - slack) {
    const most = slack === 0 ? '' : `, ${slack} of them without an answer`
    differences.add(
      `${operation}: the things issued ${issued}${most}; the service received ${service.received}.`,
    )
  }
  for (const kind of ANSWERS) {
    const got = kind === 'rejected' ? count(kind) - count('rejected.Malformed') : count(kind)
    const gave = service[kind]
    if (gave >= got && gave <= got + slack) continue
    differences.add(
      `${operation}: the service counted ${gave} ${kind}, the things ${got}` +
        `, and ${slack} attempts without an answer.`,
    )
  }
  const answered = service.accepted + service.empty + service.throttled + service.rejected
  if (answered !== service.received) {
    differences.add(
      `${operation}: the service received ${service.received} and answered ${answered}.`,
    )
  }
}
