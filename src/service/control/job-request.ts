import type { Members } from '../../protocol/answer-json.ts'
import {
  ABORT_FAILURES,
  type AbortConfig,
  END_BEHAVIORS,
  type PresignedUrlConfig,
  RETRY_FAILURES,
  type RetryConfig,
  type RolloutConfig,
  type SchedulingConfig,
  TARGET_SELECTIONS,
  type TimeoutConfig,
} from '../../protocol/job-config.ts'
import { JOB_ID_PATTERN, JOB_TARGETS_MAX } from '../../protocol/limits.ts'
import type { DocumentReader } from '../document-folder.ts'
import type { JobChange, JobSpec } from '../job-control.ts'
import type { Checks } from './checks.ts'
import type { ControlCall } from './control-call.ts'
import { readTags } from './group-operations.ts'

export const JOB_ID = { max: 64, pattern: JOB_ID_PATTERN }
const ARN_TEXT = { max: 2_048 }
const SOURCE = { max: 1_350 }
const NAMESPACE_ID = { max: 64, pattern: /^[a-zA-Z0-9_-]+$/ }
const PACKAGE_VERSIONS_MAX = 25
/** The same, of numbers. */
const ANY = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }
/** What the service checks itself. */
export const ANY_TEXT = { min: 0, max: Number.POSITIVE_INFINITY }

/** CreateJob without its targets, which are things and groups of the registry. */
export type JobOrder = Omit<JobSpec, 'targets'> & { readonly targetArns: readonly string[] }

/**
 * Reads CreateJob (protocol 4.3). Types are checked here; the ranges are the service's to check
 * (`job-rules.ts`).
 */
export function readJobOrder(call: ControlCall, readSource: DocumentReader): JobOrder {
  const { members, checks, path } = call
  refuseForeign(members, checks)
  readTags(call)
  return {
    jobId: checks.neededText(path.jobId, 'jobId', ANY_TEXT),
    targetArns: readTargets(members.targets, checks),
    ...readDocument(members, checks, readSource),
    targetSelection: checks.oneOf(members.targetSelection, 'targetSelection', TARGET_SELECTIONS),
    schedulingConfig: scheduling(members, checks),
    repeated: {
      namespaceId: checks.text(members.namespaceId, 'namespaceId', NAMESPACE_ID),
      destinationPackageVersions: readTexts(
        members.destinationPackageVersions,
        'destinationPackageVersions',
        { min: 0, max: PACKAGE_VERSIONS_MAX },
        checks,
      ),
    },
    ...readJobChange(members, checks),
  }
}

export function readTargets(value: unknown, checks: Checks): readonly string[] {
  const length = { min: 1, max: JOB_TARGETS_MAX, needed: true } as const
  return readTexts(value, 'targets', length, checks) ?? []
}

function readTexts(
  value: unknown,
  field: string,
  length: { readonly min: number; readonly max: number; readonly needed?: true },
  checks: Checks,
): readonly string[] | undefined {
  const texts = checks.list(value, field, length)
  return texts?.map((text, at) => checks.neededText(text, `${field}.${at + 1}.member`, ARN_TEXT))
}

/** What UpdateJob may change, and CreateJob may say too. */
export function readJobChange(members: Members, checks: Checks): JobChange {
  return {
    description: checks.text(members.description, 'description', ANY_TEXT),
    presignedUrlConfig: presignedUrl(members, checks),
    jobExecutionsRolloutConfig: rollout(members, checks),
    abortConfig: abort(members, checks),
    timeoutConfig: timeout(members, checks),
    jobExecutionsRetryConfig: retry(members, checks),
  }
}

/** One of the two. Whether it is JSON, and short enough, is for the service to say. */
function readDocument(
  members: Members,
  checks: Checks,
  readSource: DocumentReader,
): Pick<JobOrder, 'documentText' | 'documentSource'> {
  const text = checks.text(members.document, 'document', ANY_TEXT)
  const documentSource = checks.text(members.documentSource, 'documentSource', SOURCE)
  if (documentSource === undefined) {
    if (members.document == null && members.documentSource == null)
      checks.add(null, 'document', 'Member must not be null without documentSource')
    return { documentText: text ?? '' }
  }
  if (members.document != null) {
    checks.add(documentSource, 'documentSource', 'Member must be null with a document')
    return { documentText: '' }
  }
  const read = readSource(documentSource)
  if ('text' in read) return { documentText: read.text, documentSource }
  checks.add(documentSource, 'documentSource', read.why)
  return { documentText: '' }
}

/** What the stand-in does not have is refused and not silently left out. */
function refuseForeign(members: Members, checks: Checks): void {
  for (const field of ['jobTemplateArn', 'documentParameters'])
    if (members[field] != null)
      checks.add(members[field], field, 'The stand-in has no job templates')
}

function rollout(members: Members, checks: Checks): RolloutConfig | undefined {
  const field = 'jobExecutionsRolloutConfig'
  const given = checks.object(members[field], field)
  if (given === undefined) return undefined
  const rate = checks.object(given.exponentialRate, `${field}.exponentialRate`)
  return {
    maximumPerMinute: checks.integer(given.maximumPerMinute, `${field}.maximumPerMinute`, ANY),
    exponentialRate: rate && exponentialRate(rate, `${field}.exponentialRate`, checks),
  }
}

function exponentialRate(
  rate: Members,
  field: string,
  checks: Checks,
): RolloutConfig['exponentialRate'] {
  const needed = { ...ANY, needed: true } as const
  const criteriaField = `${field}.rateIncreaseCriteria`
  const criteria = checks.object(rate.rateIncreaseCriteria, criteriaField)
  if (criteria === undefined && rate.rateIncreaseCriteria == null)
    checks.add(null, criteriaField, 'Member must not be null')
  const count = (name: string) => checks.integer(criteria?.[name], `${criteriaField}.${name}`, ANY)
  return {
    baseRatePerMinute:
      checks.integer(rate.baseRatePerMinute, `${field}.baseRatePerMinute`, needed) ?? 0,
    incrementFactor: checks.number(rate.incrementFactor, `${field}.incrementFactor`, needed) ?? 0,
    rateIncreaseCriteria: {
      numberOfNotifiedThings: count('numberOfNotifiedThings'),
      numberOfSucceededThings: count('numberOfSucceededThings'),
    },
  }
}

function abort(members: Members, checks: Checks): AbortConfig | undefined {
  const rows = criteria(members, 'abortConfig', checks)
  if (rows === undefined) return undefined
  return {
    criteriaList: rows.map(({ row, field }) => ({
      failureType: neededWord(row.failureType, `${field}.failureType`, ABORT_FAILURES, checks),
      action: neededWord(row.action, `${field}.action`, ['CANCEL'] as const, checks),
      thresholdPercentage: neededNumber(row, field, 'thresholdPercentage', checks),
      minNumberOfExecutedThings: neededInteger(row, field, 'minNumberOfExecutedThings', checks),
    })),
  }
}

function retry(members: Members, checks: Checks): RetryConfig | undefined {
  const rows = criteria(members, 'jobExecutionsRetryConfig', checks)
  if (rows === undefined) return undefined
  return {
    criteriaList: rows.map(({ row, field }) => ({
      failureType: neededWord(row.failureType, `${field}.failureType`, RETRY_FAILURES, checks),
      numberOfRetries: neededInteger(row, field, 'numberOfRetries', checks),
    })),
  }
}

function criteria(
  members: Members,
  config: string,
  checks: Checks,
): { readonly row: Members; readonly field: string }[] | undefined {
  const given = checks.object(members[config], config)
  if (given === undefined) return undefined
  const length = { min: 1, max: 100, needed: true } as const
  const list = checks.list(given.criteriaList, `${config}.criteriaList`, length) ?? []
  return list.map((value, at) => {
    const field = `${config}.criteriaList.${at + 1}.member`
    return { row: checks.object(value, field) ?? {}, field }
  })
}

function neededWord<Word extends string>(
  value: unknown,
  field: string,
  words: readonly [Word, ...Word[]],
  checks: Checks,
): Word {
  if (value == null) checks.add(value, field, 'Member must not be null')
  return checks.oneOf(value, field, words) ?? words[0]
}

function neededInteger(row: Members, field: string, name: string, checks: Checks): number {
  return checks.integer(row[name], `${field}.${name}`, { ...ANY, needed: true }) ?? 0
}

function neededNumber(row: Members, field: string, name: string, checks: Checks): number {
  return checks.number(row[name], `${field}.${name}`, { ...ANY, needed: true }) ?? 0
}

function timeout(members: Members, checks: Checks): TimeoutConfig | undefined {
  const given = checks.object(members.timeoutConfig, 'timeoutConfig')
  if (given === undefined) return undefined
  const name = 'inProgressTimeoutInMinutes'
  return { [name]: checks.integer(given[name], `timeoutConfig.${name}`, ANY) }
}

function presignedUrl(members: Members, checks: Checks): PresignedUrlConfig | undefined {
  const field = 'presignedUrlConfig'
  const given = checks.object(members[field], field)
  if (given === undefined) return undefined
  return {
    roleArn: checks.text(given.roleArn, `${field}.roleArn`, { min: 20, max: 2_048 }),
    expiresInSec: checks.integer(given.expiresInSec, `${field}.expiresInSec`, ANY),
  }
}

function scheduling(members: Members, checks: Checks): SchedulingConfig | undefined {
  const field = 'schedulingConfig'
  const given = checks.object(members[field], field)
  if (given === undefined) return undefined
  const windows = checks.list(given.maintenanceWindows, `${field}.maintenanceWindows`, {
    min: 0,
    max: 100,
  })
  if (windows !== undefined && windows.length > 0)
    checks.add(windows, `${field}.maintenanceWindows`, 'The stand-in has no maintenance windows')
  return {
    startTime: checks.text(given.startTime, `${field}.startTime`, ANY_TEXT),
    endTime: checks.text(given.endTime, `${field}.endTime`, ANY_TEXT),
    endBehavior: checks.oneOf(given.endBehavior, `${field}.endBehavior`, END_BEHAVIORS),
  }
}
