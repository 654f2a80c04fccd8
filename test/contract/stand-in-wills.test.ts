import type { IClientOptions } from 'mqtt'
import { expect, test } from 'vitest'
import { Device, jobsTopic } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** Will messages: 2.7 of the wire contract. */
const VERSIONS = [4, 5] as const
type Will = NonNullable<IClientOptions['will']>

function will(more: Partial<Will>): Will {
  return { topic: 'plant/gone', payload: Buffer.from('{}'), qos: 1, retain: false, ...more }
}

const FORGED = '$aws/events/job/fw/completed'
const REFUSED = [
  { why: 'on eight slashes', with: { topic: `a${'/b'.repeat(8)}` }, code: 0x90 },
  { why: 'on 257 bytes', with: { topic: 'x'.repeat(257) }, code: 0x90 },
  { why: 'on a filter', with: { topic: 'plant/+' }, code: 0x90 },
  {
    why: 'retained on a reserved topic',
    with: { topic: jobsTopic(0, 'x'), retain: true },
    code: 0x87,
  },
  { why: 'on a topic of events', with: { topic: FORGED }, code: 0x87 },
]

test.each(
  REFUSED.flatMap((row) => VERSIONS.map((protocolVersion) => ({ ...row, protocolVersion }))),
)('a will $why is refused with its CONNECT, $protocolVersion', async (row) => {
  const { protocolVersion, code } = row
  const standIn = await openStandIn()
  const refused = await Device.open(standIn.addresses.mqtt, {
    protocolVersion,
    will: will(row.with),
  }).then(
    () => 'connected',
    (error: { code?: unknown; message: string }) => error.code ?? error.message,
  )
  // What the library says when the socket is closed before any CONNACK.
  expect(refused).toBe(protocolVersion === 5 ? code : "Couldn't connect to server")
})

test('a will at QoS 2 is refused in MQTT 5, which is told the maximum', async () => {
  const standIn = await openStandIn()
  const open = (protocolVersion: 4 | 5) =>
    Device.open(standIn.addresses.mqtt, { protocolVersion, will: will({ qos: 2 }) })
  await expect(open(5)).rejects.toMatchObject({ code: 0x9b })
  expect((await open(4)).closed).toBe(false)
})

test.each(VERSIONS)(
  'a will within the limits is told when its client is gone, %i',
  async (protocolVersion) => {
    const standIn = await openStandIn()
    const watcher = await Device.open(standIn.addresses.mqtt)
    await watcher.client.subscribeAsync(['#', jobsTopic(0, '#')], { qos: 1 })
    const topics = ['x'.repeat(256), `a${'/b'.repeat(7)}`, jobsTopic(0, 'get')]
    for (const topic of topics) {
      const options = { protocolVersion, will: will({ topic }) }
      const device = await Device.open(standIn.addresses.mqtt, options)
      device.client.stream.destroy()
      await watcher.next((message) => message.topic === topic)
    }
    // The service itself takes none for a request.
    expect(watcher.messages.map(({ topic }) => topic)).toEqual(topics)
    expect(standIn.ledger().operations['get-pending'].received).toBe(0)
  },
)
