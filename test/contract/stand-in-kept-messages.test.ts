import type { IClientOptions } from 'mqtt'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/clock/clock.ts'
import type { StandIn } from '../../src/service/stand-in.ts'
import { Device } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** Ordinary messages at QoS 1 and persistent sessions: 2.7 of the wire contract. */
const KEPT_MAX = 1_000

function lasting(protocolVersion: 4 | 5): IClientOptions {
  const options = { clientId: 'lasting', clean: false, protocolVersion }
  return protocolVersion === 5
    ? { properties: { sessionExpiryInterval: 600 }, ...options }
    : options
}

/** It hears of `plant/…` and acknowledges nothing. */
async function openSilent(standIn: StandIn, options: IClientOptions): Promise<Device> {
  const device = await Device.open(standIn.addresses.mqtt, options)
  await device.client.subscribeAsync('plant/#', { qos: 1 })
  device.client.handleMessage = () => {} // its callback would send the PUBACK
  return device
}

test.each([4, 5] as const)(
  'a session that is away for long keeps the oldest thousand messages and counts the rest, MQTT %i',
  async (version) => {
    const standIn = await openStandIn()
    const away = await openSilent(standIn, lasting(version))
    await away.client.endAsync()
    const plant = await Device.open(standIn.addresses.mqtt)
    for (let at = 0; at < KEPT_MAX + 10; at++)
      await plant.client.publishAsync('plant/heat', String(at), { qos: 1 })
    expect(standIn.limits().sessionMessages).toBe(10)

    const back = await Device.open(standIn.addresses.mqtt, lasting(version))
    await expect.poll(() => back.messages.length).toBe(KEPT_MAX)
    const heard = back.messages.map(({ body }) => body)
    expect(heard).toEqual(Array.from({ length: KEPT_MAX }, (_, at) => at))
    // What was acknowledged has made room.
    await back.client.endAsync()
    await plant.client.publishAsync('plant/heat', '-1', { qos: 1 })
    expect(standIn.limits().sessionMessages).toBe(10)
  },
)

test('a session that ran out keeps nothing more, and has no room to lack', async () => {
  const clock = new VirtualClock()
  const standIn = await openStandIn({}, clock)
  const away = await openSilent(standIn, lasting(4))
  await away.client.endAsync()
  const plant = await Device.open(standIn.addresses.mqtt)
  const publish = () => plant.client.publishAsync('plant/heat', '{}', { qos: 1 })
  for (let at = 0; at <= KEPT_MAX; at++) await publish()
  expect(standIn.limits().sessionMessages).toBe(1)
  clock.moveTo(3_600 * 1_000_000)
  await publish()
  expect(standIn.limits().sessionMessages).toBe(1)
})

test('a client that acknowledges nothing hears what its session has no room for, and stays', async () => {
  const standIn = await openStandIn()
  const silent = await openSilent(standIn, lasting(4))
  const heard: string[] = []
  silent.client.on('packetreceive', (packet) => {
    if (packet.cmd === 'publish') heard.push(String(packet.payload))
  })
  const plant = await Device.open(standIn.addresses.mqtt)
  for (let at = 0; at <= KEPT_MAX; at++)
    await plant.client.publishAsync('plant/heat', String(at), { qos: 1 })
  expect(standIn.limits().sessionMessages).toBe(1)
  expect(silent.closed).toBe(false)
})

test('a client is not cut off for acknowledging what waited for it before it is connected', async () => {
  const standIn = await openStandIn()
  const away = await openSilent(standIn, lasting(4))
  await away.client.endAsync()
  const plant = await Device.open(standIn.addresses.mqtt)
  for (let at = 0; at < 100; at++)
    await plant.client.publishAsync('plant/heat', String(at), { qos: 1 })

  const back = await Device.open(standIn.addresses.mqtt, lasting(4))
  await back.next(({ body }) => Number(body) === 99)
  expect(standIn.limits().hastyClients).toBe(0)
  expect(back.messages).toHaveLength(100)
})
