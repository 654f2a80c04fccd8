import type { Operation } from './jobs.ts'

/**
 * What a topic under `$aws/things/T/jobs/` means. Read by position and not by search, because `get`,
 * `start-next`, `notify` and `notify-next` are legal job ids (AWS IoT Developer Guide, Jobs MQTT API).
 */
export type JobsTopic =
  | {
      readonly kind: 'request'
      readonly thingName: string
      readonly operation: Operation
      /** Of update and describe; `$next` too. Not checked against the pattern of a job id. */
      readonly jobId: string | undefined
    }
  | {
      readonly kind: 'answer'
      readonly thingName: string
      readonly operation: Operation
      readonly jobId: string | undefined
      readonly accepted: boolean
    }
  | { readonly kind: 'notify' | 'notify-next'; readonly thingName: string }
  /** In the namespace of Jobs, but nothing there: InvalidTopic. */
  | { readonly kind: 'unknown'; readonly thingName: string }

const ROOT = '$aws/things/'
const MIDDLE = '/jobs/'

/** `$aws/things/T/jobs/`, which begins every topic of a thing. */
export function topicPrefix(thingName: string): string {
  return ROOT + thingName + MIDDLE
}

/** What follows the prefix in the topic of a request. */
export function requestSuffix(operation: Operation, jobId: string | undefined): string {
  switch (operation) {
    case 'start-next':
      return 'start-next'
    case 'get-pending':
      return 'get'
    case 'update':
      return `${jobId}/update`
    case 'describe':
      return `${jobId}/get`
  }
}

/** Characters that an answer's topic has behind that of its request: `/accepted` or `/rejected`. */
const ANSWER_CHARS = 9

/** Whether what is known to be the topic of an answer stands under that of a request; both whole, or
 *  both without the prefix. Reads and builds nothing: it is asked of every answer. */
export function isAnswerTo(request: string, answerTopic: string): boolean {
  return answerTopic.length === request.length + ANSWER_CHARS && answerTopic.startsWith(request)
}

/** @returns undefined when the topic is not in the namespace of Jobs. */
export function parseTopic(topic: string): JobsTopic | undefined {
  if (!topic.startsWith(ROOT)) return undefined
  const nameEnd = topic.indexOf('/', ROOT.length)
  if (nameEnd < 0 || !topic.startsWith(MIDDLE, nameEnd)) return undefined
  const thingName = topic.slice(ROOT.length, nameEnd)
  const [first = '', second, third, ...more] = topic.slice(nameEnd + MIDDLE.length).split('/')
  const unknown = { kind: 'unknown', thingName } as const
  if (more.length > 0) return unknown
  if (second === undefined) {
    if (first === 'notify' || first === 'notify-next') return { kind: first, thingName }
    const operation = THING_REQUESTS.get(first)
    return operation ? { kind: 'request', thingName, operation, jobId: undefined } : unknown
  }
  const ofJob = JOB_REQUESTS.get(second)
  if (third === undefined) {
    if (ofJob) return { kind: 'request', thingName, operation: ofJob, jobId: first }
    return answer(thingName, THING_REQUESTS.get(first), undefined, second) ?? unknown
  }
  return answer(thingName, ofJob, first, third) ?? unknown
}

const THING_REQUESTS: ReadonlyMap<string, Operation> = new Map([
  ['get', 'get-pending'],
  ['start-next', 'start-next'],
])

const JOB_REQUESTS: ReadonlyMap<string, Operation> = new Map([
  ['get', 'describe'],
  ['update', 'update'],
])

function answer(
  thingName: string,
  operation: Operation | undefined,
  jobId: string | undefined,
  last: string,
): JobsTopic | undefined {
  if (operation === undefined || (last !== 'accepted' && last !== 'rejected')) return undefined
  return { kind: 'answer', thingName, operation, jobId, accepted: last === 'accepted' }
}
