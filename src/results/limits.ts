/** Where a check begins to speak (design 5.11). Observed values above a limit fire. */
export interface ValidityLimits {
  readonly scheduleLagP99Ms: number
  readonly eventLoopUtilisation: number
  readonly loopDelayP99Ms: number
  readonly standstillMs: number
  readonly cpuShare: number
  readonly gcShare: number
  readonly memoryShare: number
  readonly descriptorShare: number
  /** Coverage below this fires. */
  readonly intervalCoverage: number
  readonly droppedShare: number
  readonly emptyShare: number
}

export const VALIDITY_LIMITS: ValidityLimits = {
  scheduleLagP99Ms: 10,
  eventLoopUtilisation: 0.85,
  loopDelayP99Ms: 50,
  standstillMs: 500,
  cpuShare: 0.9,
  gcShare: 0.1,
  memoryShare: 0.85,
  descriptorShare: 0.9,
  intervalCoverage: 0.999,
  droppedShare: 0.001,
  emptyShare: 0.05,
}

/** So many intervals in a row make a state; one alone may be a moment of the machine. */
export const SUSTAINED_INTERVALS = 3
