/**
 * What AWS does not say, or says in two ways: a switch for each, so that a stand-in can be set to
 * what somebody has seen (protocol section 11; the number stands beside each switch).
 */
export interface ServiceSwitches {
  /** 3: over MQTT, the answer to an update of an execution that has ended. */
  readonly updateAfterEnd: 'InvalidStateTransition' | 'TerminalStateReached'
  /** 4: a device sets TIMED_OUT, REMOVED or CANCELED. QUEUED is always a wrong transition. */
  readonly serviceOnlyStatus: 'InvalidRequest' | 'InvalidStateTransition'
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
  /** 15: entries in `notify` and get-pending. */
  readonly pendingEntries: 10 | 15
  /** 16: service seconds that a timeout may come late; how many is drawn for each execution. */
  readonly timeoutLatenessSeconds: number
  /** 17: how long describe and get-pending do not see a new execution. */
  readonly describeLagMs: number
  /** 19: what becomes of the executions of a thing that is deleted. */
  readonly deletedThing: 'removed' | 'kept'
}

export const DEFAULT_SWITCHES: ServiceSwitches = {
  updateAfterEnd: 'InvalidStateTransition',
  serviceOnlyStatus: 'InvalidRequest',
  startNextStepTimeout: 'set',
  statusDetails: 'replace',
  serviceChangeVersions: 1,
  unknownThing: 'not-found',
  retryDelaySeconds: 0,
  retryPlace: 'back',
  pendingEntries: 10,
  timeoutLatenessSeconds: 0,
  describeLagMs: 0,
  deletedThing: 'removed',
}

/** The words or numbers that a switch may have, or the whole numbers from `min` to `max`. */
export type SwitchRange =
  | readonly (string | number)[]
  | { readonly min: number; readonly max: number }

export const SWITCH_RANGES: Readonly<Record<keyof ServiceSwitches, SwitchRange>> = {
  updateAfterEnd: ['InvalidStateTransition', 'TerminalStateReached'],
  serviceOnlyStatus: ['InvalidRequest', 'InvalidStateTransition'],
  startNextStepTimeout: ['set', 'ignored'],
  statusDetails: ['replace', 'merge'],
  serviceChangeVersions: [1, 0],
  unknownThing: ['not-found', 'empty'],
  retryDelaySeconds: { min: 0, max: 86_400 },
  retryPlace: ['back', 'front'],
  pendingEntries: [10, 15],
  timeoutLatenessSeconds: { min: 0, max: 60 },
  describeLagMs: { min: 0, max: 60_000 },
  deletedThing: ['removed', 'kept'],
}
