import type { ValidityScenario } from '../scenario/scenario.ts'

/** Where a check begins to speak (design 5.11), in the units that results are told in. */
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

export function limitsOf(validity: ValidityScenario): ValidityLimits {
  return {
    scheduleLagP99Ms: validity.scheduleLagP99Us / 1e3,
    eventLoopUtilisation: validity.eventLoopUtilisationPercent / 100,
    loopDelayP99Ms: validity.loopDelayP99Us / 1e3,
    standstillMs: validity.standstillUs / 1e3,
    cpuShare: validity.cpuPercent / 100,
    gcShare: validity.gcPercent / 100,
    memoryShare: validity.memoryPercent / 100,
    descriptorShare: validity.descriptorPercent / 100,
    intervalCoverage: validity.intervalCoveragePercent / 100,
    droppedShare: validity.droppedPercent / 100,
    emptyShare: validity.emptyPercent / 100,
  }
}

/** So many intervals in a row make a state; one alone may be a moment of the machine. */
export const SUSTAINED_INTERVALS = 3
