import { expect, test } from 'vitest'
import { publishFrame } from '../../src/service/mqtt-frames.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** A client of MQTT 5 that takes no packet above 512 bytes (MQTT 5, 3.1.2.11.4; 2.7 of the wire contract). */
async function openSmall() {
  const standIn = await openStandIn()
  const properties = { maximumPacketSize: 512 }
  const device = await Device.open(standIn.addresses.mqtt, { protocolVersion: 5, properties })
  return { standIn, device }
}

const bytesOf = (topic: string, payload: string) => publishFrame(5, topic, payload, 0, 0).length

test('an answer that is as large as its client takes comes, and a larger one does not', async () => {
  const { standIn, device } = await openSmall()
  const get = jobsTopic(0, 'get')
  const { topic, body } = await device.ask(get, { clientToken: 'x'.repeat(200) })
  const room = 512 - bytesOf(topic, JSON.stringify(body))
  const tokens = [200 + room, 201 + room, 1].map((length) => ({ clientToken: 'x'.repeat(length) }))
  for (const request of tokens) device.client.publish(get, JSON.stringify(request), { qos: 1 })
  await device.next((message) => message.body.clientToken === 'x')
  const [, ...answers] = device.messages.map((message) => message.body.clientToken)
  expect(answers).toEqual(['x'.repeat(200 + room), 'x'])
  expect(standIn.limits().largeMessages).toBe(1)
})

test('a message that is larger than a subscriber takes comes to the others alone', async () => {
  const { standIn, device } = await openSmall()
  const other = await Device.open(standIn.addresses.mqtt)
  for (const { client } of [device, other]) await client.subscribeAsync('plant/heat')
  const fitting = '1'.repeat(200 + 512 - bytesOf('plant/heat', '1'.repeat(200)))
  for (const payload of [fitting, `${fitting}1`, '2'])
    await other.client.publishAsync('plant/heat', payload)
  const isLast = (message: { body: unknown }) => message.body === 2
  await Promise.all([device.next(isLast), other.next(isLast)])
  expect(device.messages).toHaveLength(2)
  expect(other.messages).toHaveLength(3)
  expect(standIn.limits().largeMessages).toBe(1)
})
