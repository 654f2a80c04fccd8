import fc from 'fast-check'
import { expect, test } from 'vitest'
import { httpCall } from '../../src/protocol/http.ts'
import { httpRoute, readHttpRequest } from '../../src/protocol/http-service.ts'
import type { JobsRequest, Operation } from '../../src/protocol/jobs.ts'
import { requestPayload } from '../../src/protocol/mqtt.ts'
import { readMqttRequest } from '../../src/protocol/mqtt-service.ts'

const update = (payload: unknown) => read('update', 'job-1', payload)

function read(operation: Operation, jobId: string | undefined, payload: unknown) {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return readMqttRequest(operation, 'dev', jobId, Buffer.from(text)).request
}

const optional = { requiredKeys: [] as [] }
const details = fc.dictionary(
  fc.stringMatching(/^[a-zA-Z0-9:_-]{1,128}$/),
  fc.string({ minLength: 1, unit: fc.constantFrom('a', 'é', '日', '"', '\\', '😀', ' ') }),
  { maxKeys: 10, noNullPrototype: true },
)
const version = fc.nat()
const jobId = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/)
const calls: fc.Arbitrary<[Operation, JobsRequest]> = fc.oneof(
  fc
    .record({ statusDetails: details, stepTimeoutInMinutes: fc.integer() }, optional)
    .map((request): [Operation, JobsRequest] => ['start-next', request]),
  fc
    .record(
      {
        jobId,
        status: fc.constantFrom('QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'),
        statusDetails: details,
        expectedVersion: version,
        executionNumber: version,
        includeJobExecutionState: fc.boolean(),
        includeJobDocument: fc.boolean(),
        stepTimeoutInMinutes: fc.integer(),
      },
      { requiredKeys: ['jobId', 'status'] },
    )
    .map((request): [Operation, JobsRequest] => ['update', request]),
  fc
    .record(
      {
        jobId: fc.oneof(jobId, fc.constant('$next')),
        executionNumber: version,
        includeJobDocument: fc.boolean(),
      },
      { requiredKeys: ['jobId'] },
    )
    .map((request): [Operation, JobsRequest] => ['describe', request]),
  fc.constant<[Operation, JobsRequest]>(['get-pending', {}]),
)

test('a request sent over MQTT is read as it was, with its token', () => {
  const readBack = fc.property(calls, fc.string(), ([operation, request], token) => {
    const payload = Buffer.from(requestPayload(operation, request, token))
    const job = (request as { jobId?: string }).jobId
    expect(readMqttRequest(operation, 'dev', job, payload)).toEqual({ token, request })
  })
  fc.assert(readBack)
})

test('a request sent over HTTP is read as it was, on its route', () => {
  const readBack = fc.property(
    calls,
    fc.stringMatching(/^[a-zA-Z0-9:_-]{1,128}$/),
    ([operation, request], thingName) => {
      const { method, path, body } = httpCall(operation, thingName, request)
      const route = httpRoute(method, path)
      expect(route).toMatchObject({ operation, thingName })
      if (route) expect(readHttpRequest(route, Buffer.from(body ?? ''))).toEqual(request)
    },
  )
  fc.assert(readBack)
})

test.each([['[1,2]'], ['nope'], ['"text"'], ['null'], ['{"status":']])(
  'M10 the payload %s is InvalidJson',
  (text) => {
    expect(update(text)).toMatchObject({ kind: 'rejected', code: 'InvalidJson' })
  },
)

test('M10 a payload that is not UTF-8 is InvalidJson, and no token is read from it', () => {
  const payload = Buffer.concat([Buffer.from('{"clientToken":"a'), Buffer.from([0xc3, 0x28])])
  expect(readMqttRequest('get-pending', 'dev', undefined, payload)).toMatchObject({
    token: undefined,
    request: { code: 'InvalidJson' },
  })
})

test('M11 a payload of length zero counts as {}', () => {
  expect(read('start-next', undefined, '')).toEqual({})
  expect(read('describe', '$next', '')).toEqual({ jobId: '$next' })
})

test.each([
  {
    why: 'H9 no status',
    payload: { status: undefined },
    at: "Value null at 'status' failed to satisfy constraint",
  },
  { why: 'null is no status', payload: { status: null }, at: "Value null at 'status'" },
  {
    why: 'H10 an unknown status',
    payload: { status: 'SUCCESS' },
    at: "Value 'SUCCESS' at 'status'",
  },
  { why: 'status a number', payload: { status: 1 }, at: "Value '1' at 'status'" },
  {
    why: 'H21 a version that is no number',
    payload: { expectedVersion: 'x' },
    at: 'expectedVersion',
  },
  { why: 'a broken version', payload: { expectedVersion: 1.5 }, at: 'expectedVersion' },
  { why: 'an empty version', payload: { expectedVersion: '' }, at: 'expectedVersion' },
  { why: 'a number that is none', payload: { executionNumber: [] }, at: 'executionNumber' },
  { why: 'a flag as text', payload: { includeJobDocument: 'true' }, at: 'includeJobDocument' },
  { why: 'a timer as text', payload: { stepTimeoutInMinutes: '5' }, at: 'stepTimeoutInMinutes' },
  { why: 'a broken timer', payload: { stepTimeoutInMinutes: 0.5 }, at: 'stepTimeoutInMinutes' },
  { why: 'details as text', payload: { statusDetails: '{}' }, at: 'statusDetails' },
  { why: 'details as a list', payload: { statusDetails: [] }, at: 'statusDetails' },
  { why: 'a number above 64 bits', payload: { executionNumber: 2 ** 64 }, at: 'executionNumber' },
  {
    why: 'text above 64 bits',
    payload: { expectedVersion: '9999999999999999999' },
    at: 'expectedVersion',
  },
  { why: 'H22 11 pairs', payload: { statusDetails: pairs(11) }, at: 'statusDetails' },
  {
    why: 'H22 a key of 129',
    payload: { statusDetails: { ['k'.repeat(129)]: 'v' } },
    at: 'statusDetails',
  },
  { why: 'a key with a blank', payload: { statusDetails: { 'a b': 'v' } }, at: 'statusDetails' },
  { why: 'H22 an empty value', payload: { statusDetails: { k: '' } }, at: 'statusDetails.k' },
  {
    why: 'H22 a value of 1025',
    payload: { statusDetails: { k: 'v'.repeat(1025) } },
    at: 'statusDetails.k',
  },
  {
    why: 'H22 a control character',
    payload: { statusDetails: { k: 'a\u0007' } },
    at: 'statusDetails.k',
  },
  { why: 'a lone surrogate', payload: { statusDetails: { k: '\ud800' } }, at: 'statusDetails.k' },
  { why: 'a value that is a number', payload: { statusDetails: { k: 1 } }, at: 'statusDetails.k' },
  { why: 'a token that is a number', payload: { clientToken: 1 }, at: 'clientToken' },
])('an update is refused and the field named: $why', ({ payload, at }) => {
  const reply = update({ status: 'FAILED', ...payload })
  expect(reply).toMatchObject({ kind: 'rejected', code: 'InvalidRequest' })
  expect((reply as { message: string }).message).toContain(at)
})

test('thousands of bad details are refused in one sentence that any client takes', () => {
  const statusDetails = Object.fromEntries(
    Array.from({ length: 9_000 }, (_, at) => [`k ${at}`, '']),
  )
  const { message } = update({ status: 'FAILED', statusDetails }) as { message: string }
  expect(message).toMatch(/^Value .* at 'statusDetails' failed .* less than or equal to 10$/)
  expect(message.length).toBeLessThan(300)
})

test('several wrong fields are counted and all named', () => {
  const { message } = update({ status: 'DONE', expectedVersion: 'x' }) as { message: string }
  expect(message).toMatch(/^2 validation errors detected: .*'status'.*'expectedVersion'/)
})

test.each([
  { why: 'H21 a version as text', payload: { expectedVersion: '2' }, part: { expectedVersion: 2 } },
  {
    why: 'H22 the limits of details',
    payload: { statusDetails: widest() },
    part: { statusDetails: widest() },
  },
  { why: 'null as absent', payload: { expectedVersion: null, statusDetails: null }, part: {} },
  { why: 'unknown members', payload: { colour: 'red', kind: 'rejected' }, part: {} },
  {
    why: 'a timer out of range, which the core checks last',
    payload: { stepTimeoutInMinutes: 0 },
    part: { stepTimeoutInMinutes: 0 },
  },
])('an update is read: $why', ({ payload, part }) => {
  expect(update({ status: 'FAILED', ...payload })).toEqual({
    jobId: 'job-1',
    status: 'FAILED',
    ...part,
  })
})

test('a device that sets QUEUED is let through, because the service calls that a wrong transition', () => {
  expect(update({ status: 'QUEUED' })).toEqual({ jobId: 'job-1', status: 'QUEUED' })
})

test.each([
  { operation: 'update', jobId: '$next', thing: 'dev', at: 'jobId' },
  { operation: 'update', jobId: 'j'.repeat(65), thing: 'dev', at: 'jobId' },
  { operation: 'update', jobId: '', thing: 'dev', at: 'jobId' },
  { operation: 'describe', jobId: 'a.b', thing: 'dev', at: 'jobId' },
  { operation: 'start-next', jobId: undefined, thing: 'a b', at: 'thingName' },
  { operation: 'start-next', jobId: undefined, thing: 't'.repeat(129), at: 'thingName' },
] as const)('H12 $operation of job "$jobId" on thing "$thing" is refused', (row) => {
  const { request } = readMqttRequest(
    row.operation,
    row.thing,
    row.jobId,
    Buffer.from('{"status":"FAILED"}'),
  )
  expect(request).toMatchObject({ code: 'InvalidRequest' })
  expect((request as { message: string }).message).toContain(row.at)
})

test('a key called __proto__ is kept as any other', () => {
  const request = update('{"status":"FAILED","statusDetails":{"__proto__":"x"}}')
  expect(JSON.stringify(request)).toBe(
    '{"jobId":"job-1","status":"FAILED","statusDetails":{"__proto__":"x"}}',
  )
})

function pairs(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']))
}

function widest(): Record<string, string> {
  return { ...pairs(9), ['k'.repeat(128)]: '😀'.repeat(1024) }
}
