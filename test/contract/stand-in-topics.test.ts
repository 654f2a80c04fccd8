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
