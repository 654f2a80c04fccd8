/**
 * The client's side of Jobs over MQTT: requests as payloads, and what comes back on the topics of
 * one thing. The service's side is `mqtt-service.ts`.
 */
import {
  acceptedOf,
  asObject,
  executionOf,
  executionStateOf,
  isStatus,
  isSummaryList,
  type Members,
  malformed,
  objectOf,
  rejectCode,
} from './answer-json.ts'
import type { JobsNotification, JobsRequest, Operation, Reply } from './jobs.ts'
import { requestMembers } from './request-json.ts'

/** The payload of a request. Topics: `topicPrefix` and `requestSuffix`. */
export function requestPayload(
  operation: Operation,
  request: JobsRequest,
  tokenText: string,
): string {
  const token = `"clientToken":${JSON.stringify(tokenText)}`
  if (operation === 'describe') return `{${describeMembers(request)}${token}}`
  const members = requestMembers(operation, request)
  return members === '' ? `{${token}}` : `{${members},${token}}`
}

function describeMembers(request: JobsRequest): string {
  const { executionNumber, includeJobDocument } = request as {
    executionNumber?: number
    includeJobDocument?: boolean
  }
  let text = ''
  if (executionNumber !== undefined) text += `"executionNumber":${executionNumber},`
  if (includeJobDocument !== undefined) text += `"includeJobDocument":${includeJobDocument},`
  return text
}

export type Delivery =
  | {
      readonly kind: 'answer'
      /** The `clientToken`, if the answer carries one. */
      readonly token: string | undefined
      readonly reply: Reply
    }
  | { readonly kind: 'notification'; readonly notification: JobsNotification }

/**
 * What a message to a thing says. An answer that makes no sense is a rejection with the code
 * `Malformed`.
 *
 * @param suffix the topic without `$aws/things/T/jobs/`.
 * @returns undefined for a topic that is neither answer nor notification, or a notification that
 *   makes no sense.
 */
export function parseDelivery(suffix: string, payload: Buffer): Delivery | undefined {
  if (suffix.endsWith('/accepted')) return answer(payload, true)
  if (suffix.endsWith('/rejected')) return answer(payload, false)
  if (suffix === 'notify-next') return notification(nextOf(objectOf(payload.toString())))
  if (suffix === 'notify') return notification(changedOf(objectOf(payload.toString())))
  return undefined
}

function answer(payload: Buffer, accepted: boolean): Delivery {
  const body = objectOf(payload.toString())
  if (body === undefined)
    return { kind: 'answer', token: undefined, reply: malformed('not a JSON object') }
  const token = body.clientToken
  return {
    kind: 'answer',
    token: typeof token === 'string' ? token : undefined,
    reply: accepted ? acceptedOf(body) : rejectedOf(body),
  }
}

function rejectedOf(body: Members): Reply {
  const { message, executionState } = body
  if (typeof body.code !== 'string') return malformed('a rejection without a code')
  const code = rejectCode(body.code)
  const text = typeof message === 'string' ? message : ''
  const state = executionStateOf(executionState)
  if (state === undefined) return { kind: 'rejected', code, message: text }
  return { kind: 'rejected', code, message: text, executionState: state }
}

function notification(value: JobsNotification | undefined): Delivery | undefined {
  return value && { kind: 'notification', notification: value }
}

function nextOf(body: Members | undefined): JobsNotification | undefined {
  if (body === undefined) return undefined
  if (body.execution == null) return { kind: 'notify-next' }
  const execution = executionOf(body.execution)
  return execution && { kind: 'notify-next', execution }
}

function changedOf(body: Members | undefined): JobsNotification | undefined {
  const jobs = asObject(body?.jobs)
  if (jobs === undefined) return undefined
  for (const status in jobs) if (!isStatus(status) || !isSummaryList(jobs[status])) return undefined
  return { kind: 'notify', jobs }
}
