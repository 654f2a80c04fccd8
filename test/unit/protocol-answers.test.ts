import { describe, expect, test } from 'vitest'
import { httpReply } from '../../src/protocol/http.ts'
import { httpAnswer, httpRoute, readHttpRequest } from '../../src/protocol/http-service.ts'
import { type JobExecution, REJECT_CODES, type Reply } from '../../src/protocol/jobs.ts'
import { parseDelivery } from '../../src/protocol/mqtt.ts'
import { notificationPayload, replyPayload } from '../../src/protocol/mqtt-service.ts'

const documentText = '{"operation":"install", "version":"1.2.3"}'
const execution: JobExecution = {
  jobId: 'fw-42',
  status: 'IN_PROGRESS',
  queuedAt: 1786000000,
  startedAt: 1786000042,
  lastUpdatedAt: 1786000050,
  versionNumber: 3,
  executionNumber: 1,
  jobDocument: documentText,
}
const summary = {
  jobId: 'fw-42',
  queuedAt: 1786000000,
  startedAt: 1786000042,
  lastUpdatedAt: 1786000060,
  versionNumber: 3,
  executionNumber: 1,
}
const state = { status: 'QUEUED', versionNumber: 1 } as const

test.each<{ row: string; reply: Reply; token?: string; payload: string }>([
  {
    row: 'M5 M9: the document is embedded without its spaces, and no thing is named',
    reply: { kind: 'accepted', execution },
    token: 'c-2',
    payload: `{"clientToken":"c-2","timestamp":7,"execution":{"jobId":"fw-42","status":"IN_PROGRESS","queuedAt":1786000000,"startedAt":1786000042,"lastUpdatedAt":1786000050,"versionNumber":3,"executionNumber":1,"jobDocument":{"operation":"install","version":"1.2.3"}}}`,
  },
  {
    row: 'M6: nothing pending is no member at all',
    reply: { kind: 'accepted' },
    token: 'c-2',
    payload: '{"clientToken":"c-2","timestamp":7}',
  },
  { row: 'M3: no token, none echoed', reply: { kind: 'accepted' }, payload: '{"timestamp":7}' },
  {
    row: 'M3: a token with quotes comes back as it was',
    reply: { kind: 'accepted' },
    token: 'a"b\\',
    payload: '{"clientToken":"a\\"b\\\\","timestamp":7}',
  },
  {
    row: 'M7: both lists, also when empty',
    reply: { kind: 'accepted', inProgressJobs: [summary], queuedJobs: [] },
    payload:
      '{"timestamp":7,"inProgressJobs":[{"jobId":"fw-42","queuedAt":1786000000,"lastUpdatedAt":1786000060,"startedAt":1786000042,"executionNumber":1,"versionNumber":3}],"queuedJobs":[]}',
  },
  {
    row: 'M8: what the flags asked for; empty details are left out',
    reply: { kind: 'accepted', executionState: { ...state, statusDetails: {} }, jobDocument: '1' },
    payload:
      '{"timestamp":7,"executionState":{"status":"QUEUED","versionNumber":1},"jobDocument":1}',
  },
  {
    row: 'M13: a version conflict with the state',
    reply: {
      kind: 'rejected',
      code: 'VersionMismatch',
      message: 'Expected version 99 but found version 1',
      executionState: { ...state, statusDetails: { p: '40' } },
    },
    payload:
      '{"timestamp":7,"code":"VersionMismatch","message":"Expected version 99 but found version 1","executionState":{"status":"QUEUED","statusDetails":{"p":"40"},"versionNumber":1}}',
  },
])('an MQTT answer is written byte for byte. $row', ({ reply, token, payload }) => {
  expect(replyPayload(reply, token, 7)).toBe(payload)
})

test.each([
  {
    row: 'N7 a status without entries is left out',
    notification: {
      kind: 'notify',
      jobs: { IN_PROGRESS: [], QUEUED: [{ ...summary, startedAt: undefined }] },
    },
    payload:
      '{"timestamp":7,"jobs":{"QUEUED":[{"jobId":"fw-42","queuedAt":1786000000,"lastUpdatedAt":1786000060,"executionNumber":1,"versionNumber":3}]}}',
  },
  {
    row: 'N6 an empty list',
    notification: { kind: 'notify', jobs: {} },
    payload: '{"timestamp":7,"jobs":{}}',
  },
  { row: 'N6 no next one', notification: { kind: 'notify-next' }, payload: '{"timestamp":7}' },
] as const)('a notification is written byte for byte. $row', ({ notification, payload }) => {
  expect(notificationPayload(notification, 7)).toBe(payload)
  const delivery = parseDelivery(notification.kind, Buffer.from(payload))
  expect(delivery).toMatchObject({
    kind: 'notification',
    notification: { kind: notification.kind },
  })
})

test('N13 a client reads from notify-next what the service put in', () => {
  const payload = notificationPayload({ kind: 'notify-next', execution }, 7)
  expect(parseDelivery('notify-next', Buffer.from(payload))).toEqual({
    kind: 'notification',
    notification: {
      kind: 'notify-next',
      execution: { ...execution, jobDocument: JSON.parse(documentText) },
    },
  })
})

test.each<{ suffix: string; payload: string; token?: string; code?: string }>([
  { suffix: 'start-next/accepted', payload: '{"clientToken":"4","timestamp":7}', token: '4' },
  { suffix: 'start-next/accepted', payload: 'nope', code: 'Malformed' },
  { suffix: 'start-next/accepted', payload: '[]', code: 'Malformed' },
  {
    suffix: 'start-next/accepted',
    payload: '{"clientToken":"4","execution":7}',
    token: '4',
    code: 'Malformed',
  },
  {
    suffix: 'start-next/accepted',
    payload: '{"execution":{"jobId":"a","status":"DONE"}}',
    code: 'Malformed',
  },
  { suffix: 'get/accepted', payload: '{"inProgressJobs":7,"queuedJobs":[]}', code: 'Malformed' },
  { suffix: 'j/update/accepted', payload: '{"executionState":{}}', code: 'Malformed' },
  {
    suffix: 'j/update/rejected',
    payload: '{"clientToken":"4","code":"Odd"}',
    token: '4',
    code: 'Odd',
  },
  { suffix: 'j/update/rejected', payload: '{"clientToken":"4"}', token: '4', code: 'Malformed' },
])('$payload on $suffix is read with code $code', ({ suffix, payload, token, code }) => {
  const delivery = parseDelivery(suffix, Buffer.from(payload))
  expect(delivery).toMatchObject({ kind: 'answer', token })
  expect(delivery).toHaveProperty('reply.kind', code === undefined ? 'accepted' : 'rejected')
  if (code !== undefined) expect(delivery).toHaveProperty('reply.code', code)
})

test.each(['notify', 'notify-next'])('%s that makes no sense is dropped', (suffix) => {
  for (const payload of [
    'nope',
    '[]',
    '{"jobs":[],"execution":1}',
    '{"jobs":{"QUEUED":1},"execution":{}}',
  ])
    expect(parseDelivery(suffix, Buffer.from(payload))).toBeUndefined()
})

test('H4 over HTTP the document is a string and the thing is named', () => {
  const { body, statusCode } = httpAnswer({ kind: 'accepted', execution }, 'dev:1')
  expect(statusCode).toBe(200)
  expect(JSON.parse(body)).toEqual({ execution: { ...execution, thingName: 'dev:1' } })
})

test.each([
  ['ResourceNotFound', 404, 'ResourceNotFoundException', 'ResourceNotFound'],
  ['InvalidJson', 400, 'InvalidRequestException', 'InvalidRequest'],
  ['InvalidRequest', 400, 'InvalidRequestException', 'InvalidRequest'],
  ['InvalidStateTransition', 409, 'InvalidStateTransitionException', 'InvalidStateTransition'],
  ['VersionMismatch', 409, 'InvalidStateTransitionException', 'InvalidStateTransition'],
  ['TerminalStateReached', 410, 'TerminalStateException', 'TerminalStateReached'],
  ['RequestThrottled', 429, 'ThrottlingException', 'RequestThrottled'],
  ['InternalError', 500, 'InternalFailureException', 'InternalError'],
] as const)('H14 %s travels over HTTP as %i %s and arrives as %s', (code, status, name, read) => {
  const answer = httpAnswer(
    { kind: 'rejected', code, message: 'why "so"', executionState: state },
    'd',
  )
  expect(answer).toMatchObject({ statusCode: status, errorType: name })
  const expected = { kind: 'rejected', code: read, message: 'why "so"', executionState: state }
  expect(httpReply(status, name, answer.body)).toEqual(expected)
  expect(httpReply(status, undefined, answer.body)).toEqual(expected)
})

test('no code of the alphabet is without an HTTP error', () => {
  for (const code of REJECT_CODES)
    expect(httpAnswer({ kind: 'rejected', code, message: '' }, 'd').statusCode).toBeGreaterThan(399)
})

test.each([
  {
    status: 404,
    header: undefined,
    body: '{"__type":"ns#ResourceNotFoundException"}',
    code: 'ResourceNotFound',
  },
  {
    status: 409,
    header: 'InvalidStateTransitionException:http://x/',
    body: '',
    code: 'InvalidStateTransition',
  },
  {
    status: 400,
    header: 'ThrottlingException',
    body: '{"code":"Other"}',
    code: 'RequestThrottled',
  },
  { status: 409, header: 'VersionMismatchException', body: '{}', code: 'VersionMismatch' },
  { status: 403, header: 'AccessDeniedException', body: '{}', code: 'AccessDenied' },
  { status: 429, header: undefined, body: '', code: 'RequestThrottled' },
  { status: 503, header: undefined, body: '<html>', code: 'Http503' },
  { status: 503, header: 'ServiceUnavailableException', body: '', code: 'ServiceUnavailable' },
  { status: 302, header: undefined, body: '', code: 'Http302' },
  { status: 200, header: undefined, body: 'nope', code: 'Malformed' },
  { status: 200, header: undefined, body: '[]', code: 'Malformed' },
  { status: 200, header: undefined, body: '{"execution":{"status":"QUEUED"}}', code: 'Malformed' },
  {
    status: 200,
    header: undefined,
    body: '{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}',
    code: 'UnknownOperation',
  },
])(
  'status $status with header $header and body $body is $code',
  ({ status, header, body, code }) => {
    expect(httpReply(status, header, body)).toMatchObject({ kind: 'rejected', code })
  },
)

test.each(['', '{}', '{"execution":null}'])(
  'H5 a 200 with body "%s" says that nothing is pending',
  (body) => {
    expect(httpReply(200, undefined, body)).toEqual({ kind: 'accepted' })
  },
)

/** A thing would put it into a topic, a path or a number of its next request. */
describe.each([
  { what: 'a job id with half a character', members: { jobId: 'fw-\ud800' } },
  { what: 'a job id that is longer than a topic may be', members: { jobId: 'j'.repeat(70_000) } },
  { what: 'a job id of no letters', members: { jobId: '' } },
  { what: 'a job id with levels and wildcards', members: { jobId: '../+/#' } },
  { what: 'an execution number below zero', members: { executionNumber: -1 } },
  { what: 'an execution number with a fraction', members: { executionNumber: 1.5 } },
  { what: 'an execution number that things cannot keep', members: { executionNumber: 2 ** 32 } },
  { what: 'a version with a fraction', members: { versionNumber: 1.5 } },
])('an execution with $what', ({ members }) => {
  const wrong = { ...execution, ...members }
  const body = JSON.stringify({ clientToken: 't1', execution: wrong })

  test('is Malformed over HTTP', () => {
    expect(httpReply(200, undefined, body)).toMatchObject({ code: 'Malformed' })
  })

  test('is Malformed over MQTT', () => {
    const delivery = parseDelivery('start-next/accepted', Buffer.from(body))
    expect(delivery).toMatchObject({ token: 't1', reply: { code: 'Malformed' } })
  })

  test('is no notification', () => {
    expect(parseDelivery('notify-next', Buffer.from(body))).toBeUndefined()
  })
})

test('of a code without an end 64 letters are kept, over either transport', () => {
  const code = 'x'.repeat(100_000)
  const rejected = Buffer.from(JSON.stringify({ clientToken: 't1', code, message: '' }))
  const kept = { kind: 'rejected', code: 'x'.repeat(64) }

  expect(parseDelivery('start-next/rejected', rejected)).toMatchObject({ reply: kept })
  expect(httpReply(400, code, '{}')).toMatchObject(kept)
})

test('a version that no number can hold is no version', () => {
  const body = '{"executionState":{"status":"IN_PROGRESS","versionNumber":1e999}}'
  expect(httpReply(200, undefined, body)).toMatchObject({ code: 'Malformed' })
})

test.each([
  { method: 'PUT', url: '/things/dev/jobs/$next', operation: 'start-next', jobId: undefined },
  { method: 'PUT', url: '/things/dev/jobs/%24next', operation: 'start-next', jobId: undefined },
  { method: 'GET', url: '/things/dev/jobs/%24next', operation: 'describe', jobId: '$next' },
  { method: 'GET', url: '/things/dev/jobs', operation: 'get-pending', jobId: undefined },
  { method: 'POST', url: '/things/dev/jobs/j?namespaceId=x', operation: 'update', jobId: 'j' },
])('H1 $method $url is $operation', ({ method, url, ...expected }) => {
  expect(httpRoute(method, url)).toMatchObject({ thingName: 'dev', ...expected })
})

test('H2 a thing name with %3A is matched as a colon, and decoded once only', () => {
  expect(httpRoute('GET', '/things/a%3Ab/jobs')?.thingName).toBe('a:b')
  expect(httpRoute('GET', '/things/a%253Ab/jobs')?.thingName).toBe('a%3Ab')
})

test.each([
  ['PUT', '/things/dev/jobs/j'],
  ['POST', '/things/dev/jobs'],
  ['DELETE', '/things/dev/jobs/j'],
  ['GET', '/things/dev/jobs/j/more'],
  ['GET', '/things/dev'],
  ['POST', '/command-executions'],
  ['GET', '*'],
])('H27 %s %s is no operation of Jobs', (method, url) => {
  expect(httpRoute(method, url)).toBeUndefined()
})

test('an undecodable name is a bad name and no crash', () => {
  const route = httpRoute('GET', '/things/a%zz/jobs')
  expect(route && readHttpRequest(route, Buffer.alloc(0))).toMatchObject({ code: 'InvalidRequest' })
})

test.each([
  ['PUT', '/things/dev/jobs/$next?stepTimeoutInMinutes=5', { stepTimeoutInMinutes: 5 }],
  [
    'GET',
    '/things/dev/jobs/j?includeJobDocument=false&executionNumber=2',
    { jobId: 'j', executionNumber: 2, includeJobDocument: false },
  ],
])('H18 %s %s takes its members from the query', (method, url, request) => {
  const route = httpRoute(method, url)
  expect(route && readHttpRequest(route, Buffer.alloc(0))).toEqual(request)
})
