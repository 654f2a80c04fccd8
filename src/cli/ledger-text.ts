import type { ServiceLedger } from '../protocol/admin.ts'
import type { LimitCounts } from '../service/limit-counts.ts'

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
    ...limitLines(limits),
  ].join('\n')
}

const LIMIT_WORDS: Readonly<Record<keyof LimitCounts, string>> = {
  slowReaders: 'connections closed because their client did not read',
  hastyClients: 'connections closed because too much came behind their CONNECT',
  unacknowledged: 'messages dropped because none before was acknowledged',
  notices: 'notifications that a persistent session had no room for',
  endlessBodies: 'HTTP requests whose body did not end',
  delayed: 'answers and notifications that found the delay line full',
  connects: "CONNECTs above the account's rate",
  clientConnects: 'CONNECTs above the rate of their client id',
  subscribes: "SUBSCRIBEs above the account's rate",
  connectionPublishes: 'PUBLISHes above the rate of their connection',
}

/** One for each limit that was reached. */
function limitLines(limits: Readonly<LimitCounts>): string[] {
  const keys = Object.keys(LIMIT_WORDS) as (keyof LimitCounts)[]
  return keys
    .filter((key) => limits[key] > 0)
    .map((key) => `limit reached: ${limits[key]} ${LIMIT_WORDS[key]}`)
}
