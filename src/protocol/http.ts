/**
 * The client's side of Jobs over HTTP. The service's side is `http-service.ts`.
 */
import {
  acceptedOf,
  asObject,
  executionStateOf,
  type Members,
  malformed,
  objectOf,
  rejectCode,
} from './answer-json.ts'
import type { DescribeRequest, JobsRequest, Operation, Reply, UpdateRequest } from './jobs.ts'
import { requestMembers } from './request-json.ts'

export interface HttpCall {
  readonly method: 'GET' | 'PUT' | 'POST'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** null for GET. */
  readonly body: string | null
}

const WITH_BODY = { 'content-type': 'application/json' }
const WITHOUT_BODY = {}

export function httpCall(operation: Operation, thingName: string, request: JobsRequest): HttpCall {
  const jobs = `/things/${encodeURIComponent(thingName)}/jobs`
  switch (operation) {
    case 'start-next':
      return withBody('PUT', `${jobs}/$next`, operation, request)
    case 'update': {
      const { jobId } = request as UpdateRequest
      return withBody('POST', `${jobs}/${encodeURIComponent(jobId)}`, operation, request)
    }
    case 'describe':
      return withoutBody(jobs + describeSuffix(request as DescribeRequest))
    case 'get-pending':
      return withoutBody(jobs)
  }
}

function withBody(
  method: 'PUT' | 'POST',
  path: string,
  operation: Operation,
  request: JobsRequest,
): HttpCall {
  return { method, path, headers: WITH_BODY, body: `{${requestMembers(operation, request)}}` }
}

function withoutBody(path: string): HttpCall {
  return { method: 'GET', path, headers: WITHOUT_BODY, body: null }
}

function describeSuffix({ jobId, executionNumber, includeJobDocument }: DescribeRequest): string {
  const query: string[] = []
  if (includeJobDocument !== undefined) query.push(`includeJobDocument=${includeJobDocument}`)
  if (executionNumber !== undefined) query.push(`executionNumber=${executionNumber}`)
  const path = `/${encodeURIComponent(jobId)}`
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

/**
 * @param errorTypeHeader the value of `x-amzn-ErrorType`; of a repeated header the first.
 * @returns `Malformed` for a success that makes no sense, `Http503` and the like for a failure that
 *   names no error.
 */
export function httpReply(
  statusCode: number,
  errorTypeHeader: string | undefined,
  bodyText: string,
): Reply {
  // A success may have an empty body; official clients accept that too.
  const body = bodyText === '' ? {} : objectOf(bodyText)
  if (statusCode < 200 || statusCode > 299)
    return failureOf(statusCode, errorTypeHeader, body ?? {})
  if (body === undefined) return malformed('not a JSON object')
  // Seen in 2019 (aws-sdk-js #2539): status 200, and the error inside `Output`.
  const inside = asObject(body.Output) ?? body
  if (errorTypeHeader !== undefined || typeof inside.__type === 'string')
    return failureOf(statusCode, errorTypeHeader, inside)
  return acceptedOf(body)
}

function failureOf(statusCode: number, header: string | undefined, body: Members): Reply {
  const name = nameOf(header) ?? nameOf(body.__type) ?? nameOf(body.code)
  const code = name === undefined ? codeOfStatus(statusCode) : rejectCode(codeOfName(name))
  const text = body.message ?? body.Message
  const message = typeof text === 'string' ? text : ''
  const state = executionStateOf(body.executionState)
  if (state === undefined) return { kind: 'rejected', code, message }
  return { kind: 'rejected', code, message, executionState: state }
}

/** `ns#Name:http://…` is `Name`, as official clients read it. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const untilColon = value.split(':', 1)[0] ?? ''
  return untilColon.slice(untilColon.indexOf('#') + 1).trim() || undefined
}

function codeOfStatus(statusCode: number): string {
  return statusCode === 429 ? 'RequestThrottled' : `Http${statusCode}`
}

/** Names that are not the MQTT code with `Exception` behind it. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['ThrottlingException', 'RequestThrottled'],
  ['Throttling', 'RequestThrottled'],
  ['TooManyRequestsException', 'RequestThrottled'],
  ['TerminalStateException', 'TerminalStateReached'],
  ['InternalFailureException', 'InternalError'],
  ['InternalFailure', 'InternalError'],
  ['InternalServerException', 'InternalError'],
  ['InternalServerError', 'InternalError'],
  ['SerializationException', 'InvalidJson'],
])

function codeOfName(name: string): string {
  return CODES.get(name) ?? (name.length > 9 ? name.replace(/Exception$/, '') : name)
}
