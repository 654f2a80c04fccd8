import { connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { VirtualClock } from '../../src/clock/clock.ts'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { begunStandIn, openStandIn } from './stand-in-fixture.ts'

/** The rules of the broker: 2.7 and the rows B1 to B16 of the wire contract. */
const VERSIONS = [4, 5] as const

async function open(protocolVersion: 4 | 5, options = {}) {
  const standIn = await openStandIn()
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion, ...options })
  return { standIn, device }
}

test.each(VERSIONS)(
  'a user name full of metrics and no password may connect, %i',
  async (version) => {
    const username = '?SDK=JSv2&Version=1.28.0&Platform=linux&Metadata=(a=b)'
    const { device } = await open(version, { username })
    expect((await device.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
  },
)

test.each(VERSIONS)('the second connection of a client id ends the first, %i', async (version) => {
  const clientId = 'twin'
  const { standIn, device: first } = await open(version, { clientId })
  const ended = first.reasonOfEnd()
  const second = await Device.open(standIn.addresses.mqtt, { protocolVersion: version, clientId })
  expect(await ended).toBe(version === 5 ? 0x8e : undefined)
  expect((await second.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
})

test('of several connections of a client id that come at once one stays', async () => {
  const standIn = await openStandIn()
  const opening = Array.from({ length: 5 }, () =>
    Device.open(standIn.addresses.mqtt, { clientId: 'crowd' }).catch(() => undefined),
  )
  const devices = (await Promise.all(opening)).filter((device) => device !== undefined)
  const open = () => devices.filter(({ closed }) => !closed)
  await expect.poll(() => open().length).toBe(1)
  expect((await open()[0]?.ask(jobsTopic(0, 'get'), {}))?.body).toHaveProperty('queuedJobs')
})

test('MQTT 5 is told the maximum QoS and the keep-alive that holds', async () => {
  const standIn = await openStandIn()
  const connackOf = async (keepalive: number) => {
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5, keepalive })
    // The library keeps what it was told.
    const { maximumQoS, serverKeepAlive, topicAliasMaximum } = (
      device.client as unknown as { connackPacket: { properties: Record<string, unknown> } }
    ).connackPacket.properties
    return { maximumQoS, serverKeepAlive, topicAliasMaximum }
  }
  const told = { maximumQoS: 1, topicAliasMaximum: 8 }
  expect(await connackOf(60)).toEqual({ ...told, serverKeepAlive: undefined })
  expect(await connackOf(10)).toEqual({ ...told, serverKeepAlive: 30 })
  expect(await connackOf(0)).toEqual({ ...told, serverKeepAlive: 1_200 })
  expect(await connackOf(5_000)).toEqual({ ...told, serverKeepAlive: 1_200 })
})

test('a publish at QoS 2 is not answered in 3.1.1 and ends the connection in 5', async () => {
  const { standIn, device: old } = await open(4)
  old.client.publish(jobsTopic(0, 'get'), '{"clientToken":"two"}', { qos: 2 })
  old.client.publish('plant/heat', 'x', { qos: 2 })
  await old.ask(jobsTopic(0, 'get'), { clientToken: 'one' })
  expect(old.messages.map(({ body }) => body.clientToken)).toEqual(['one'])

  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5 })
  const ended = device.reasonOfEnd()
  device.client.publish(jobsTopic(0, 'get'), '{}', { qos: 2 })
  expect(await ended).toBe(0x9b)
})

test.each(VERSIONS)('a subscription at QoS 2 is granted QoS 1, %i', async (version) => {
  const { device } = await open(version)
  const [granted] = await device.client.subscribeAsync(jobsTopic(0, 'notify'), { qos: 2 })
  expect(granted?.qos).toBe(1)
})

const filters = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `plant/${from + index}`)

test.each(VERSIONS)(
  'eight filters in one SUBSCRIBE are granted, nine end it, %i',
  async (version) => {
    const { device } = await open(version)
    expect(await device.client.subscribeAsync(filters(8))).toHaveLength(8)
    const ended = device.reasonOfEnd()
    device.client.subscribe(filters(9))
    expect(await ended).toBe(version === 5 ? 0x97 : undefined)
  },
)

test.each(VERSIONS)('the 51st subscription fails and ends the connection, %i', async (version) => {
  const { device } = await open(version)
  for (let from = 0; from < 48; from += 8) await device.client.subscribeAsync(filters(8, from))
  await device.client.subscribeAsync(filters(2, 48))
  // The same filter again is no new subscription.
  await device.client.subscribeAsync(filters(8, 0))
  const ended = device.reasonOfEnd()
  const refused = device.client.subscribeAsync('one/more')
  await expect(refused).rejects.toThrow()
  expect(await ended).toBe(version === 5 ? 0x97 : undefined)
})

const deep = (slashes: number) => `a${'/b'.repeat(slashes)}`
const long = (bytes: number) => 'x'.repeat(bytes)

test.each(VERSIONS)('seven slashes and 256 bytes of topic are allowed, %i', async (version) => {
  const { device } = await open(version)
  await device.client.subscribeAsync([deep(7), long(256)], { qos: 1 })
  for (const topic of [deep(7), long(256)]) {
    await device.client.publishAsync(topic, '{}', { qos: 1 })
    await device.next((message) => message.topic === topic)
  }
})

test.each(
  VERSIONS.flatMap((version) => [
    { version, what: 'topic', why: 'eight slashes', text: deep(8) },
    { version, what: 'topic', why: '257 bytes', text: long(257) },
    { version, what: 'topic', why: '129 characters of two bytes', text: 'ü'.repeat(129) },
    { version, what: 'filter', why: 'eight slashes', text: deep(8) },
    { version, what: 'filter', why: '257 bytes', text: long(257) },
  ]),
)('a $what of $why ends the connection, $version', async ({ version, what, text }) => {
  const { device } = await open(version)
  const ended = device.reasonOfEnd()
  if (what === 'topic') device.client.publish(text, '{}', { qos: 1 })
  else device.client.subscribe(text)
  expect(await ended).toBe(version === 5 ? 0x90 : undefined)
})

test.each(VERSIONS)('128 KB of payload are taken and a byte more ends it, %i', async (version) => {
  const { device } = await open(version)
  await device.client.publishAsync('plant/heat', long(131_072), { qos: 1 })
  const padded = (bytes: number) => `{"x":"${long(bytes - 8)}"}`
  const { body } = await device.ask(jobsTopic(0, 'get'), padded(131_072))
  expect(body).toHaveProperty('queuedJobs')
  const ended = device.reasonOfEnd()
  device.client.publish(jobsTopic(0, 'get'), padded(131_073), { qos: 1 })
  expect(await ended).toBe(version === 5 ? 0x97 : undefined)
})

test.each(VERSIONS)(
  'a client id of 128 bytes may connect, one of 129 is refused, %i',
  async (version) => {
    const { standIn } = await open(version, { clientId: long(128) })
    const refused = Device.open(standIn.addresses.mqtt, {
      protocolVersion: version,
      clientId: long(129),
    })
    await expect(refused).rejects.toMatchObject({ code: version === 5 ? 0x85 : 2 })
  },
)

test('RETAIN on a reserved topic ends a 3.1.1 connection and is refused in 5', async () => {
  const { standIn, device: old } = await open(4)
  old.client.publish(jobsTopic(0, 'get'), '{}', { qos: 1, retain: true })
  await old.whenClosed()
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5 })
  const refused = device.client.publishAsync(jobsTopic(0, 'get'), '{}', { qos: 1, retain: true })
  await expect(refused).rejects.toMatchObject({ code: 0x87 })
  await device.ask(jobsTopic(1, 'get'), {})
  expect(device.messages).toHaveLength(1)
})

test('an event of the service comes from nobody else: it ends a 3.1.1 connection and is refused in 5', async () => {
  const { standIn, device: watcher } = await open(4)
  await watcher.client.subscribeAsync(['$aws/events/#', 'plant/#'], { qos: 1 })
  const forged = '$aws/events/job/fw/completed'
  const old = await Device.open(standIn.addresses.mqtt)
  old.client.publish(forged, '{}', { qos: 1 })
  await old.whenClosed()
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5 })
  const refused = device.client.publishAsync(forged, '{}', { qos: 1 })
  await expect(refused).rejects.toMatchObject({ code: 0x87 })
  await device.client.publishAsync('plant/heat', '{}', { qos: 1 })
  await watcher.next(({ topic }) => topic === 'plant/heat')
  expect(watcher.messages).toHaveLength(1)
})

test('MQTT 5 may name the topics of its requests by alias', async () => {
  const standIn = await begunStandIn(1)
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5 })
  await device.client.subscribeAsync('plant/heat', { qos: 1 })
  const publish = (topic: string, payload: string, topicAlias: number) =>
    device.client.publishAsync(topic, payload, { qos: 1, properties: { topicAlias } })
  await publish(jobsTopic(0, 'get'), '{"clientToken":"named"}', 1)
  await publish('', '{"clientToken":"alias"}', 1)
  await publish('plant/heat', '{"clientToken":"plain"}', 1)
  await publish('', '{"clientToken":"again"}', 1)
  await device.next(({ body }) => body.clientToken === 'again')
  expect(device.messages.map(({ topic, body }) => [topic, body.clientToken])).toEqual([
    [jobsTopic(0, 'get/accepted'), 'named'],
    [jobsTopic(0, 'get/accepted'), 'alias'],
    ['plant/heat', 'plain'],
    ['plant/heat', 'again'],
  ])
  const ended = device.reasonOfEnd()
  device.client.publish('', '{}', { properties: { topicAlias: 7 } })
  expect(await ended).toBe(0x94)
})

test('an alias holds that came with a publish above the rate', async () => {
  const clock = new VirtualClock()
  const quotas = { ...AWS_QUOTAS, connectionPublishesPerSecond: 1 }
  const standIn = await openStandIn({ quotas }, clock)
  const watcher = await Device.open(standIn.addresses.mqtt)
  await watcher.client.subscribeAsync('plant/#')
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5 })
  const publish = (topic: string, topicAlias: number) =>
    device.client.publish(topic, '{}', { properties: { topicAlias } })
  publish('shop/heat', 1)
  publish('plant/heat', 2)
  await expect.poll(() => standIn.limits().connectionPublishes).toBe(1)
  clock.moveTo(2_000_000)
  publish('', 2)
  await expect.poll(() => watcher.messages.length > 0 || device.closed).toBe(true)
  expect(device.closed).toBe(false)
  expect(watcher.messages[0]?.topic).toBe('plant/heat')
})

test.each(VERSIONS)(
  'a SUBSCRIBE above the quota fails and keeps its connection, %i',
  async (version) => {
    const quotas = { ...AWS_QUOTAS, subscribesPerSecond: 4 }
    const standIn = await openStandIn({ quotas })
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: version })
    await device.client.subscribeAsync(filters(4))
    const refused = device.client.subscribeAsync(filters(4, 4))
    const code = version === 5 ? 0x97 : 0x80
    await expect(refused).rejects.toMatchObject({ packet: { granted: [code, code, code, code] } })
    expect((await device.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
  },
)

test('a CONNECT above the quota is refused: in 5 by a reason, in 3.1.1 without a word', async () => {
  const quotas = { ...AWS_QUOTAS, connectsPerSecond: 1 }
  const standIn = await openStandIn({ quotas })
  await Device.open(standIn.addresses.mqtt)
  const refused = (protocolVersion: 4 | 5) =>
    Device.open(standIn.addresses.mqtt, { protocolVersion }).then(
      () => 'connected',
      (error: { code?: unknown; message: string }) => error.code ?? error.message,
    )
  expect(await refused(5)).toBe(0x97)
  // What the library says when the socket is closed before any CONNACK.
  expect(await refused(4)).toBe("Couldn't connect to server")
})

test.each(VERSIONS)(
  'B3 a client id that connects again within a second is refused, and after it is not, %i',
  async (version) => {
    const clock = new VirtualClock()
    const standIn = await openStandIn({ quotas: AWS_QUOTAS }, clock)
    const open = (clientId: string) =>
      Device.open(standIn.addresses.mqtt, { clientId, protocolVersion: version })
    const first = await open('hasty')
    clock.moveTo(999_999)
    const refused = await open('hasty').then(
      () => 'connected',
      (error: { code?: unknown; message: string }) => error.code ?? error.message,
    )
    expect(refused).toBe(version === 5 ? 0x97 : "Couldn't connect to server")
    expect(standIn.limits()).toMatchObject({ clientConnects: 1, connects: 0 })
    // Who was refused has not taken over, and others are not concerned.
    expect((await first.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
    await open('other')

    clock.moveTo(1_000_000)
    const ended = first.reasonOfEnd()
    const second = await open('hasty')
    expect(await ended).toBe(version === 5 ? 0x8e : undefined)
    expect((await second.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
  },
)

test('clients without an id are as many as they are', async () => {
  const standIn = await openStandIn({ quotas: AWS_QUOTAS })
  for (let client = 0; client < 3; client++)
    await Device.open(standIn.addresses.mqtt, { clientId: '', clean: true })
  expect(standIn.limits().clientConnects).toBe(0)
})

test.each(VERSIONS)(
  'B13 the 101st publish in a second is dropped without PUBACK, and the connection stays, %i',
  async (version) => {
    const clock = new VirtualClock()
    const standIn = await begunStandIn(1, { quotas: AWS_QUOTAS }, clock)
    const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: version })
    let acknowledged = 0
    device.client.on('packetreceive', ({ cmd }) => {
      if (cmd === 'puback') acknowledged += 1
    })
    // With the request and its answer that is all that the connection has for this second.
    for (let publish = 0; publish < 98; publish++)
      device.client.publish('plant/heat', 'x', { qos: 1 })
    expect((await device.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
    device.client.publish(jobsTopic(0, 'start-next'), '{}', { qos: 1 })
    device.client.publish('plant/heat', 'x', { qos: 1 })
    // A SUBSCRIBE is no publish: its answer comes after what would have been answered before it.
    await device.client.subscribeAsync(jobsTopic(0, 'notify'))
    expect(acknowledged).toBe(99)
    expect(standIn.limits().connectionPublishes).toBe(2)
    expect(standIn.ledger()).toMatchObject({
      lostRequests: { 'start-next': 1, 'get-pending': 0 },
      operations: { 'start-next': { received: 0 }, 'get-pending': { received: 1 } },
    })
    const other = await Device.open(standIn.addresses.mqtt, { protocolVersion: version })
    expect((await other.ask(jobsTopic(0, 'start-next'), {})).body).toHaveProperty('execution')
    clock.moveTo(1_000_000)
    expect((await device.ask(jobsTopic(0, 'start-next'), {})).body).toHaveProperty('execution')
  },
)

test('B13 what goes out counts with what comes in, and of neither is anything sent again', async () => {
  const clock = new VirtualClock()
  const standIn = await begunStandIn(1, { quotas: AWS_QUOTAS }, clock)
  const device = await Device.open(standIn.addresses.mqtt)
  const plant = await Device.open(standIn.addresses.mqtt)
  const heard: string[] = []
  device.client.on('message', (topic) => heard.push(topic))
  await device.client.subscribeAsync('plant/heat', { qos: 1 })
  await device.client.subscribeAsync(jobsTopic(0, '+/accepted'), { qos: 1 })
  for (let publish = 0; publish < 99; publish++) plant.client.publish('plant/heat', '{}')
  await expect.poll(() => heard.length).toBe(99)

  // The 100th publish on the connection; its answer and what the plant tells are above the rate.
  device.client.publish(jobsTopic(0, 'start-next'), '{}', { qos: 1 })
  await expect.poll(() => standIn.limits().connectionPublishes).toBe(1)
  plant.client.publish('plant/heat', '{}', { qos: 1 })
  await expect.poll(() => standIn.limits().connectionPublishes).toBe(2)
  expect(standIn.ledger()).toMatchObject({
    lostRequests: { 'start-next': 0 },
    operations: { 'start-next': { accepted: 1 } },
  })

  clock.moveTo(1_000_000)
  expect((await device.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('inProgressJobs')
  expect(heard).toHaveLength(100)
})

test.each([
  { latencyUs: 999_999, becomes: 'is dropped' },
  { latencyUs: 1_000_000, becomes: 'passes' },
])(
  'B13 with room for one publish a second an answer that leaves after $latencyUs µs $becomes',
  async ({ latencyUs, becomes }) => {
    const clock = new VirtualClock()
    const quotas = { ...AWS_QUOTAS, connectionPublishesPerSecond: 1 }
    const latency = { medianUs: latencyUs, p99Us: latencyUs }
    const standIn = await begunStandIn(1, { quotas, latency }, clock)
    const device = await Device.open(standIn.addresses.mqtt)
    const other = await Device.open(standIn.addresses.mqtt)
    const heard: string[] = []
    device.client.on('message', (topic) => heard.push(topic))
    device.client.publish(jobsTopic(0, 'start-next'), '{}')
    await expect.poll(() => standIn.ledger().operations['start-next'].received).toBe(1)
    clock.moveTo(latencyUs)
    // A request of somebody else has the stand-in look at its clock.
    other.client.publish(jobsTopic(1, 'get'), '{}')
    await expect.poll(() => standIn.limits().connectionPublishes + heard.length).toBe(1)

    expect(heard).toHaveLength(becomes === 'passes' ? 1 : 0)
    // Its execution has begun all the same.
    expect(standIn.ledger().operations['start-next']).toMatchObject({ received: 1, accepted: 1 })
  },
)

test.each([
  { version: 4, packet: '100f00044d51545404020001' + '0003726177', farewell: '' },
  { version: 5, packet: '101000044d51545405020001' + '00' + '0003726177', farewell: 'e0018d' },
])(
  'a keep-alive of one second counts as thirty, and half as many more end it, $version',
  async ({ packet, farewell }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const standIn = await openStandIn()
    const socket = rawSocket(standIn.addresses.mqtt)
    const received = heardBy(socket)
    const whole = () => received().length > 1 && received().length === 2 + (received()[1] ?? 0)
    // Client id `raw`, keep-alive 1.
    socket.write(Buffer.from(packet, 'hex'))
    await expect.poll(whole).toBe(true)
    const answered = received().length
    vi.advanceTimersByTime(30_000)
    socket.write(Buffer.from('c000', 'hex'))
    await expect.poll(() => received().length).toBe(answered + 2)
    vi.advanceTimersByTime(45_000)
    expect(socket.closed).toBe(false)
    vi.advanceTimersByTime(1)
    await expect.poll(() => socket.closed).toBe(true)
    expect(
      received()
        .subarray(answered + 2)
        .toString('hex'),
    ).toBe(farewell)
  },
)

test('a publish that is denied keeps its connection alive', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const standIn = await openStandIn()
  const socket = rawSocket(standIn.addresses.mqtt)
  const received = heardBy(socket)
  // MQTT 5, client id `raw`, keep-alive 1.
  socket.write(Buffer.from('101000044d51545405020001000003726177', 'hex'))
  await expect
    .poll(() => received().length > 1 && received().length === 2 + Number(received()[1]))
    .toBe(true)
  vi.advanceTimersByTime(30_000)
  // At QoS 1, to be retained, on `$aws/x`.
  socket.write(Buffer.from('330b0006246177732f78000100', 'hex'))
  await expect.poll(() => received().subarray(-5).toString('hex')).toBe('4003000187')
  vi.advanceTimersByTime(44_000)
  socket.write(Buffer.from('c000', 'hex'))
  await expect.poll(() => received().subarray(-2).toString('hex')).toBe('d000')
})

test.each(VERSIONS)('a second CONNECT ends the connection, %i', async (version) => {
  const { device } = await open(version)
  const ended = device.reasonOfEnd()
  const again = version === 5 ? '101000044d5154540502000100' : '100f00044d51545404020001'
  device.client.stream.write(Buffer.from(`${again}0003726177`, 'hex'))
  expect(await ended).toBe(version === 5 ? 0x82 : undefined)
})

test('requests that come behind the CONNECT, before its answer, are answered in order', async () => {
  const standIn = await begunStandIn(1)
  const socket = rawSocket(standIn.addresses.mqtt)
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk))
  const publish = (rest: string) => {
    const topic = Buffer.from(jobsTopic(0, rest))
    return Buffer.concat([Buffer.from([0x30, topic.length + 2, 0, topic.length]), topic])
  }
  const connectPacket = Buffer.from('101200044d5154540402003c0006626568696e64', 'hex')
  socket.write(Buffer.concat([connectPacket, publish('get'), publish('start-next')]))
  const text = () => Buffer.concat(received).toString('latin1')
  await expect.poll(text).toContain('start-next/accepted')
  expect(text().indexOf('get/accepted')).toBeGreaterThan(0)
  expect(text().indexOf('get/accepted')).toBeLessThan(text().indexOf('start-next/accepted'))
  expect(Buffer.concat(received)[0]).toBe(0x20)
})

function rawSocket(address: string) {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  return socket
}

/** @returns all that has come so far. */
function heardBy(socket: ReturnType<typeof rawSocket>): () => Buffer {
  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
  })
  return () => received
}
