import {
  GetPendingJobExecutionsCommand,
  ThrottlingException,
  UpdateJobExecutionCommand,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, test } from 'vitest'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import type { ServiceSwitches } from '../../src/protocol/switches.ts'
import { awsClients, expectRefusal } from './aws-clients.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { begunStandIn } from './stand-in-fixture.ts'

/** Protocol, section 11: the switches of the two fronts. Those of the service have unit tests. */

const open = (switches: Partial<ServiceSwitches>, quotas = {}) =>
  begunStandIn(2, { switches, ...quotas })

const ONE_READ = { quotas: { ...AWS_QUOTAS, readsPerSecond: 1 } }

test.each([429, 400] as const)(
  '1 a throttled call over HTTP is a %i, and the SDK reads it as one',
  async (throttledStatus) => {
    const { data } = awsClients(await open({ throttledStatus }, ONE_READ))
    const look = () => data.send(new GetPendingJobExecutionsCommand({ thingName: 'thing-0' }))
    await look()
    await expectRefusal(look(), ThrottlingException, throttledStatus)
  },
)

test.each([429, 400] as const)(
  'H15 an SDK with retries gets through a throttle of status %i',
  async (throttledStatus) => {
    const { data } = awsClients(await open({ throttledStatus }, ONE_READ), 20)
    const look = () => data.send(new GetPendingJobExecutionsCommand({ thingName: 'thing-0' }))
    await look()
    expect((await look()).$metadata.attempts).toBeGreaterThan(1)
  },
)

test.each(['InvalidStateTransitionException', 'VersionMismatchException'] as const)(
  '2 a version conflict over HTTP is called %s',
  async (name) => {
    const { data } = awsClients(await open({ versionConflict: name }))
    const update = { jobId: 'fw-1', thingName: 'thing-0', expectedVersion: 9 }
    const stale = data.send(new UpdateJobExecutionCommand({ ...update, status: 'IN_PROGRESS' }))
    await expectRefusal(stale, Error, 409, {
      name,
      message: expect.stringMatching(/version 9 .* version 1/),
    })
  },
)

test.each([
  ['subscription', [0, 1]],
  [0, [0, 0]],
  [1, [1, 1]],
] as const)(
  '5 with answerQos %s an answer without and one with a subscription',
  async (answerQos, qos) => {
    const standIn = await open({ answerQos })
    const device = await Device.open(standIn.addresses.mqtt, { clean: false, clientId: 'keeps' })
    const first = await device.ask(jobsTopic(0, 'get'), {})
    await device.client.subscribeAsync(jobsTopic(0, '#'), { qos: 1 })
    const second = await device.ask(jobsTopic(0, 'get'), {})
    expect([first.qos, second.qos]).toEqual(qos)
    const { qos: told } = await device
      .ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })
      .then(() => device.next(({ topic }) => topic === jobsTopic(0, 'notify')))
    expect(told).toBe(qos[1])
  },
)

test.each([
  ['requester', 0],
  ['subscribers', 1],
] as const)('6 an answer to the %s is heard by %i others', async (answersTo, others) => {
  const standIn = await open({ answersTo })
  const listener = await Device.open(standIn.addresses.mqtt)
  await listener.client.subscribeAsync(jobsTopic(0, 'get/+'), { qos: 1 })
  const device = await Device.open(standIn.addresses.mqtt)
  await device.client.subscribeAsync(jobsTopic(0, 'get/+'), { qos: 1 })
  await device.ask(jobsTopic(0, 'get'), { clientToken: 'mine' })
  await listener.ask(jobsTopic(1, 'get'), {})
  const overheard = listener.messages.filter(({ body }) => body.clientToken === 'mine')
  expect(overheard).toHaveLength(others)
  expect(
    device.messages.filter(({ topic }) => topic === jobsTopic(0, 'get/accepted')),
  ).toHaveLength(1)
})

test.each([
  ['close', "Couldn't connect to server"],
  ['code-3', 3],
] as const)('13 with %s a throttled CONNECT of 3.1.1 gets %s', async (connectThrottle, said) => {
  const quotas = { ...AWS_QUOTAS, connectsPerSecond: 1 }
  const standIn = await open({ connectThrottle }, { quotas })
  await Device.open(standIn.addresses.mqtt)
  const refused = await Device.open(standIn.addresses.mqtt).then(
    () => 'connected',
    (error: { code?: unknown; message: string }) => error.code ?? error.message,
  )
  expect(refused).toBe(said)
})

test.each([
  ['suback', false],
  ['close', true],
] as const)(
  '14 with %s a connection past its subscribe rate is closed: %s',
  async (subscribeThrottle, closed) => {
    const quotas = { ...AWS_QUOTAS, subscribesPerSecond: 1 }
    const standIn = await open({ subscribeThrottle }, { quotas })
    const device = await Device.open(standIn.addresses.mqtt)
    await device.client.subscribeAsync('plant/one')
    await device.client.subscribeAsync('plant/two').catch(() => {})
    if (closed) await device.whenClosed()
    else await device.ask(jobsTopic(0, 'get'), {})
    expect(device.closed).toBe(closed)
  },
)

test.each([
  ['rejected', 1],
  ['none', 0],
] as const)(
  '18 with %s a topic that is no operation gets %i answers',
  async (invalidTopic, answers) => {
    const standIn = await open({ invalidTopic })
    const device = await Device.open(standIn.addresses.mqtt)
    await device.client.publishAsync(jobsTopic(0, 'foo/bar'), '{}', { qos: 1 })
    await device.ask(jobsTopic(0, 'get'), {})
    const answered = device.messages.filter(({ topic }) => topic.endsWith('foo/bar/rejected'))
    expect(answered).toHaveLength(answers)
  },
)

test.each(['InvalidRequestException', 'SerializationException'] as const)(
  '21 a body that is no JSON is a %s on both planes',
  async (badJson) => {
    const { addresses } = await open({ badJson })
    const scope = 'Credential=AKID/20260101/eu-west-1/iot/aws4_request'
    const signed = { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=00` }
    for (const [path, headers] of [
      ['/things/thing-0/jobs/fw-1', {}],
      ['/things/pump', signed],
    ] as const) {
      const answer = await fetch(addresses.http + path, { method: 'POST', body: 'nope', headers })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('x-amzn-errortype')).toBe(badJson)
    }
  },
)

test.each([
  ['notify-first', 1],
  ['shuffled', 2],
] as const)('22 %s notifications come in %i orders', async (notifyOrder, orders) => {
  const standIn = await begunStandIn(30, { switches: { notifyOrder } })
  const device = await Device.open(standIn.addresses.mqtt)
  await device.client.subscribeAsync([jobsTopic(0, 'notify'), jobsTopic(0, 'notify-next')], {
    qos: 1,
  })
  const seen = new Set<string>()
  for (let job = 1; job <= 30; job++) {
    device.messages.length = 0
    await device.ask(jobsTopic(0, `fw-${job}/update`), { status: 'SUCCEEDED' })
    await device.next(({ topic }) => topic.endsWith('/notify'))
    await device.next(({ topic }) => topic.endsWith('/notify-next'))
    const told = device.messages.filter(({ topic }) => topic.includes('/notify'))
    seen.add(told.map(({ topic }) => topic.split('/').pop()).join())
  }
  expect(seen.size).toBe(orders)
})
