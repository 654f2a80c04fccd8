import { asObject, isStatus, type Members } from './answer-json.ts'
import {
  EXECUTION_STATUSES,
  type ExecutionStatus,
  type JobsRequest,
  type Operation,
  type Rejected,
  type StatusDetails,
} from './jobs.ts'
import {
  JOB_ID_MAX,
  JOB_ID_PATTERN,
  NEXT_JOB,
  STATUS_DETAILS_KEY_PATTERN,
  STATUS_DETAILS_PAIRS_MAX,
  STATUS_DETAILS_VALUE_PATTERN,
  THING_NAME_MAX,
  THING_NAME_PATTERN,
} from './limits.ts'

/**
 * A request from outside as a typed one, or the rejection to send: every field that is missing, of a
 * wrong type or off its pattern is named. Unknown members are ignored, `null` counts as absent. The
 * range of a step timeout is left to the service, which checks it last (protocol 2.4).
 *
 * @param jobId from topic or path; undefined where the operation has none.
 * @param members the JSON object, and for HTTP the query.
 */
export function parseRequest(
  operation: Operation,
  thingName: string,
  jobId: string | undefined,
  members: Members,
): JobsRequest | Rejected {
  const problems: string[] = []
  if (!THING_NAME_PATTERN.test(thingName))
    problems.push(offPattern('thingName', thingName, '[a-zA-Z0-9:_-]+', THING_NAME_MAX))
  const request = read(operation, jobId ?? '', members, problems)
  return problems.length === 0 ? request : invalidRequest(problems)
}

/** Whether a parser gave a rejection and no request. */
export function isRejected(parsed: object): parsed is Rejected {
  return 'kind' in parsed && parsed.kind === 'rejected'
}

/** The JSON object of a payload; an empty payload counts as `{}`, as the official C demo sends it. */
export function parsePayload(payload: Uint8Array): Payload | Rejected {
  if (payload.length === 0) return { kind: 'object', members: {} }
  try {
    const members = asObject(JSON.parse(strictUtf8.decode(payload)))
    return members ? { kind: 'object', members } : invalidJson('not a JSON object')
  } catch (error) {
    return invalidJson(error instanceof SyntaxError ? 'not valid JSON' : 'not valid UTF-8')
  }
}

export interface Payload {
  /** Beside the members and not among them, which are whatever the sender likes. */
  readonly kind: 'object'
  readonly members: Members
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function invalidJson(what: string): Rejected {
  return { kind: 'rejected', code: 'InvalidJson', message: `The request is ${what}` }
}

/** @param problems at least one, as `Value … at '…' failed to satisfy constraint: …`. */
export function invalidRequest(problems: readonly string[]): Rejected {
  const [only] = problems
  const message =
    problems.length === 1 && only !== undefined
      ? only
      : `${problems.length} validation errors detected: ${problems.join('; ')}`
  return { kind: 'rejected', code: 'InvalidRequest', message }
}

/** A sentence in the style of the service (aws-iot-device-sdk-cpp-v2 #95). */
export function problem(value: unknown, field: string, constraint: string): string {
  const text = value == null ? 'null' : `'${shorten(value)}'`
  return `Value ${text} at '${field}' failed to satisfy constraint: ${constraint}`
}

const SHOWN_MAX = 80

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`
}

function offPattern(field: string, value: string, pattern: string, max: number): string {
  if (value.length > max)
    return problem(value, field, `Member must have length less than or equal to ${max}`)
  return problem(value, field, `Member must satisfy regular expression pattern: ${pattern}`)
}

function read(
  operation: Operation,
  jobId: string,
  members: Members,
  problems: string[],
): JobsRequest {
  switch (operation) {
    case 'get-pending':
      return {}
    case 'start-next':
      return given({
        statusDetails: statusDetails(members.statusDetails, problems),
        stepTimeoutInMinutes: minutes(members.stepTimeoutInMinutes, problems),
      })
    case 'describe':
      if (jobId !== NEXT_JOB) checkJobId(jobId, problems)
      return given({
        jobId,
        executionNumber: integer('executionNumber', members.executionNumber, problems),
        includeJobDocument: flag('includeJobDocument', members.includeJobDocument, problems),
      })
    case 'update':
      checkJobId(jobId, problems)
      return given({
        jobId,
        status: executionStatus(members.status, problems),
        statusDetails: statusDetails(members.statusDetails, problems),
        expectedVersion: integer('expectedVersion', members.expectedVersion, problems),
        executionNumber: integer('executionNumber', members.executionNumber, problems),
        includeJobExecutionState: flag(
          'includeJobExecutionState',
          members.includeJobExecutionState,
          problems,
        ),
        includeJobDocument: flag('includeJobDocument', members.includeJobDocument, problems),
        stepTimeoutInMinutes: minutes(members.stepTimeoutInMinutes, problems),
      })
  }
}

/** The request without its empty members, so that absent stays absent. */
function given<Request extends object>(request: Request): Request {
  for (const name in request) if (request[name] === undefined) delete request[name]
  return request
}

function checkJobId(jobId: string, problems: string[]): void {
  if (!JOB_ID_PATTERN.test(jobId))
    problems.push(offPattern('jobId', jobId, '[a-zA-Z0-9_-]+', JOB_ID_MAX))
}

/** Any status of an execution: whether a device may set it is for the service to say (3.2). */
function executionStatus(value: unknown, problems: string[]): ExecutionStatus {
  if (value == null) problems.push(problem(value, 'status', 'Member must not be null'))
  else if (!isStatus(value))
    problems.push(
      problem(
        value,
        'status',
        `Member must satisfy enum value set: [${EXECUTION_STATUSES.join(', ')}]`,
      ),
    )
  else return value
  return 'QUEUED' // not used: there is a problem
}

/** Status details apart from a request: the control plane has them too. */
export function readStatusDetails(value: unknown): {
  readonly details: StatusDetails | undefined
  readonly problems: readonly string[]
} {
  const problems: string[] = []
  return { details: statusDetails(value, problems), problems }
}

function statusDetails(value: unknown, problems: string[]) {
  if (value == null) return undefined
  const details = asObject(value)
  if (details === undefined) {
    problems.push(problem(value, 'statusDetails', 'Member must be a map of strings'))
    return undefined
  }
  const names = Object.keys(details)
  if (names.length > STATUS_DETAILS_PAIRS_MAX) {
    problems.push(
      problem(
        value,
        'statusDetails',
        `Member must have length less than or equal to ${STATUS_DETAILS_PAIRS_MAX}`,
      ),
    )
    return undefined // a sentence for each of thousands would be an answer beyond every limit
  }
  for (const name of names) {
    if (!STATUS_DETAILS_KEY_PATTERN.test(name))
      problems.push(offPattern('statusDetails', name, '[a-zA-Z0-9:_-]+', 128))
    const text = details[name]
    if (typeof text !== 'string' || !STATUS_DETAILS_VALUE_PATTERN.test(text))
      problems.push(
        problem(text, `statusDetails.${shorten(name)}`, 'Member must be 1 to 1024 of [^\\p{C}]'),
      )
  }
  return details as Record<string, string>
}

/** As a double. */
const INT64_MAX = 0x8000_0000_0000_0000

/**
 * A number, or a numeric string: the guide shows and the C library sends quoted numbers. They are of 64
 * bits (service model), whose largest reads as 2^63.
 */
function integer(field: string, value: unknown, problems: string[]): number | undefined {
  if (value == null) return undefined
  const number = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= INT64_MAX)
    return number
  problems.push(problem(value, field, 'Member must be an integer of 64 bits'))
  return undefined
}

function minutes(value: unknown, problems: string[]): number | undefined {
  if (value == null || (typeof value === 'number' && Number.isInteger(value)))
    return value ?? undefined
  problems.push(problem(value, 'stepTimeoutInMinutes', 'Member must be an integer'))
  return undefined
}

function flag(field: string, value: unknown, problems: string[]): boolean | undefined {
  if (value == null || typeof value === 'boolean') return value ?? undefined
  problems.push(problem(value, field, 'Member must be true or false'))
  return undefined
}
