import type { LimitCounts, ServiceLedger } from '../protocol/admin.ts'
import { reachedLimits } from '../report/limit-words.ts'

/** What a stand-in counted, for the person who ran `serve`. */
export function ledgerText(
  ledger: ServiceLedger,
  limits: Readonly<LimitCounts>,
  things: number,
): string {
  const operations = Object.entries(ledger.operations)
    .filter(([, { received }]) => received > 0)
    .map(
      ([name, { received, accepted, empty, throttled, rejected }]) =>
        `  ${name.padEnd(12)} received ${received}, accepted ${accepted}, empty ${empty}, ` +
        `throttled ${throttled}, rejected ${rejected}`,
    )
  const ended = Object.entries(ledger.byStatus).map(([status, count]) => `${count} ${status}`)
  const open = new Map<string, number>()
  for (const [, , , status] of ledger.open) open.set(status, (open.get(status) ?? 0) + 1)
  const stillOpen = [...open].map(([status, count]) => `${count} ${status}`)
  return [
    `${things} things`,
    ...(operations.length > 0 ? operations : ['  no requests']),
    `executions ended: ${ended.join(', ') || 'none'}`,
    `executions open: ${stillOpen.join(', ') || 'none'}`,
    ...reachedLimits(limits).map(([words, times]) => `limit reached: ${times} ${words}`),
  ].join('\n')
}
