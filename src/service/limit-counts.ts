import type { LimitCounts } from '../protocol/admin.ts'

/** What the fronts count. What the rate of a connection drops is counted where it is dropped. */
export type FrontCounts = Omit<LimitCounts, 'connectionPublishes'>

export function noLimitsReached(): FrontCounts {
  return {
    slowReaders: 0,
    hastyClients: 0,
    unacknowledged: 0,
    largeMessages: 0,
    notices: 0,
    sessionMessages: 0,
    endlessBodies: 0,
    delayed: 0,
    connects: 0,
    clientConnects: 0,
    subscribes: 0,
  }
}
