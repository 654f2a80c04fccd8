import type { LimitCounts } from '../results/rows.ts'

/** Behind the times that a limit was reached. */
const LIMIT_WORDS: Readonly<Record<keyof LimitCounts, string>> = {
  slowReaders: 'connections closed because their client did not read',
  hastyClients: 'connections closed because too much came behind their CONNECT',
  unacknowledged: 'messages dropped because none before was acknowledged',
  largeMessages: 'messages larger than their client takes',
  notices: 'notifications that a persistent session had no room for',
  sessionMessages: 'ordinary messages that a persistent session had no room for',
  endlessBodies: 'HTTP requests whose body did not end',
  delayed: 'answers and notifications that found the delay line full',
  connects: "CONNECTs above the account's rate",
  clientConnects: 'CONNECTs above the rate of their client id',
  subscribes: "SUBSCRIBEs above the account's rate",
  connectionPublishes: 'PUBLISHes above the rate of their connection',
}

/** Each limit of the stand-in that was reached: in words, and how often. */
export function reachedLimits(limits: Readonly<Partial<LimitCounts>> = {}): [string, number][] {
  const keys = Object.keys(LIMIT_WORDS) as (keyof LimitCounts)[]
  return keys
    .map((key): [string, number] => [LIMIT_WORDS[key], limits[key] ?? 0])
    .filter(([, times]) => times > 0)
}
