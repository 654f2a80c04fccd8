import type { IClientOptions } from 'mqtt'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/clock/clock.ts'
import type { StandIn } from '../../src/service/stand-in.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** Persistent sessions: 2.7 of the wire contract. */
const VERSIONS = [4, 5] as const
type Version = (typeof VERSIONS)[number]

/** Of the client `lasting`, which wants its session back; in MQTT 5 one that lives for a minute. */
function lasting(version: Version, more: IClientOptions = {}): IClientOptions {
  const options = { clientId: 'lasting', clean: false, protocolVersion: version, ...more }
  return version === 5 ? { properties: { sessionExpiryInterval: 60 }, ...options } : options
}

async function reopen(standIn: StandIn, options: IClientOptions) {
  const device = await Device.open(standIn.addresses.mqtt, options)
  // The library keeps what it was told.
  const { connackPacket } = device.client as unknown as {
    connackPacket: { sessionPresent: boolean }
  }
  return { device, sessionPresent: connackPacket.sessionPresent }
}

async function presentAfter(first: IClientOptions, second: IClientOptions): Promise<boolean> {
  const standIn = await openStandIn()
  const { device, sessionPresent } = await reopen(standIn, first)
  expect(sessionPresent).toBe(false)
  await device.client.endAsync()
  return (await reopen(standIn, second)).sessionPresent
}

test.each(VERSIONS)('a session is present, also one without subscriptions, %i', async (version) => {
  expect(await presentAfter(lasting(version), lasting(version))).toBe(true)
})

test.each([
  { why: 'it was a clean one', first: lasting(4, { clean: true }), second: lasting(4) },
  { why: 'a clean one is wanted', first: lasting(4), second: lasting(4, { clean: true }) },
  { why: 'a clean start is wanted', first: lasting(5), second: lasting(5, { clean: true }) },
  {
    why: 'it ended with its connection',
    first: lasting(5, { properties: {} }),
    second: lasting(5),
  },
  { why: 'it is one of 3.1.1', first: lasting(4), second: lasting(5) },
  { why: 'it is one of MQTT 5', first: lasting(5), second: lasting(4) },
])('no session is present where $why', async ({ first, second }) => {
  expect(await presentAfter(first, second)).toBe(false)
})

test.each([
  { first: 4, second: 5 },
  { first: 5, second: 4 },
] as const)(
  'a session of MQTT $first leaves nothing to one of $second',
  async ({ first, second }) => {
    const standIn = await openStandIn()
    const { device } = await reopen(standIn, lasting(first))
    await device.client.subscribeAsync(['plant/#', jobsTopic(0, 'notify')], { qos: 1 })
    await device.client.endAsync()
    const plant = await Device.open(standIn.addresses.mqtt)
    await plant.client.publishAsync('plant/heat', '{}', { qos: 1 })
    const { device: other } = await reopen(standIn, lasting(second))
    await plant.client.publishAsync('plant/heat', '{}', { qos: 1 })
    await other.client.subscribeAsync('end', { qos: 1 })
    await other.client.publishAsync('end', '{}', { qos: 1 })
    await other.next(({ topic }) => topic === 'end')
    expect(other.messages).toHaveLength(1)
    // Its own session begins here, and the other version's is gone for good.
    await other.client.endAsync()
    expect((await reopen(standIn, lasting(second))).sessionPresent).toBe(true)
    expect((await reopen(standIn, lasting(first))).sessionPresent).toBe(false)
  },
)

test.each(VERSIONS)('a session that ran out is not present, %i', async (version) => {
  const clock = new VirtualClock()
  const standIn = await openStandIn({}, clock)
  const { device } = await reopen(standIn, lasting(version))
  await device.client.subscribeAsync('plant/#', { qos: 1 })
  await device.client.endAsync()
  const lifeUs = (version === 5 ? 60 : 3_600) * 1_000_000
  clock.moveTo(lifeUs - 1)
  const second = await reopen(standIn, lasting(version))
  expect(second.sessionPresent).toBe(true)
  await second.device.client.endAsync()
  clock.moveTo(2 * lifeUs)
  expect((await reopen(standIn, lasting(version))).sessionPresent).toBe(false)
})
