import { request } from 'node:http'
import {
  CreateThingCommand,
  DescribeEndpointCommand,
  DescribeEventConfigurationsCommand,
  DescribeThingCommand,
  InvalidRequestException,
  ListJobExecutionsForThingCommand,
  ListThingsCommand,
  ThrottlingException,
  UpdateEventConfigurationsCommand,
} from '@aws-sdk/client-iot'
import { GetPendingJobExecutionsCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, onTestFinished, test } from 'vitest'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { startStandIn } from '../../src/service/stand-in.ts'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { begunStandIn, openStandIn, settingsWith } from './stand-in-fixture.ts'

/** How the two planes share a port, and what every answer of the control plane has. */

interface Answer {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** Unlike `fetch`, it may name any host. */
function call(
  base: string,
  method: string,
  path: string,
  headers = {},
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${base}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode: status, headers } = response
        resolve({ status, headers, body: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const signed = (service: string, region = 'eu-west-1') => ({
  authorization:
    `AWS4-HMAC-SHA256 Credential=AKID/20260101/${region}/${service}/aws4_request, ` +
    'SignedHeaders=host;x-amz-date, Signature=00',
})

const JOBS = '/things/thing-0/jobs'
const ofData = (answer: Answer) => 'queuedJobs' in JSON.parse(answer.body)
const ofControl = (answer: Answer) => 'executionSummaries' in JSON.parse(answer.body)

test('H20 one path gives two shapes on one port, as the signature is for one service or the other', async () => {
  const { iot, data } = awsClients(await begunStandIn(1))
  const device = await data.send(new GetPendingJobExecutionsCommand({ thingName: 'thing-0' }))
  expect(device.queuedJobs).toMatchObject([{ jobId: 'fw-1' }])
  const fleet = await iot.send(new ListJobExecutionsForThingCommand({ thingName: 'thing-0' }))
  expect(fleet.executionSummaries).toMatchObject([
    { jobId: 'fw-1', jobExecutionSummary: { status: 'QUEUED' } },
  ])
})

test('a presigned request is told by the scope in its query', async () => {
  const base = (await begunStandIn(1)).addresses.http
  const query = (service: string) =>
    `?X-Amz-Credential=A%2F20260101%2Feu-west-1%2F${service}%2Faws4_request`
  expect(ofControl(await call(base, 'GET', JOBS + query('iot')))).toBe(true)
  expect(ofData(await call(base, 'GET', JOBS + query('iot-jobs-data')))).toBe(true)
})

test('without a signature the host tells, and without a telling host the port', async () => {
  const standIn = await startStandIn(settingsWith(), {
    host: '127.0.0.1',
    mqttPort: 0,
    httpPort: 0,
    controlPort: 0,
  })
  onTestFinished(() => standIn.close())
  const { http, control = '' } = standIn.addresses
  for (const base of [http, control]) {
    const of = (host: string) => call(base, 'GET', JOBS, { host })
    expect(ofControl(await of('iot.eu-west-1.amazonaws.com'))).toBe(true)
    expect(ofData(await of('data.jobs.iot.eu-west-1.amazonaws.com'))).toBe(true)
    expect(ofData(await of('a1b2c3.jobs.iot.eu-west-1.amazonaws.com'))).toBe(true)
    expect(ofControl(await call(base, 'GET', JOBS, signed('iot')))).toBe(true)
    expect(ofData(await call(base, 'GET', JOBS, signed('iot-jobs-data')))).toBe(true)
  }
  expect(ofData(await call(http, 'GET', JOBS))).toBe(true)
  expect(ofControl(await call(control, 'GET', JOBS))).toBe(true)
  const { mqtt } = standIn.addresses
  expect(new Set([mqtt, http, control].map((url) => new URL(url).port)).size).toBe(3)
  const ids = [http, control].map(async (base) => {
    const { headers } = await call(base, 'GET', '/nowhere')
    return String(headers['x-amzn-requestid'])
  })
  expect(new Set(await Promise.all(ids)).size).toBe(2)
})

test('an unsigned request that only the other plane has goes there, and a signed one does not', async () => {
  const standIn = await startStandIn(settingsWith(), {
    host: '127.0.0.1',
    mqttPort: 0,
    httpPort: 0,
    controlPort: 0,
  })
  onTestFinished(() => standIn.close())
  const { http, control = '' } = standIn.addresses
  const job = JSON.stringify({ targets: [arn('thing', 'thing-0')], document: '{}' })
  expect((await call(http, 'PUT', '/jobs/fw', {}, job)).status).toBe(200)
  const started = await call(control, 'PUT', `${JOBS}/$next`, {}, '{}')
  expect(JSON.parse(started.body)).toMatchObject({ execution: { jobId: 'fw' } })

  expect((await call(http, 'PUT', '/jobs/other', signed('iot-jobs-data'), job)).status).toBe(404)
  expect((await call(http, 'PUT', `${JOBS}/$next`, signed('iot'), '{}')).status).toBe(404)
  const host = 'data.jobs.iot.eu-west-1.amazonaws.com'
  expect((await call(http, 'PUT', '/jobs/other', { host }, job)).status).toBe(404)
  expect((await call(http, 'POST', '/command-executions', {}, '{}')).status).toBe(404)
})

test('every answer has a request id of its own, a type and a date; one without output has no body', async () => {
  const base = (await openStandIn()).addresses.http
  const policy = '{"policyDocument":"{\\"Statement\\":[]}"}'
  const answers = [
    await call(base, 'POST', '/policies/all', signed('iot'), policy),
    await call(base, 'DELETE', '/policies/all', signed('iot')),
    await call(base, 'DELETE', '/things/thing-0', signed('iot')),
    await call(base, 'GET', '/jobs/none', signed('iot')),
    await call(base, 'GET', '/nowhere', signed('iot')),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404])
  const [, deleted, empty, refused] = answers
  expect(deleted).toMatchObject({ body: '', headers: { 'content-length': '0' } })
  expect(empty?.body).toBe('{}')
  expect(refused?.headers['x-amzn-errortype']).toBe('ResourceNotFoundException')
  expect(JSON.parse(refused?.body ?? '')).toMatchObject({
    code: 'ResourceNotFoundException',
    message: expect.any(String),
  })
  expect(new Set(answers.map(({ headers }) => headers['x-amzn-requestid'])).size).toBe(5)
  for (const { headers } of answers) {
    expect(headers['content-type']).toBe('application/json')
    expect(new Date(String(headers.date)).getTime()).toBeGreaterThan(Date.now() - 60_000)
  }
})

test('ARNs are of the Region of the signature', async () => {
  const base = (await openStandIn()).addresses.http
  const answer = await call(base, 'GET', '/things/thing-0', signed('iot', 'ap-south-1'))
  expect(JSON.parse(answer.body).thingArn).toBe('arn:aws:iot:ap-south-1:123456789012:thing/thing-0')
})

test.each(['nope', '[1,2]'])('a body that is %s is an InvalidRequestException', async (body) => {
  const base = (await openStandIn()).addresses.http
  const answer = await call(base, 'POST', '/things/pump', signed('iot'), body)
  expect(answer.status).toBe(400)
  expect(answer.headers['x-amzn-errortype']).toBe('InvalidRequestException')
})

test('several wrong members are counted and all named', async () => {
  const { iot } = awsClients(await openStandIn())
  const wrong = { thingName: 'a b', thingTypeName: 'c d', billingGroupName: 'e f' }
  await expectRefusal(iot.send(new CreateThingCommand(wrong)), InvalidRequestException, 400, {
    message: expect.stringMatching(
      /^3 validation errors detected: .*'thingName'.*'thingTypeName'.*'billingGroupName'/,
    ),
  })
})

test('C18 the endpoints are the stand-in’s own, for each type of them', async () => {
  const standIn = await openStandIn()
  const { iot } = awsClients(standIn)
  const of = async (endpointType?: string) =>
    (await iot.send(new DescribeEndpointCommand({ endpointType }))).endpointAddress
  const { host: mqtt } = new URL(standIn.addresses.mqtt)
  const { host: http } = new URL(standIn.addresses.http)
  expect(await of('iot:Jobs')).toBe(http)
  expect(await of('iot:CredentialProvider')).toBe(http)
  expect(await of('iot:Data-ATS')).toBe(mqtt)
  expect(await of('iot:Data')).toBe(mqtt)
  expect(await of()).toBe(mqtt)
  await expectRefusal(of('iot:Nothing'), InvalidRequestException, 400)
})

test('a stand-in that listens everywhere is called what its client calls it', async () => {
  const options = { host: '0.0.0.0', mqttPort: 0, httpPort: 0 }
  const standIn = await startStandIn(settingsWith(), options)
  onTestFinished(() => standIn.close())
  const { http } = standIn.addresses
  const { port } = new URL(http)
  const asked = async (host: string) => {
    const headers = { ...signed('iot'), host }
    const { body } = await call(http, 'GET', '/endpoint?endpointType=iot:Jobs', headers)
    return JSON.parse(body).endpointAddress
  }
  expect(await asked(`stand-in:${port}`)).toBe(`stand-in:${port}`)
  expect(await asked(`iot.stand-in:${port}`)).toBe(`stand-in:${port}`)
})

test('event configurations are kept as they were set', async () => {
  const { iot } = awsClients(await openStandIn())
  await iot.send(
    new UpdateEventConfigurationsCommand({
      eventConfigurations: { JOB: { Enabled: true }, JOB_EXECUTION: { Enabled: true } },
    }),
  )
  const off = { JOB: { Enabled: false } }
  await iot.send(new UpdateEventConfigurationsCommand({ eventConfigurations: off }))
  const { eventConfigurations } = await iot.send(new DescribeEventConfigurationsCommand({}))
  expect(eventConfigurations).toMatchObject({
    JOB: { Enabled: false },
    JOB_EXECUTION: { Enabled: true },
    THING: { Enabled: false },
  })
})

test('with quotas each operation has its own rate, and a throttle is a 400', async () => {
  const { iot } = awsClients(await openStandIn({ quotas: { ...AWS_QUOTAS, burstSeconds: 0.1 } }))
  // Ten a second with a tenth of a second's burst is one call.
  const lists = Array.from({ length: 4 }, () => iot.send(new ListThingsCommand({})))
  const settled = await Promise.allSettled(lists)
  const refused = settled.find((call) => call.status === 'rejected')
  await expectRefusal(Promise.reject(refused?.reason), ThrottlingException, 400, {
    message: 'Rate exceeded',
  })
  await iot.send(new DescribeThingCommand({ thingName: 'thing-0' }))
})

test('an SDK with retries gets through a throttle', async () => {
  const quotas = { ...AWS_QUOTAS, burstSeconds: 0.1 }
  const { iot } = awsClients(await openStandIn({ quotas }), 10)
  const lists = Array.from({ length: 4 }, () => iot.send(new ListThingsCommand({})))
  const attempts = (await Promise.all(lists)).map(({ $metadata }) => $metadata.attempts ?? 0)
  expect(Math.max(...attempts)).toBeGreaterThan(1)
})
