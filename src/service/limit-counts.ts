/** How often a limit of the stand-in's own queues or of its broker was reached, and what that cost. */
export interface LimitCounts {
  /** MQTT connections closed because their client did not read. */
  slowReaders: number
  /** MQTT connections closed because too much came behind their CONNECT. */
  hastyClients: number
  /** Messages at QoS 1 dropped because their client acknowledged none of those before. */
  unacknowledged: number
  /** Notifications that a persistent session had no room for. */
  notices: number
  /** HTTP requests cut off because their body did not end. */
  endlessBodies: number
  /** Answers and notifications that found the delay line full. */
  delayed: number
  /** CONNECTs refused by the account's rate. */
  connects: number
  /** CONNECTs refused by the rate of their client id. */
  clientConnects: number
  /** SUBSCRIBEs refused by the account's rate. */
  subscribes: number
  /** PUBLISHes dropped by the rate of their connection, in and out. */
  connectionPublishes: number
}

export function noLimitsReached(): LimitCounts {
  return {
    slowReaders: 0,
    hastyClients: 0,
    unacknowledged: 0,
    notices: 0,
    endlessBodies: 0,
    delayed: 0,
    connects: 0,
    clientConnects: 0,
    subscribes: 0,
    connectionPublishes: 0,
  }
}
