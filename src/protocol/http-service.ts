/**
 * The service's side of Jobs over HTTP. The client's side is `http.ts`. Shapes: service model
 * iot-jobs-data 2017-09-29; how errors are carried: protocol 1.6.
 */
import { executionText, stateText, summariesText } from './execution-json.ts'
import type { Accepted, JobsRequest, Operation, RejectCode, Rejected, Reply } from './jobs.ts'
import { NEXT_JOB } from './limits.ts'
import { parsePayload, parseRequest } from './parse-request.ts'
import { movedMembers, queryMembers } from './query-members.ts'
import type { ServiceSwitches } from './switches.ts'

export interface HttpRoute {
  readonly operation: Operation
  readonly thingName: string
  readonly jobId: string | undefined
  /** What stands behind `?`; '' when there is nothing. */
  readonly query: string
}

/**
 * @param url path and query as they came; each level of the path is decoded once, here.
 * @returns undefined for what is no operation of the data plane.
 */
export function httpRoute(method: string, url: string): HttpRoute | undefined {
  const queryAt = url.indexOf('?')
  const path = queryAt < 0 ? url : url.slice(0, queryAt)
  const query = queryAt < 0 ? '' : url.slice(queryAt + 1)
  const [root, things, name, jobs, job, ...more] = path.split('/')
  if (root !== '' || things !== 'things' || name === undefined || jobs !== 'jobs') return undefined
  if (more.length > 0) return undefined
  const thingName = decoded(name)
  const jobId = job === undefined ? undefined : decoded(job)
  const operation = operationOf(method, jobId)
  if (operation === undefined) return undefined
  const named = operation === 'describe' || operation === 'update'
  return { operation, thingName, jobId: named ? jobId : undefined, query }
}

function operationOf(method: string, jobId: string | undefined): Operation | undefined {
  if (method === 'GET') return jobId === undefined ? 'get-pending' : 'describe'
  if (method === 'POST' && jobId !== undefined) return 'update'
  if (method === 'PUT' && jobId === NEXT_JOB) return 'start-next'
  return undefined
}

/** Text that cannot be decoded stays as it is; its `%` fails the pattern of names. */
function decoded(level: string): string {
  try {
    return decodeURIComponent(level)
  } catch {
    return level
  }
}

/** The query counts where there is no body: describe, and presigned calls of start-next and update. */
export function readHttpRequest(route: HttpRoute, body: Uint8Array): JobsRequest | Rejected {
  const { operation, thingName, jobId, query } = route
  if (operation === 'describe' || operation === 'get-pending')
    return parseRequest(operation, thingName, jobId, queryMembers(query))
  if (body.length === 0) return parseRequest(operation, thingName, jobId, movedMembers(query))
  const parsed = parsePayload(body)
  if (parsed.kind === 'rejected') return parsed
  return parseRequest(operation, thingName, jobId, parsed.members)
}

export interface HttpAnswer {
  readonly statusCode: number
  /** For `x-amzn-ErrorType`; undefined for a success. */
  readonly errorType: string | undefined
  readonly body: string
}

export function httpAnswer(reply: Reply, thingName: string, errors = ERRORS): HttpAnswer {
  if (reply.kind === 'accepted')
    return { statusCode: 200, errorType: undefined, body: acceptedBody(reply, thingName) }
  const [statusCode, errorType] = errors[reply.code as RejectCode] ?? errors.InternalError
  return httpError(statusCode, errorType, reply.message, reply.executionState)
}

/** An error that is none of the Jobs operations', such as 413 or an unknown path. */
export function httpError(
  statusCode: number,
  errorType: string,
  message: string,
  executionState?: Rejected['executionState'],
): HttpAnswer {
  const state = executionState === undefined ? '' : `,"executionState":${stateText(executionState)}`
  const body = `{"code":"${errorType}","message":${JSON.stringify(message)}${state}}`
  return { statusCode, errorType, body }
}

/** The HTTP status and the name of each refusal. */
export type HttpErrors = Readonly<Record<RejectCode, readonly [number, string]>>

/** As the switches 1, 2 and 21 have them. */
export function httpErrors(switches: ServiceSwitches): HttpErrors {
  return {
    ...ERRORS,
    InvalidJson: [400, switches.badJson],
    VersionMismatch: [409, switches.versionConflict],
    RequestThrottled: [switches.throttledStatus, 'ThrottlingException'],
  }
}

const ERRORS: HttpErrors = {
  InvalidTopic: [400, 'InvalidRequestException'],
  InvalidJson: [400, 'InvalidRequestException'],
  InvalidRequest: [400, 'InvalidRequestException'],
  InvalidStateTransition: [409, 'InvalidStateTransitionException'],
  ResourceNotFound: [404, 'ResourceNotFoundException'],
  // The model has no exception of that name; the state in the body tells the two apart.
  VersionMismatch: [409, 'InvalidStateTransitionException'],
  InternalError: [500, 'InternalFailureException'],
  RequestThrottled: [429, 'ThrottlingException'],
  TerminalStateReached: [410, 'TerminalStateException'],
}

function acceptedBody(reply: Accepted, thingName: string): string {
  const members: string[] = []
  const { execution, executionState, jobDocument, inProgressJobs, queuedJobs } = reply
  if (execution !== undefined) {
    const document = execution.jobDocument
    const text = document === undefined ? undefined : JSON.stringify(document)
    members.push(`"execution":${executionText(execution, thingName, text)}`)
  }
  if (executionState !== undefined) members.push(`"executionState":${stateText(executionState)}`)
  if (jobDocument !== undefined) members.push(`"jobDocument":${JSON.stringify(jobDocument)}`)
  if (inProgressJobs !== undefined)
    members.push(`"inProgressJobs":${summariesText(inProgressJobs)}`)
  if (queuedJobs !== undefined) members.push(`"queuedJobs":${summariesText(queuedJobs)}`)
  return `{${members.join(',')}}`
}
