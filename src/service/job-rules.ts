import {
  ABORT_FAILURES,
  type AbortConfig,
  END_BEHAVIORS,
  RETRY_FAILURES,
  type RetryConfig,
  type RolloutConfig,
  type SchedulingConfig,
  TARGET_SELECTIONS,
} from '../protocol/job-config.ts'
import {
  JOB_DOCUMENT_MAX_BYTES,
  JOB_ID_PATTERN,
  JOB_TARGETS_MAX,
  JOB_TEXT_MAX,
  RETRIES_MAX,
  ROLLOUT_PER_MINUTE_MAX,
  TIMEOUT_MINUTES_MAX,
  TIMEOUT_MINUTES_MIN,
} from '../protocol/limits.ts'
import { invalidRequest, problem } from '../protocol/parse-request.ts'
import type { JobCancel, JobChange, JobSpec, Refusal } from './job-control.ts'
import { scheduleSeconds } from './schedule-time.ts'

/**
 * The ranges of what a job may be (CreateJob, UpdateJob and CancelJob of the API reference; protocol
 * 3.5 to 3.10 and 4.3). Every problem is told at once, in the words of the service.
 */
export function specRefusal(spec: JobSpec, nowSeconds: number): Refusal | undefined {
  const rules = new Rules()
  rules.pattern('jobId', spec.jobId, JOB_ID_PATTERN, '[a-zA-Z0-9_-]{1,64}')
  rules.range('targets', spec.targets.length, 1, JOB_TARGETS_MAX, 'length')
  document(rules, spec.documentText)
  rules.oneOf('targetSelection', spec.targetSelection, TARGET_SELECTIONS)
  change(rules, spec)
  if (spec.schedulingConfig !== undefined) schedule(rules, spec.schedulingConfig, nowSeconds)
  return rules.refusal()
}

/** @param hasTimeout whether the job has an in-progress timer already. */
export function changeRefusal(given: JobChange, hasTimeout: boolean): Refusal | undefined {
  const rules = new Rules()
  const timeoutConfig = given.timeoutConfig ?? (hasTimeout ? {} : undefined)
  change(rules, { ...given, timeoutConfig })
  return rules.refusal()
}

export function cancelRefusal({ reasonCode, comment }: JobCancel): Refusal | undefined {
  const rules = new Rules()
  rules.pattern('reasonCode', reasonCode, /^[\p{Upper}\p{N}_]{1,128}$/u, '[\\p{Upper}\\p{Digit}_]+')
  rules.text('comment', comment)
  return rules.refusal()
}

export function commentRefusal(comment: string | undefined): Refusal | undefined {
  const rules = new Rules()
  rules.text('comment', comment)
  return rules.refusal()
}

function change(rules: Rules, given: JobChange): void {
  rules.text('description', given.description)
  const { timeoutConfig, presignedUrlConfig } = given
  rules.range(
    'timeoutConfig.inProgressTimeoutInMinutes',
    timeoutConfig?.inProgressTimeoutInMinutes,
    TIMEOUT_MINUTES_MIN,
    TIMEOUT_MINUTES_MAX,
  )
  rules.range('presignedUrlConfig.expiresInSec', presignedUrlConfig?.expiresInSec, 60, 3_600)
  if (given.jobExecutionsRolloutConfig !== undefined)
    rollout(rules, given.jobExecutionsRolloutConfig)
  if (given.abortConfig !== undefined) abort(rules, given.abortConfig)
  if (given.jobExecutionsRetryConfig !== undefined)
    retry(rules, given.jobExecutionsRetryConfig, timeoutConfig !== undefined)
}

function document(rules: Rules, text: string): void {
  const bytes = Buffer.byteLength(text)
  rules.range('document', bytes, 1, JOB_DOCUMENT_MAX_BYTES, 'length')
  try {
    JSON.parse(text)
  } catch {
    rules.tell('document', text, 'Member must be valid JSON')
  }
}

function rollout(rules: Rules, { maximumPerMinute, exponentialRate }: RolloutConfig): void {
  const field = 'jobExecutionsRolloutConfig'
  rules.range(`${field}.maximumPerMinute`, maximumPerMinute, 1, ROLLOUT_PER_MINUTE_MAX)
  if (exponentialRate === undefined) return
  const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria } = exponentialRate
  const { numberOfNotifiedThings, numberOfSucceededThings } = rateIncreaseCriteria
  const inside = `${field}.exponentialRate`
  rules.range(`${inside}.baseRatePerMinute`, baseRatePerMinute, 1, ROLLOUT_PER_MINUTE_MAX)
  rules.range(`${inside}.incrementFactor`, incrementFactor, 1.1, 5)
  if (!isWhole(incrementFactor * 10))
    rules.tell(`${inside}.incrementFactor`, incrementFactor, 'Member must have one decimal')
  const most = Number.POSITIVE_INFINITY
  const criteria = `${inside}.rateIncreaseCriteria`
  rules.range(`${criteria}.numberOfNotifiedThings`, numberOfNotifiedThings, 1, most)
  rules.range(`${criteria}.numberOfSucceededThings`, numberOfSucceededThings, 1, most)
  if (numberOfNotifiedThings === undefined && numberOfSucceededThings === undefined)
    rules.tell(criteria, rateIncreaseCriteria, 'Member must have one of its criteria')
}

function abort(rules: Rules, { criteriaList }: AbortConfig): void {
  const field = 'abortConfig.criteriaList'
  rules.range(field, criteriaList.length, 1, Number.POSITIVE_INFINITY, 'length')
  for (const { failureType, action, thresholdPercentage, ...row } of criteriaList) {
    rules.oneOf(`${field}.failureType`, failureType, ABORT_FAILURES)
    rules.oneOf(`${field}.action`, action, ['CANCEL'])
    rules.range(`${field}.thresholdPercentage`, thresholdPercentage, 0, 100)
    if (!isWhole(thresholdPercentage * 100))
      rules.tell(
        `${field}.thresholdPercentage`,
        thresholdPercentage,
        'Member must have at most two decimals',
      )
    const { minNumberOfExecutedThings: least } = row
    rules.range(`${field}.minNumberOfExecutedThings`, least, 1, Number.POSITIVE_INFINITY)
  }
}

/** But for the rounding of a product. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-9
}

function retry(rules: Rules, { criteriaList }: RetryConfig, hasTimeout: boolean): void {
  const field = 'jobExecutionsRetryConfig.criteriaList'
  rules.range(field, criteriaList.length, 1, 2, 'length')
  let total = 0
  const seen = new Set<string>()
  for (const { failureType, numberOfRetries } of criteriaList) {
    rules.oneOf(`${field}.failureType`, failureType, RETRY_FAILURES)
    rules.range(`${field}.numberOfRetries`, numberOfRetries, 0, RETRIES_MAX)
    if (seen.has(failureType))
      rules.tell(`${field}.failureType`, failureType, 'Member must not be there twice')
    if (failureType === 'TIMED_OUT' && !hasTimeout)
      rules.tell(`${field}.failureType`, failureType, 'TIMED_OUT needs a timeoutConfig')
    seen.add(failureType)
    total += numberOfRetries
  }
  if (total > RETRIES_MAX)
    rules.tell(field, total, `Retries in all must be less than or equal to ${RETRIES_MAX}`)
}

const HALF_AN_HOUR = 30 * 60
const YEAR = 365 * 24 * 3_600

function schedule(rules: Rules, given: SchedulingConfig, nowSeconds: number): void {
  const { startTime, endTime, endBehavior } = given
  rules.oneOf('schedulingConfig.endBehavior', endBehavior, END_BEHAVIORS)
  const start = time(rules, 'schedulingConfig.startTime', startTime) ?? nowSeconds
  if (startTime !== undefined && (start < nowSeconds + HALF_AN_HOUR || start > nowSeconds + YEAR))
    rules.tell(
      'schedulingConfig.startTime',
      startTime,
      'Member must be 30 minutes to one year ahead',
    )
  const end = time(rules, 'schedulingConfig.endTime', endTime)
  if (end !== undefined && (end < start + HALF_AN_HOUR || end > nowSeconds + 2 * YEAR))
    rules.tell(
      'schedulingConfig.endTime',
      endTime,
      'Member must be 30 minutes after the start or later, and at most two years ahead',
    )
  if (endTime === undefined && endBehavior !== undefined)
    rules.tell('schedulingConfig.endBehavior', endBehavior, 'Member needs an endTime')
}

function time(rules: Rules, field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = scheduleSeconds(text)
  if (seconds === undefined) rules.tell(field, text, 'Member must be a time YYYY-MM-DDTHH:MM')
  return seconds
}

class Rules {
  readonly #problems: string[] = []

  tell(field: string, value: unknown, constraint: string): void {
    this.#problems.push(problem(value, field, constraint))
  }

  /** @param of what is compared: the value, or a length. */
  range(
    field: string,
    value: number | undefined,
    min: number,
    max: number,
    of: 'value' | 'length' = 'value',
  ): void {
    if (value === undefined) return
    if (!(value >= min))
      this.tell(field, value, `Member must have ${of} greater than or equal to ${min}`)
    else if (value > max)
      this.tell(field, value, `Member must have ${of} less than or equal to ${max}`)
  }

  pattern(field: string, value: string | undefined, pattern: RegExp, shown: string): void {
    if (value !== undefined && !pattern.test(value))
      this.tell(field, value, `Member must satisfy regular expression pattern: ${shown}`)
  }

  text(field: string, value: string | undefined): void {
    this.pattern(field, value, TEXT, `[^\\p{C}]{1,${JOB_TEXT_MAX}}`)
  }

  oneOf(field: string, value: string | undefined, words: readonly string[]): void {
    if (value !== undefined && !words.includes(value))
      this.tell(field, value, `Member must satisfy enum value set: [${words.join(', ')}]`)
  }

  refusal(): Refusal | undefined {
    if (this.#problems.length === 0) return undefined
    return { code: 'InvalidRequestException', message: invalidRequest(this.#problems).message }
  }
}

const TEXT = new RegExp(`^\\P{C}{1,${JOB_TEXT_MAX}}$`, 'u')
