import * as z from 'zod'
import { DEFAULTS } from './defaults.ts'
import { duration, durationText, share, shareText } from './quantity.ts'
import type { ValidityScenario } from './scenario.ts'

/** Limits of the checks of design 5.11, each under the name of its check. */
export const validity = z
  .strictObject({
    scheduleLag: duration
      .prefault(DEFAULTS.validity.scheduleLag)
      .describe('How late planned starts may leave, p99'),
    eventLoopUtilisation: share
      .prefault(DEFAULTS.validity.eventLoopUtilisation)
      .describe('How busy the event loop of a worker may be, for 3 seconds in a row'),
    loopDelay: duration
      .prefault(DEFAULTS.validity.loopDelay)
      .describe('How late the event loop of a worker may be, p99, for 3 seconds in a row'),
    standstill: duration
      .prefault(DEFAULTS.validity.standstill)
      .describe('How long a worker may stand still once'),
    cpu: share
      .prefault(DEFAULTS.validity.cpu)
      .describe('How much of its cores the generator may use, for 3 seconds in a row'),
    gc: share
      .prefault(DEFAULTS.validity.gc)
      .describe('How much of a second garbage collection may take, for 3 seconds in a row'),
    memory: share
      .prefault(DEFAULTS.validity.memory)
      .describe('How much of its memory limit the generator may use'),
    descriptors: share
      .prefault(DEFAULTS.validity.descriptors)
      .describe('How many of its descriptors the generator may use'),
    intervalCoverage: share
      .prefault(DEFAULTS.validity.intervalCoverage)
      .describe('How much of the load must stand in the record'),
    droppedStarts: share
      .prefault(DEFAULTS.validity.droppedStarts)
      .describe('More dropped starts than this mark the run as degraded'),
    emptyAnswers: share
      .prefault(DEFAULTS.validity.emptyAnswers)
      .describe('More starts with nothing pending than this mark the run as degraded'),
  })
  .describe('When a measurement is not to be believed; wider limits show in the report')

export function resolvedValidity(file: z.output<typeof validity>): ValidityScenario {
  return {
    scheduleLagP99Us: file.scheduleLag,
    eventLoopUtilisationPercent: file.eventLoopUtilisation,
    loopDelayP99Us: file.loopDelay,
    standstillUs: file.standstill,
    cpuPercent: file.cpu,
    gcPercent: file.gc,
    memoryPercent: file.memory,
    descriptorPercent: file.descriptors,
    intervalCoveragePercent: file.intervalCoverage,
    droppedPercent: file.droppedStarts,
    emptyPercent: file.emptyAnswers,
  }
}

/** In the words of the file again. */
export function validityForm(limits: ValidityScenario): object {
  return {
    scheduleLag: durationText(limits.scheduleLagP99Us),
    eventLoopUtilisation: shareText(limits.eventLoopUtilisationPercent),
    loopDelay: durationText(limits.loopDelayP99Us),
    standstill: durationText(limits.standstillUs),
    cpu: shareText(limits.cpuPercent),
    gc: shareText(limits.gcPercent),
    memory: shareText(limits.memoryPercent),
    descriptors: shareText(limits.descriptorPercent),
    intervalCoverage: shareText(limits.intervalCoveragePercent),
    droppedStarts: shareText(limits.droppedPercent),
    emptyAnswers: shareText(limits.emptyPercent),
  }
}

/** What holds where a scenario says nothing. */
export const DEFAULT_VALIDITY: ValidityScenario = resolvedValidity(validity.parse({}))
