/**
 * The service's side of Jobs over MQTT. The client's side is `mqtt.ts`, topics are `mqtt-topics.ts`.
 * A `jobDocument` here is JSON text, and stands in the answer as the value it spells: on one line, like
 * all that the service writes, so that tools that read messages by lines can read it.
 */
import { compactJson } from './compact-json.ts'
import { executionText, stateText, summariesText } from './execution-json.ts'
import type {
  Accepted,
  JobExecution,
  JobsNotification,
  JobsRequest,
  Operation,
  Rejected,
  Reply,
} from './jobs.ts'
import { invalidRequest, parsePayload, parseRequest, problem } from './parse-request.ts'

export interface MqttRequest {
  /** To be echoed; undefined when there is none, or none that can be read. */
  readonly token: string | undefined
  readonly request: JobsRequest | Rejected
}

/** Thing name and job id come from the topic. */
export function readMqttRequest(
  operation: Operation,
  thingName: string,
  jobId: string | undefined,
  payload: Uint8Array,
): MqttRequest {
  const parsed = parsePayload(payload)
  if (parsed.kind === 'rejected') return { token: undefined, request: parsed }
  const { members } = parsed
  const { clientToken } = members
  if (typeof clientToken === 'string')
    return { token: clientToken, request: parseRequest(operation, thingName, jobId, members) }
  const request =
    clientToken == null
      ? parseRequest(operation, thingName, jobId, members)
      : invalidRequest([problem(clientToken, 'clientToken', 'Member must be a string')])
  return { token: undefined, request }
}

/** The payload for `…/accepted` or `…/rejected`, whichever the reply's kind says. */
export function replyPayload(
  reply: Reply,
  token: string | undefined,
  timestampSeconds: number,
): string {
  const members = reply.kind === 'accepted' ? acceptedMembers(reply) : rejectedMembers(reply)
  const echoed = token === undefined ? '' : `"clientToken":${JSON.stringify(token)},`
  return `{${echoed}"timestamp":${timestampSeconds}${members}}`
}

function acceptedMembers(reply: Accepted): string {
  let text = ''
  if (reply.execution !== undefined) text += `,"execution":${embedded(reply.execution)}`
  if (reply.executionState !== undefined)
    text += `,"executionState":${stateText(reply.executionState)}`
  if (reply.jobDocument !== undefined)
    text += `,"jobDocument":${compactJson(reply.jobDocument as string)}`
  if (reply.inProgressJobs !== undefined)
    text += `,"inProgressJobs":${summariesText(reply.inProgressJobs)}`
  if (reply.queuedJobs !== undefined) text += `,"queuedJobs":${summariesText(reply.queuedJobs)}`
  return text
}

function rejectedMembers(reply: Rejected): string {
  const state =
    reply.executionState === undefined ? '' : `,"executionState":${stateText(reply.executionState)}`
  return `,"code":"${reply.code}","message":${JSON.stringify(reply.message)}${state}`
}

function embedded(execution: JobExecution): string {
  const document = execution.jobDocument as string | undefined
  return executionText(execution, undefined, document && compactJson(document))
}

/** The payload for `notify` or `notify-next`, whichever the kind says. */
export function notificationPayload(
  notification: JobsNotification,
  timestampSeconds: number,
): string {
  if (notification.kind === 'notify-next') {
    const { execution } = notification
    const next = execution === undefined ? '' : `,"execution":${embedded(execution)}`
    return `{"timestamp":${timestampSeconds}${next}}`
  }
  const { IN_PROGRESS, QUEUED } = notification.jobs
  const lists: string[] = []
  if (IN_PROGRESS?.length) lists.push(`"IN_PROGRESS":${summariesText(IN_PROGRESS)}`)
  if (QUEUED?.length) lists.push(`"QUEUED":${summariesText(QUEUED)}`)
  return `{"timestamp":${timestampSeconds},"jobs":{${lists.join(',')}}}`
}
