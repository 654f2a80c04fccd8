/**
 * What AWS does not say, or says in two ways: a switch for each, so that a stand-in can be set to
 * what somebody has seen (protocol section 11; the number stands beside each switch).
 */
export interface ServiceSwitches {
  /** 1: the HTTP status of a throttled call of the data plane. */
  readonly throttledStatus: 429 | 400
  /** 2: what a version conflict is called over HTTP; always a 409 with the state. */
  readonly versionConflict: 'InvalidStateTransitionException' | 'VersionMismatchException'
  /** 3: over MQTT, the answer to an update of an execution that has ended. */
  readonly updateAfterEnd: 'InvalidStateTransition' | 'TerminalStateReached'
  /** 4: a device sets TIMED_OUT, REMOVED or CANCELED. QUEUED is always a wrong transition. */
  readonly serviceOnlyStatus: 'InvalidRequest' | 'InvalidStateTransition'
  /** 5: of answers and notifications; `subscription` is 0 for an answer without one. */
  readonly answerQos: 'subscription' | 0 | 1
  /** 6: who hears an answer: its requester, or as of a plain broker all that subscribe to it too. */
  readonly answersTo: 'requester' | 'subscribers'
  /** 7: start-next with a step timeout on an execution that is in progress already. */
  readonly startNextStepTimeout: 'set' | 'ignored'
  /** 8: what status details do to those that are stored. */
  readonly statusDetails: 'replace' | 'merge'
  /** 9: what a change by the service adds to the version. */
  readonly serviceChangeVersions: 1 | 0
  /** 10: a device asks for a thing that there is not. */
  readonly unknownThing: 'not-found' | 'empty'
  /** 11: service seconds from a failure to its retry. */
  readonly retryDelaySeconds: number
  /** 11: where a retry stands among the queued executions of its thing. */
  readonly retryPlace: 'back' | 'front'
  /** 13: what an MQTT 3.1.1 client gets whose CONNECT is throttled: no CONNACK, or code 3. */
  readonly connectThrottle: 'close' | 'code-3'
  /** 14: what a SUBSCRIBE past the rate gets; past 50 on a connection it is closed in any case. */
  readonly subscribeThrottle: 'suback' | 'close'
  /** 15: entries in `notify` and get-pending. */
  readonly pendingEntries: 10 | 15
  /** 16: service seconds that a timeout may come late; how many is drawn for each execution. */
  readonly timeoutLatenessSeconds: number
  /** 17: how long describe and get-pending do not see a new execution. */
  readonly describeLagMs: number
  /** 18: whether a topic that maps to no operation is answered, on `…/rejected`. */
  readonly invalidTopic: 'rejected' | 'none'
  /** 19: what becomes of the executions of a thing that is deleted. */
  readonly deletedThing: 'removed' | 'kept'
  /** 21: what a body that is no JSON object is called over HTTP. */
  readonly badJson: 'InvalidRequestException' | 'SerializationException'
  /** 22: which of two notifications of one change comes first. */
  readonly notifyOrder: 'notify-first' | 'shuffled'
}

export const DEFAULT_SWITCHES: ServiceSwitches = {
  throttledStatus: 429,
  versionConflict: 'InvalidStateTransitionException',
  updateAfterEnd: 'InvalidStateTransition',
  serviceOnlyStatus: 'InvalidRequest',
  answerQos: 'subscription',
  answersTo: 'requester',
  startNextStepTimeout: 'set',
  statusDetails: 'replace',
  serviceChangeVersions: 1,
  unknownThing: 'not-found',
  retryDelaySeconds: 0,
  retryPlace: 'back',
  connectThrottle: 'close',
  subscribeThrottle: 'suback',
  pendingEntries: 10,
  timeoutLatenessSeconds: 0,
  describeLagMs: 0,
  invalidTopic: 'rejected',
  deletedThing: 'removed',
  badJson: 'InvalidRequestException',
  notifyOrder: 'notify-first',
}

/** The words or numbers that a switch may have, or the whole numbers from `min` to `max`. */
export type SwitchRange =
  | readonly (string | number)[]
  | { readonly min: number; readonly max: number }

export const SWITCH_RANGES: Readonly<Record<keyof ServiceSwitches, SwitchRange>> = {
  throttledStatus: [429, 400],
  versionConflict: ['InvalidStateTransitionException', 'VersionMismatchException'],
  updateAfterEnd: ['InvalidStateTransition', 'TerminalStateReached'],
  serviceOnlyStatus: ['InvalidRequest', 'InvalidStateTransition'],
  answerQos: ['subscription', 0, 1],
  answersTo: ['requester', 'subscribers'],
  startNextStepTimeout: ['set', 'ignored'],
  statusDetails: ['replace', 'merge'],
  serviceChangeVersions: [1, 0],
  unknownThing: ['not-found', 'empty'],
  retryDelaySeconds: { min: 0, max: 86_400 },
  retryPlace: ['back', 'front'],
  connectThrottle: ['close', 'code-3'],
  subscribeThrottle: ['suback', 'close'],
  pendingEntries: [10, 15],
  timeoutLatenessSeconds: { min: 0, max: 60 },
  describeLagMs: { min: 0, max: 60_000 },
  invalidTopic: ['rejected', 'none'],
  deletedThing: ['removed', 'kept'],
  badJson: ['InvalidRequestException', 'SerializationException'],
  notifyOrder: ['notify-first', 'shuffled'],
}

/** What each switch is about, for whoever writes a scenario; numbers are those of protocol section 11. */
export const SWITCH_TEXTS: Readonly<Record<keyof ServiceSwitches, string>> = {
  throttledStatus: '1: HTTP status of a throttled call of the data plane',
  versionConflict: '2: what a version conflict is called over HTTP',
  updateAfterEnd: '3: over MQTT, the answer to an update of an execution that has ended',
  serviceOnlyStatus: '4: the answer to a device that sets TIMED_OUT, REMOVED or CANCELED',
  answerQos: '5: QoS of answers and notifications; subscription is 0 without one',
  answersTo: '6: who hears an answer over MQTT',
  startNextStepTimeout: '7: a step timeout of start-next on an execution that is in progress',
  statusDetails: '8: what status details do to those that are stored',
  serviceChangeVersions: '9: what a change by the service adds to the version',
  unknownThing: '10: the answer to a device of a thing that there is not',
  retryDelaySeconds: '11: service seconds from a failure to its retry',
  retryPlace: '11: where a retry stands among the queued executions of its thing',
  connectThrottle: '13: what a throttled MQTT 3.1.1 client gets: no CONNACK, or code 3',
  subscribeThrottle: '14: whether a SUBSCRIBE past the rate closes the connection',
  pendingEntries: '15: entries in notify and get-pending',
  timeoutLatenessSeconds: '16: service seconds that a timeout may come late',
  describeLagMs: '17: how long reads do not see a new execution',
  invalidTopic: '18: whether a topic that is no operation is answered',
  deletedThing: '19: what becomes of the executions of a thing that is deleted',
  badJson: '21: what a body that is no JSON object is called over HTTP',
  notifyOrder: '22: which of notify and notify-next of one change comes first',
}
