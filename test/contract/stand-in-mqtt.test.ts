import { describe, expect, test } from 'vitest'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { begunStandIn, DOCUMENT, jobOf, openStandIn } from './stand-in-fixture.ts'

/** The rows M1 to M26 of the wire contract that a client can see. */
describe.each([4, 5] as const)('over MQTT %i', (protocolVersion) => {
  const open = async (perThing: number, settings = {}) => {
    const standIn = await begunStandIn(perThing, settings)
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    return { standIn, device }
  }

  test('a device that subscribes to nothing is answered, once and to the point', async () => {
    const { device } = await open(1)
    const started = await device.ask(jobsTopic(0, 'start-next'), { clientToken: 'c-1' })
    expect(started.topic).toBe(jobsTopic(0, 'start-next/accepted'))
    expect(started.qos).toBe(0)
    const { clientToken, timestamp, execution, ...rest } = started.body
    expect(rest).toEqual({})
    expect(clientToken).toBe('c-1')
    expect(Math.abs((timestamp as number) - Date.now() / 1_000)).toBeLessThan(5)
    expect(execution).toMatchObject({ jobId: 'fw-1', status: 'IN_PROGRESS', versionNumber: 2 })
    expect(execution).toHaveProperty('jobDocument', DOCUMENT)
    expect(execution).not.toHaveProperty('thingName')

    const update = { status: 'SUCCEEDED', clientToken: 'c-2' }
    const updated = await device.ask(jobsTopic(0, 'fw-1/update'), update)
    expect(updated.topic).toBe(jobsTopic(0, 'fw-1/update/accepted'))
    expect(Object.keys(updated.body).sort()).toEqual(['clientToken', 'timestamp'])

    const nothing = await device.ask(jobsTopic(0, 'start-next'), { clientToken: 'c-3' })
    expect(Object.keys(nothing.body).sort()).toEqual(['clientToken', 'timestamp'])
    expect(device.messages).toHaveLength(3)
  })

  test('$next is answered under its own name, and a listing has both lists', async () => {
    const { device } = await open(1)
    const next = await device.ask(jobsTopic(0, '$next/get'), {})
    expect(next.topic).toBe(jobsTopic(0, '$next/get/accepted'))
    expect(next.body).toMatchObject({ execution: { jobId: 'fw-1', status: 'QUEUED' } })
    const list = await device.ask(jobsTopic(0, 'get'), {})
    expect(list.body).toMatchObject({ inProgressJobs: [], queuedJobs: [{ jobId: 'fw-1' }] })
  })

  test.each(['', '{}'])('the payload %j is a request without members', async (payload) => {
    const { device } = await open(1)
    for (const rest of ['get', '$next/get', 'start-next']) {
      const { topic, body } = await device.ask(jobsTopic(0, rest), payload)
      expect(topic).toBe(jobsTopic(0, `${rest}/accepted`))
      expect(body).not.toHaveProperty('clientToken')
    }
  })

  test.each([
    ['an array', '[1,2]'],
    ['no JSON', 'nope'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['half an object', '{"status":'],
  ])('%s is InvalidJson, and the connection stays', async (_, payload) => {
    const { device } = await open(1)
    for (const rest of ['start-next', 'fw-1/update']) {
      const { topic, body } = await device.ask(jobsTopic(0, rest), payload)
      expect(topic).toBe(jobsTopic(0, `${rest}/rejected`))
      expect(body).toMatchObject({ code: 'InvalidJson', timestamp: expect.any(Number) })
    }
    expect(device.closed).toBe(false)
  })

  test.each([
    ['fw-9/update', { status: 'SUCCEEDED' }, 'ResourceNotFound'],
    ['fw-9/get', {}, 'ResourceNotFound'],
    ['fw-1/update', {}, 'InvalidRequest'],
    ['fw-1/update', { status: 'SUCCESS' }, 'InvalidRequest'],
    ['fw-1/update', { status: 'SUCCEEDED', expectedVersion: 99 }, 'VersionMismatch'],
    ['$next/update', { status: 'SUCCEEDED' }, 'InvalidRequest'],
    ['start-next', { stepTimeoutInMinutes: 0 }, 'InvalidRequest'],
  ])('%s with %j is rejected there with %s', async (rest, request, code) => {
    const { device } = await open(1)
    const { topic, body } = await device.ask(jobsTopic(0, rest), {
      clientToken: 'ü"\\',
      ...request,
    })
    expect(topic).toBe(jobsTopic(0, `${rest}/rejected`))
    expect(body).toMatchObject({ code, clientToken: 'ü"\\' })
    if (code === 'VersionMismatch')
      expect(body).toHaveProperty('executionState', { status: 'QUEUED', versionNumber: 1 })
    else expect(body).not.toHaveProperty('executionState')
    const after = await device.ask(jobsTopic(0, 'fw-1/get'), {})
    expect(after.body).toMatchObject({ execution: { status: 'QUEUED', versionNumber: 1 } })
  })

  test.each(['nobody', 'thing-3', 'thing-00'])(
    'the unknown thing %s is not found',
    async (name) => {
      const { device } = await open(1)
      for (const rest of ['start-next', 'get', '$next/get', 'fw-1/update']) {
        const topic = `$aws/things/${name}/jobs/${rest}`
        const { body } = await device.ask(topic, { status: 'SUCCEEDED' })
        expect(body).toMatchObject({ code: 'ResourceNotFound' })
      }
    },
  )

  test('a thing with a bad name is an InvalidRequest', async () => {
    const { device } = await open(1)
    const { body } = await device.ask('$aws/things/no thing/jobs/start-next', {})
    expect(body).toMatchObject({ code: 'InvalidRequest' })
  })

  test.each(['foo/bar', 'foo', 'notify', 'start-next/accepted', 'fw-1/namespace-x/get', ''])(
    'a publish to jobs/%s is an InvalidTopic on that topic',
    async (rest) => {
      const { device } = await open(1)
      const { topic, body } = await device.ask(jobsTopic(0, rest), {})
      expect(topic).toBe(`${jobsTopic(0, rest)}/rejected`)
      expect(body).toMatchObject({ code: 'InvalidTopic' })
    },
  )

  test('answers go to the requester alone, however others subscribe', async () => {
    const { standIn, device } = await open(1)
    const other = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await other.client.subscribeAsync(
      [jobsTopic(0, 'start-next/accepted'), '$aws/things/+/jobs/start-next/+', '#'],
      { qos: 1 },
    )
    await device.ask(jobsTopic(0, 'start-next'), {})
    await other.ask(jobsTopic(1, 'get'), {})
    expect(other.messages.map(({ topic }) => topic)).toEqual([jobsTopic(1, 'get/accepted')])
  })

  test('overlapping filters bring one copy, at the best QoS among them', async () => {
    const { device } = await open(1)
    await device.client.subscribeAsync(jobsTopic(0, 'get/+'), { qos: 0 })
    await device.client.subscribeAsync(jobsTopic(0, 'get/accepted'), { qos: 1 })
    await device.client.subscribeAsync([jobsTopic(0, '#'), '$aws/#'], { qos: 0 })
    expect((await device.ask(jobsTopic(0, 'get'), {})).qos).toBe(1)
    expect((await device.ask(jobsTopic(0, '$next/get'), {})).qos).toBe(0)
    await device.client.unsubscribeAsync(jobsTopic(0, 'get/accepted'))
    expect((await device.ask(jobsTopic(0, 'get'), {})).qos).toBe(0)
    expect(device.messages).toHaveLength(3)
  })

  test.each(['+/update/accepted', 'fw-1/update/+'])(
    'an answer reaches the filter %s',
    async (filter) => {
      const { device } = await open(1)
      await device.client.subscribeAsync(jobsTopic(0, filter), { qos: 1 })
      const { qos } = await device.ask(jobsTopic(0, 'fw-1/update'), { status: 'IN_PROGRESS' })
      expect(qos).toBe(1)
    },
  )

  test('two equal requests bring two answers, each with its token', async () => {
    const { device } = await open(1)
    const topic = jobsTopic(0, 'start-next')
    device.client.publish(topic, '{"clientToken":"a"}', { qos: 1 })
    device.client.publish(topic, '{"clientToken":"b"}', { qos: 0 })
    await device.next(({ body }) => body.clientToken === 'b')
    const tokens = device.messages.map(({ body }) => body.clientToken)
    expect(tokens).toEqual(['a', 'b'])
  })

  test('a request for another thing than the one the client is named after is answered', async () => {
    const { device } = await open(1)
    const { body } = await device.ask(jobsTopic(2, 'start-next'), {})
    expect(body).toHaveProperty('execution.jobId', 'fw-1')
  })

  test('a document that is written on several lines comes on one', async () => {
    const documentText = '{\n  "operation": "install",\n  "note": "two  words"\n}\n'
    const standIn = await begunStandIn(1, { jobs: [jobOf(1, { documentText })] })
    const device = await Device.open(standIn.addresses.mqtt)
    let payload = ''
    device.client.on('message', (_, bytes) => {
      payload = bytes.toString()
    })
    const { body } = await device.ask(jobsTopic(0, 'start-next'), {})
    expect(body.execution).toMatchObject({ jobDocument: JSON.parse(documentText) })
    expect(payload).toContain('"jobDocument":{"operation":"install","note":"two  words"}}')
  })

  test('nothing is retained: who subscribes later hears nothing old', async () => {
    const { standIn, device } = await open(1)
    await device.ask(jobsTopic(0, 'start-next'), {})
    await device.ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })
    const late = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await late.client.subscribeAsync(['$aws/#', jobsTopic(0, '#')], { qos: 1 })
    await late.ask(jobsTopic(0, 'get'), {})
    expect(late.messages).toHaveLength(1)
    expect(late.messages[0]?.retain).toBe(false)
  })

  test('a start over MQTT is finished over HTTP', async () => {
    const { standIn, device } = await open(1)
    await device.ask(jobsTopic(0, 'start-next'), {})
    const url = `${standIn.addresses.http}/things/thing-0/jobs/fw-1`
    const finished = await fetch(url, { method: 'POST', body: '{"status":"SUCCEEDED"}' })
    expect(finished.status).toBe(200)
    const { body } = await device.ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })
    expect(body).toMatchObject({
      code: 'InvalidStateTransition',
      executionState: { status: 'SUCCEEDED' },
    })
  })

  test('a throttled request is rejected as such and keeps its connection', async () => {
    const quotas = { ...AWS_QUOTAS, writesPerSecond: 1 }
    const { device } = await open(1, { quotas })
    const codes: unknown[] = []
    for (let at = 0; at < 4; at++)
      codes.push((await device.ask(jobsTopic(0, 'start-next'), {})).body.code)
    expect(codes[0]).toBeUndefined()
    expect(codes).toContain('RequestThrottled')
    const read = await device.ask(jobsTopic(0, 'get'), {})
    expect(read.topic).toBe(jobsTopic(0, 'get/accepted'))
  })

  test('an answer takes its time when the service has latency', async () => {
    const { device } = await open(1, { latency: { medianUs: 80_000, p99Us: 80_000 } })
    const sentMs = performance.now()
    await device.ask(jobsTopic(0, 'start-next'), {})
    expect(performance.now() - sentMs).toBeGreaterThan(79)
  })

  test('ordinary topics are an ordinary broker', async () => {
    const standIn = await openStandIn()
    const one = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    const other = await Device.open(standIn.addresses.mqtt, { protocolVersion: 4 })
    await other.client.subscribeAsync('plant/+/heat', { qos: 1 })
    await one.client.publishAsync('plant/7/heat', '{"celsius":90}', { qos: 1, retain: true })
    expect((await other.next(({ topic }) => topic === 'plant/7/heat')).qos).toBe(1)
    await one.client.subscribeAsync('plant/7/heat', { qos: 0 })
    expect((await one.next(({ topic }) => topic === 'plant/7/heat')).retain).toBe(true)
  })
})
