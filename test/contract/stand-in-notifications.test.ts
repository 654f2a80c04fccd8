import { describe, expect, test } from 'vitest'
import { Device, jobsTopic } from './mqtt-device.ts'
import { begunStandIn, DOCUMENT, jobOf, openStandIn } from './stand-in-fixture.ts'

const BOTH = [jobsTopic(0, 'notify'), jobsTopic(0, 'notify-next')]

/** The rows N1 to N15 that a device can bring about itself; the table of 2.6 is held by unit tests. */
describe.each([4, 5] as const)('notifications over MQTT %i', (protocolVersion) => {
  test('a new job is told to whoever subscribes, also by wildcard, and to nobody else', async () => {
    const standIn = await openStandIn({ jobs: [jobOf(1)] })
    const open = () => Device.open(standIn.addresses.mqtt, { protocolVersion })
    const [exact, wild, tail, hash, stranger] = await Promise.all([
      open(),
      open(),
      open(),
      open(),
      open(),
    ])
    await exact.client.subscribeAsync(BOTH, { qos: 1 })
    await wild.client.subscribeAsync('$aws/things/+/jobs/notify-next', { qos: 0 })
    await tail.client.subscribeAsync([jobsTopic(0, '#'), ...BOTH], { qos: 0 })
    await hash.client.subscribeAsync(['#', '+/things/thing-0/jobs/notify'], { qos: 1 })
    standIn.begin()

    const next = await exact.next(({ topic }) => topic === BOTH[1])
    expect(exact.messages.map(({ topic }) => topic)).toEqual(BOTH)
    expect(exact.messages[0]?.body).toMatchObject({
      timestamp: expect.any(Number),
      jobs: { QUEUED: [{ jobId: 'fw-1', versionNumber: 1, executionNumber: 1 }] },
    })
    expect(Object.keys(exact.messages[0]?.body.jobs as object)).toEqual(['QUEUED'])
    expect(next.body).toMatchObject({
      timestamp: expect.any(Number),
      execution: { jobId: 'fw-1', status: 'QUEUED', executionNumber: 1, jobDocument: DOCUMENT },
    })
    expect(next.body).not.toHaveProperty('execution.thingName')
    expect(exact.messages.every(({ qos, retain }) => qos === 1 && !retain)).toBe(true)

    for (const one of [wild, tail, hash, stranger]) await one.ask(jobsTopic(2, 'get'), {})
    const heard = ({ messages }: Device) =>
      messages.map(({ topic }) => topic).filter((topic) => !topic.includes('/get/'))
    expect(heard(wild).sort()).toEqual([0, 1, 2].map((index) => jobsTopic(index, 'notify-next')))
    expect(heard(tail)).toEqual(BOTH)
    expect(heard(hash)).toEqual([])
    expect(heard(stranger)).toEqual([])
  })

  test('start and progress are told to nobody, the end after its answer, and twice', async () => {
    const standIn = await begunStandIn(2)
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await device.client.subscribeAsync(jobsTopic(0, '+'), { qos: 1 })
    const ask = async (rest: string, request: object) => {
      await device.ask(jobsTopic(0, rest), request)
      await device.ask(jobsTopic(0, 'get'), {})
      return device.messages
        .splice(0)
        .filter(({ topic }) => !topic.startsWith(jobsTopic(0, 'get')))
        .map(({ topic, body }) => ({ suffix: topic.slice(jobsTopic(0, '').length), body }))
    }
    const suffixes = (messages: readonly { suffix: string }[]) =>
      messages.map(({ suffix }) => suffix)

    expect(suffixes(await ask('start-next', {}))).toEqual(['start-next/accepted'])
    expect(suffixes(await ask('start-next', {}))).toEqual(['start-next/accepted'])
    const progress = await ask('fw-1/update', { status: 'IN_PROGRESS' })
    expect(suffixes(progress)).toEqual(['fw-1/update/accepted'])

    const ended = await ask('fw-1/update', { status: 'SUCCEEDED' })
    expect(suffixes(ended)).toEqual(['fw-1/update/accepted', 'notify', 'notify-next'])
    expect(ended[1]?.body).toMatchObject({ jobs: { QUEUED: [{ jobId: 'fw-2' }] } })
    expect(ended[2]?.body).toMatchObject({ execution: { jobId: 'fw-2', status: 'QUEUED' } })

    const last = await ask('fw-2/update', { status: 'REJECTED' })
    expect(suffixes(last)).toEqual(['fw-2/update/accepted', 'notify', 'notify-next'])
    expect(last[1]?.body).toEqual({ timestamp: expect.any(Number), jobs: {} })
    expect(last[2]?.body).toEqual({ timestamp: expect.any(Number) })
  })

  test('with latency the order stays: answer, notify, notify-next', async () => {
    const standIn = await begunStandIn(1, { latency: { medianUs: 30_000, p99Us: 90_000 } })
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await device.client.subscribeAsync(jobsTopic(0, '#'), { qos: 0 })
    await device.ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })
    await device.next(({ topic }) => topic === BOTH[1])
    expect(device.messages.map(({ topic }) => topic)).toEqual([
      jobsTopic(0, 'fw-1/update/accepted'),
      ...BOTH,
    ])
  })

  test('a change over HTTP is told over MQTT, and an execution that times out too', async () => {
    const jobs = [jobOf(2, { inProgressTimeoutMinutes: 1 })]
    const standIn = await openStandIn({ jobs, minuteUs: 50_000 })
    standIn.begin()
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await device.client.subscribeAsync(BOTH[1] as string, { qos: 1 })
    const url = `${standIn.addresses.http}/things/thing-0/jobs/fw-1`
    await fetch(url, { method: 'POST', body: '{"status":"FAILED"}' })
    const second = await device.next(({ topic }) => topic === BOTH[1])
    expect(second.body).toHaveProperty('execution.jobId', 'fw-2')

    await device.ask(jobsTopic(0, 'start-next'), {})
    const over = await device.next(({ topic, body }) => topic === BOTH[1] && !body.execution)
    expect(over.body).toEqual({ timestamp: expect.any(Number) })
  })

  test('a filter that is given up brings nothing more', async () => {
    const standIn = await begunStandIn(2)
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await device.client.subscribeAsync(BOTH, { qos: 1 })
    await device.client.unsubscribeAsync(BOTH[0] as string)
    await device.ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })
    await device.next(({ topic }) => topic === BOTH[1])
    await device.ask(jobsTopic(0, 'get'), {})
    expect(device.messages.map(({ topic }) => topic)).not.toContain(BOTH[0])
  })

  test('a persistent session hears on its return what it missed at QoS 1; a clean one does not', async () => {
    const standIn = await begunStandIn(2)
    const properties = protocolVersion === 5 ? { sessionExpiryInterval: 600 } : {}
    const keeping = { protocolVersion, clientId: 'keeps', clean: false, properties } as const
    const clean = { protocolVersion, clientId: 'forgets', clean: true } as const
    for (const options of [keeping, clean]) {
      const device = await Device.open(standIn.addresses.mqtt, options)
      await device.client.subscribeAsync(BOTH[1] as string, { qos: 1 })
      await device.client.subscribeAsync(BOTH[0] as string, { qos: 0 })
      await device.client.endAsync()
    }
    const worker = await Device.open(standIn.addresses.mqtt, { protocolVersion })
    await worker.ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })

    const back = await Device.open(standIn.addresses.mqtt, keeping)
    const missed = await back.next(({ topic }) => topic === BOTH[1])
    expect(missed.body).toHaveProperty('execution.jobId', 'fw-2')
    const forgetful = await Device.open(standIn.addresses.mqtt, clean)
    await forgetful.ask(jobsTopic(0, 'get'), {})
    expect(forgetful.messages).toHaveLength(1)
    await back.ask(jobsTopic(0, 'fw-2/update'), { status: 'SUCCEEDED' })
    await back.next(({ topic, body }) => topic === BOTH[1] && !body.execution)
    expect(back.messages.filter(({ topic }) => topic === BOTH[1])).toHaveLength(2)
  })

  test('a second connection of a persistent session gets what the first did not acknowledge', async () => {
    const standIn = await openStandIn({ jobs: [jobOf(1)] })
    const properties = protocolVersion === 5 ? { sessionExpiryInterval: 600 } : {}
    const options = { protocolVersion, clientId: 'keeps', clean: false, properties } as const
    const silent = await Device.open(standIn.addresses.mqtt, options)
    await silent.client.subscribeAsync(BOTH[1] as string, { qos: 1 })
    silent.client.handleMessage = () => {} // its callback would send the PUBACK
    standIn.begin()
    await silent.next(({ topic }) => topic === BOTH[1])

    const taker = await Device.open(standIn.addresses.mqtt, options)
    const again = await taker.next(({ topic }) => topic === BOTH[1])
    expect(again.body).toHaveProperty('execution.jobId', 'fw-1')
    await silent.whenClosed()
  })
})
