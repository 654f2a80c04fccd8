import { expect, test } from 'vitest'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { begunStandIn, DOCUMENT, jobOf, openStandIn } from './stand-in-fixture.ts'

type Answer = Awaited<ReturnType<ReturnType<typeof caller>>>

/** Calls `/things/<path>`; a body that is not text is sent as JSON. */
function caller(base: string) {
  return async (method: string, path: string, body?: unknown, headers = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${base}${path}`, { method, body: text ?? null, headers })
    const answered = await response.text()
    return {
      status: response.status,
      errorType: response.headers.get('x-amzn-errortype'),
      requestId: response.headers.get('x-amzn-requestid'),
      contentType: response.headers.get('content-type'),
      body: (answered === '' ? {} : JSON.parse(answered)) as Record<string, unknown>,
    }
  }
}

async function open(perThing = 1, settings = {}) {
  return caller((await begunStandIn(perThing, settings)).addresses.http)
}

function expectError(answer: Answer, status: number, errorType: string): void {
  expect(answer).toMatchObject({ status, errorType, contentType: 'application/json' })
  expect(answer.body).toMatchObject({ code: errorType, message: expect.any(String) })
}

const JOBS = '/things/thing-0/jobs'

test('a device works an execution off, and each answer has what the model says', async () => {
  const call = await open()
  const started = await call('PUT', `${JOBS}/$next`, {})
  expect(started.status).toBe(200)
  expect(started.body).toEqual({
    execution: {
      jobId: 'fw-1',
      thingName: 'thing-0',
      status: 'IN_PROGRESS',
      queuedAt: expect.any(Number),
      startedAt: expect.any(Number),
      lastUpdatedAt: expect.any(Number),
      versionNumber: 2,
      executionNumber: 1,
      jobDocument: JSON.stringify(DOCUMENT),
    },
  })
  const { queuedAt } = started.body.execution as { queuedAt: number }
  expect(String(queuedAt)).toMatch(/^\d{10}$/)

  expect(await call('GET', JOBS)).toMatchObject({
    status: 200,
    body: { inProgressJobs: [{ jobId: 'fw-1', versionNumber: 2 }], queuedJobs: [] },
  })
  const progress = { status: 'IN_PROGRESS', expectedVersion: '2' }
  expect(await call('POST', `${JOBS}/fw-1`, progress)).toMatchObject({ status: 200, body: {} })
  const last = await call('POST', `${JOBS}/fw-1`, {
    status: 'SUCCEEDED',
    includeJobExecutionState: true,
    includeJobDocument: true,
  })
  expect(last.body).toEqual({
    executionState: { status: 'SUCCEEDED', versionNumber: 4 },
    jobDocument: JSON.stringify(DOCUMENT),
  })
  expect(await call('PUT', `${JOBS}/$next`, {})).toMatchObject({ status: 200, body: {} })
  expectError(await call('GET', `${JOBS}/fw-1`), 410, 'TerminalStateException')
  const again = await call('POST', `${JOBS}/fw-1`, { status: 'SUCCEEDED' })
  expectError(again, 409, 'InvalidStateTransitionException')
})

test.each(['$next', '%24next'])('%s in the path is the next execution', async (next) => {
  const call = await open()
  const looked = await call('GET', `${JOBS}/${next}`)
  expect(looked.body).toMatchObject({ execution: { status: 'QUEUED', versionNumber: 1 } })
  const started = await call('PUT', `${JOBS}/${next}`)
  expect(started.body).toMatchObject({ execution: { status: 'IN_PROGRESS' } })
})

test('a colon in a thing name may come encoded', async () => {
  const call = await open(1, { namePrefix: 'site:' })
  expect(await call('GET', '/things/site%3A0/jobs')).toMatchObject({ status: 200 })
  expect(await call('GET', '/things/site:0/jobs')).toMatchObject({ status: 200 })
  // Decoded once, and not twice.
  expectError(await call('GET', '/things/site%253A0/jobs'), 400, 'InvalidRequestException')
})

test('describe leaves the document out only when told to', async () => {
  const call = await open()
  const whole = await call('GET', `${JOBS}/fw-1`)
  expect(whole.body).toHaveProperty('execution.jobDocument', JSON.stringify(DOCUMENT))
  const bare = await call('GET', `${JOBS}/fw-1?includeJobDocument=false&namespaceId=greengrass`)
  expect(bare.body).toHaveProperty('execution.jobId', 'fw-1')
  expect(bare.body).not.toHaveProperty('execution.jobDocument')
  expect(await call('GET', `${JOBS}/fw-1?executionNumber=1`)).toMatchObject({ status: 200 })
  const other = await call('GET', `${JOBS}/fw-1?executionNumber=2`)
  expectError(other, 404, 'ResourceNotFoundException')
})

test.each([
  ['GET', `${JOBS}/fw-9`, undefined, 404, 'ResourceNotFoundException'],
  ['GET', '/things/nobody/jobs', undefined, 404, 'ResourceNotFoundException'],
  ['PUT', '/things/nobody/jobs/$next', {}, 404, 'ResourceNotFoundException'],
  ['GET', '/things/no%20thing/jobs', undefined, 400, 'InvalidRequestException'],
  ['GET', '/things/%zz/jobs', undefined, 400, 'InvalidRequestException'],
  ['GET', `${JOBS}/%E0%A4%A`, undefined, 400, 'InvalidRequestException'],
  ['POST', `${JOBS}/fw-1`, {}, 400, 'InvalidRequestException'],
  ['POST', `${JOBS}/fw-1`, { status: 'SUCCESS' }, 400, 'InvalidRequestException'],
  ['POST', `${JOBS}/fw-1`, { status: 'TIMED_OUT' }, 400, 'InvalidRequestException'],
  ['POST', `${JOBS}/$next`, { status: 'FAILED' }, 400, 'InvalidRequestException'],
  ['POST', `${JOBS}/fw-1`, 'nope', 400, 'InvalidRequestException'],
  ['POST', `${JOBS}/fw-1`, '[1,2]', 400, 'InvalidRequestException'],
  ['PUT', `${JOBS}/$next`, { stepTimeoutInMinutes: 10_081 }, 400, 'InvalidRequestException'],
  ['PUT', `${JOBS}/$next`, { statusDetails: { step: '' } }, 400, 'InvalidRequestException'],
  ['POST', '/command-executions', {}, 404, 'UnknownOperationException'],
  ['GET', '/', undefined, 404, 'UnknownOperationException'],
  ['GET', '/things/thing-0/shadow', undefined, 404, 'UnknownOperationException'],
  ['DELETE', `${JOBS}/fw-1`, undefined, 404, 'UnknownOperationException'],
  ['PUT', `${JOBS}/fw-1`, {}, 404, 'UnknownOperationException'],
  ['OPTIONS', JOBS, undefined, 404, 'UnknownOperationException'],
  ['PATCH', JOBS, {}, 404, 'UnknownOperationException'],
] as const)('%s %s with %j: %i %s', async (method, path, body, status, errorType) => {
  const call = await open()
  expectError(await call(method, path, body), status, errorType)
  const after = await call('GET', `${JOBS}/fw-1`)
  expect(after.body).toMatchObject({ execution: { status: 'QUEUED', versionNumber: 1 } })
})

test('HEAD is refused without a body', async () => {
  const call = await open()
  expect(await call('HEAD', JOBS)).toMatchObject({ status: 404, body: {} })
})

test('a wrong version tells the state that the service holds', async () => {
  const call = await open()
  const answer = await call('POST', `${JOBS}/fw-1`, { status: 'FAILED', expectedVersion: 7 })
  expectError(answer, 409, 'InvalidStateTransitionException')
  expect(answer.body).toMatchObject({ executionState: { status: 'QUEUED', versionNumber: 1 } })
})

test('every answer has a request id of its own', async () => {
  const call = await open()
  const answers = [
    await call('GET', JOBS),
    await call('GET', JOBS),
    await call('GET', '/nowhere'),
    await call('POST', `${JOBS}/fw-1`, 'nope'),
    await call('POST', `${JOBS}/fw-1`, 'x'.repeat(300_000)),
  ]
  const ids = new Set(answers.map(({ requestId }) => requestId))
  expect(ids.size).toBe(5)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('a body of 256 KB is read; one byte more is a 413, and the connection stays usable', async () => {
  const call = await open()
  const body = (bytes: number) => `{"status":"IN_PROGRESS","x":"${'x'.repeat(bytes - 31)}"}`
  expect(body(262_144)).toHaveLength(262_144)
  expect(await call('POST', `${JOBS}/fw-1`, body(262_144))).toMatchObject({ status: 200 })
  const tooLarge = await call('POST', `${JOBS}/fw-1`, body(262_145))
  expectError(tooLarge, 413, 'RequestEntityTooLargeException')
  expect(await call('GET', JOBS)).toMatchObject({ status: 200 })
})

test('a throttled call is a 429', async () => {
  const call = await open(1, { quotas: { ...AWS_QUOTAS, readsPerSecond: 1 } })
  const answers = [await call('GET', JOBS), await call('GET', JOBS), await call('GET', JOBS)]
  const throttled = answers.find(({ status }) => status !== 200)
  expectError(throttled as Answer, 429, 'ThrottlingException')
  expect(await call('PUT', `${JOBS}/$next`)).toMatchObject({ status: 200 })
})

const SIGNED = (service: string) => ({
  authorization:
    `AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/${service}/aws4_request, ` +
    'SignedHeaders=host;x-amz-date, Signature=00',
})

/** As boto3 presigns: the body's members stand in the query. */
function presigned(date: Date, lifeSeconds: number): string {
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '')
  return new URLSearchParams({
    stepTimeoutInMinutes: '5',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AKID/${stamp.slice(0, 8)}/eu-west-1/iot-jobs-data/aws4_request`,
    'X-Amz-Date': stamp,
    'X-Amz-Expires': String(lifeSeconds),
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': '00',
  }).toString()
}

test('a presigned start honours its query, and is refused after its time', async () => {
  const call = await open()
  const late = presigned(new Date(Date.now() - 120_000), 60)
  expectError(await call('PUT', `${JOBS}/$next?${late}`), 403, 'RequestExpired')
  const unreadable = late.replace(/X-Amz-Date=\w+/, 'X-Amz-Date=yesterday')
  expectError(await call('PUT', `${JOBS}/$next?${unreadable}`), 403, 'RequestExpired')

  const started = await call('PUT', `${JOBS}/$next?${presigned(new Date(), 60)}`)
  expect(started.status).toBe(200)
  const seconds = started.body.execution as { approximateSecondsBeforeTimedOut: number }
  expect(seconds.approximateSecondsBeforeTimedOut).toBeGreaterThan(290)
})

test('a presigned update honours its query, as boto3 writes it', async () => {
  const call = await open()
  await call('PUT', `${JOBS}/$next`, {})
  const moved = new URLSearchParams({
    status: 'IN_PROGRESS',
    statusDetails: "{'step': 'boot', 'left': '2'}",
    expectedVersion: '2',
    includeJobExecutionState: 'True',
  })
  const updated = await call('POST', `${JOBS}/fw-1?${moved}&${presigned(new Date(), 60)}`)
  expect(updated.body).toEqual({
    executionState: {
      status: 'IN_PROGRESS',
      statusDetails: { step: 'boot', left: '2' },
      versionNumber: 3,
    },
  })
})

test('H20 the signature says which plane a request is for', async () => {
  const call = await open()
  const data = await call('GET', JOBS, undefined, SIGNED('iot-jobs-data'))
  expect(data).toMatchObject({ status: 200, body: { queuedJobs: [{ jobId: 'fw-1' }] } })
  const control = await call('GET', JOBS, undefined, SIGNED('iot'))
  expect(control).toMatchObject({ status: 200, body: { executionSummaries: [{ jobId: 'fw-1' }] } })
})

test('two things work apart, and the ledger holds what was asked', async () => {
  const standIn = await openStandIn({ jobs: [jobOf(1)] })
  const call = caller(standIn.addresses.http)
  expect((await call('GET', JOBS)).body).toEqual({ inProgressJobs: [], queuedJobs: [] })
  standIn.begin()
  await call('POST', `${JOBS}/fw-1`, { status: 'FAILED' })
  await call('PUT', '/things/thing-1/jobs/$next', {})
  await call('PUT', `${JOBS}/$next`, {})
  const ledger = standIn.ledger()
  expect(ledger.operations['start-next']).toMatchObject({ received: 2, accepted: 1, empty: 1 })
  expect(ledger.operations.update).toMatchObject({ received: 1, accepted: 1 })
  expect([...ledger.ended]).toEqual([1, 0, 0])
  expect(ledger.byStatus).toMatchObject({ FAILED: 1 })
  expect(ledger.open).toContainEqual([1, 'fw-1', 1, 'IN_PROGRESS'])
})
