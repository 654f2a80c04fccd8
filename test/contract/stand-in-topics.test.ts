import { expect, test } from 'vitest'
import { Device, jobsTopic } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** What the broker takes of topics and filters: 2.7 of the wire contract. */
const VERSIONS = [4, 5] as const

async function open(protocolVersion: 4 | 5, options = {}) {
  const standIn = await openStandIn()
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion, ...options })
  return { standIn, device }
}

/** Libraries refuse to send some of these. */
function subscribePacket(version: 4 | 5, filters: readonly string[]): Buffer {
  const rows = filters.flatMap((filter) => [
    0,
    Buffer.byteLength(filter),
    ...Buffer.from(filter),
    1,
  ])
  const body = [0, 9, ...(version === 5 ? [0] : []), ...rows]
  return Buffer.from([0x82, body.length, ...body])
}

test.each(
  VERSIONS.flatMap((version) =>
    ['a+/b', 'a/b+', '+a', 'a#', 'a/#/b', '#/a', 'a/+#', ''].map((filter) => ({ version, filter })),
  ),
)('a filter like "$filter" ends the connection, $version', async ({ version, filter }) => {
  const { device } = await open(version)
  const ended = device.reasonOfEnd()
  device.client.stream.write(subscribePacket(version, ['plant/heat', filter]))
  expect(await ended).toBe(version === 5 ? 0x8f : undefined)
})

test.each(VERSIONS)('wildcards that fill a level are taken, %i', async (version) => {
  const { device } = await open(version)
  const filters = ['#', '+', '+/+', 'a/+/#', '/+', 'a//b', jobsTopic(0, '+/get/+')]
  const granted = await device.client.subscribeAsync(filters, { qos: 1 })
  expect(granted.map(({ qos }) => qos)).toEqual(filters.map(() => 1))
})

test.each(VERSIONS)('a publish to a filter ends the connection, %i', async (version) => {
  for (const topic of ['plant/+', jobsTopic(0, '#')]) {
    const { device } = await open(version)
    const ended = device.reasonOfEnd()
    device.client.publish(topic, '{}', { qos: 1 })
    expect(await ended).toBe(version === 5 ? 0x90 : undefined)
  }
})

test('a subscription identifier ends the connection: none are announced', async () => {
  const { device } = await open(5)
  const ended = device.reasonOfEnd()
  device.client.subscribe('plant/heat', { properties: { subscriptionIdentifier: 7 } })
  expect(await ended).toBe(0xa1)
})

test.each(VERSIONS)('# does not take the level above it, %i', async (version) => {
  const { device } = await open(version)
  await device.client.subscribeAsync(['plant/#', 'end'], { qos: 1 })
  for (const topic of ['plant', 'plant/', 'plant/heat', 'end'])
    await device.client.publishAsync(topic, '{}', { qos: 1 })
  await device.next(({ topic }) => topic === 'end')
  expect(device.messages.map(({ topic }) => topic)).toEqual(['plant/', 'plant/heat', 'end'])
})

test.each(VERSIONS)('what # does not take does not wait for a session, %i', async (version) => {
  const { standIn, device } = await open(version)
  const session = { sessionExpiryInterval: 60 }
  const options = { clientId: 'away', clean: false, protocolVersion: version }
  const own = version === 5 ? { ...options, properties: session } : options
  const away = await Device.open(standIn.addresses.mqtt, own)
  await away.client.subscribeAsync('plant/#', { qos: 1 })
  await away.client.endAsync()
  await device.client.publishAsync('plant', '{}', { qos: 1 })
  await device.client.publishAsync('plant/heat', '{}', { qos: 1 })
  const back = await Device.open(standIn.addresses.mqtt, own)
  await back.next(({ topic }) => topic === 'plant/heat')
  expect(back.messages).toHaveLength(1)
})

test.each(VERSIONS)('retained messages come to a wildcard in MQTT 5 alone, %i', async (version) => {
  const { device } = await open(version)
  await device.client.publishAsync('plant/heat', '{}', { qos: 1, retain: true })
  await device.client.subscribeAsync('plant/+', { qos: 1 })
  await device.client.subscribeAsync('plant/heat', { qos: 1 })
  const retained = version === 5 ? [true, true] : [true]
  await device.next(({ retain }) => retain, retained.length - 1)
  // A later one comes to everybody, as one that is not retained.
  await device.client.publishAsync('plant/heat', '{}', { qos: 1, retain: true })
  await device.next(({ retain }) => !retain)
  expect(device.messages.map(({ retain }) => retain)).toEqual([...retained, false])
})

test.each(VERSIONS)('a filter that is asked for twice is answered twice, %i', async (version) => {
  const { device } = await open(version)
  const granted: number[][] = []
  device.client.on('packetreceive', (packet) => {
    if (packet.cmd === 'suback') granted.push(packet.granted as number[])
  })
  device.client.stream.write(subscribePacket(version, ['plant/heat', 'plant/#', 'plant/heat']))
  await expect.poll(() => granted).toEqual([[1, 1, 1]])
  await device.client.publishAsync('plant/heat', '{}', { qos: 1 })
  await device.client.publishAsync('plant/cold', '{}', { qos: 1 })
  await device.next(({ topic }) => topic === 'plant/cold')
  expect(device.messages).toHaveLength(2)
})

test.each(VERSIONS)('equal filters are one of the fifty of a connection, %i', async (version) => {
  const { device } = await open(version)
  for (let from = 0; from < 48; from += 8)
    await device.client.subscribeAsync(Array.from({ length: 8 }, (_, at) => `plant/${from + at}`))
  device.client.stream.write(subscribePacket(version, ['a', 'b', 'a', 'b', 'plant/1']))
  device.client.publish('b', '{}', { qos: 1 })
  expect((await device.next(({ topic }) => topic === 'b')).qos).toBe(1)
})
