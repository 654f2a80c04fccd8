import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock/clock.ts'
import { Inbox, type Receiver } from '../../src/transport/inbox.ts'
import type { MqttThingSettings } from '../../src/transport/mqtt-connection.ts'
import { mqttLink } from '../../src/transport/mqtt-link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { CONNACK, publishPacket, rawServer, subackTo } from './raw-server.ts'
import { RecordingSink } from './recording-sink.ts'
import { thingNames } from './small-service.ts'

const SETTINGS: MqttThingSettings = {
  version: 4,
  keepAliveSeconds: 0,
  clean: true,
  qos: 0,
  subscribe: ['notify-next'],
}
const TOPIC = '$aws/things/thing-0/jobs/start-next/accepted'
const ANSWER = publishPacket(TOPIC, '{"clientToken":"t1","timestamp":1786000000}')

/** A thread that does not get round to what it has read, until it is let. */
class HeldInbox extends Inbox {
  readonly #held: (() => void)[] = []
  hasEnded = false
  /** Since it was held. */
  readBytes = 0
  isHeld = false

  constructor() {
    super(systemClock)
  }

  override put(receiver: Receiver, sentUs: number, chunk?: Buffer): void {
    this.readBytes += chunk?.length ?? 0
    this.#later(() => super.put(receiver, sentUs, chunk))
  }

  override putEnd(receiver: Receiver): void {
    this.#later(() => super.putEnd(receiver))
    this.hasEnded = true
  }

  hold(): void {
    this.isHeld = true
    this.readBytes = 0
  }

  release(): void {
    this.isHeld = false
    for (const put of this.#held.splice(0)) put()
  }

  #later(put: () => void): void {
    if (this.isHeld) this.#held.push(put)
    else put()
  }
}

/** A thing that is connected to a server which says what the test says. */
async function connected(connectTimeoutMs = 10_000) {
  let socket: Socket | undefined
  const server = await rawServer((opened, chunk) => {
    socket = opened
    if (chunk[0] === 0x10) opened.write(CONNACK)
  })
  const inbox = new HeldInbox()
  const sink = new RecordingSink()
  const link = mqttLink({
    target: parseTarget(`mqtt://127.0.0.1:${server.port}`),
    names: thingNames,
    settingsOf: () => SETTINGS,
    connectTimeoutUs: connectTimeoutMs * 1_000,
    clock: systemClock,
    inbox,
    sink,
  })
  onTestFinished(() => link.close(0))
  link.connect(0)
  await sink.next('connected')
  if (socket === undefined) throw new Error('nobody has connected')
  return { socket, inbox, sink, link }
}

test.each(['reset', 'close'] as const)(
  'answers that were read before a %s are all handled, and then the end is told',
  async (end) => {
    const { socket, inbox, sink, link } = await connected()
    inbox.hold()
    socket.write(Buffer.concat(Array.from({ length: 8 }, () => ANSWER)))
    await expect.poll(() => inbox.readBytes).toBe(8 * ANSWER.length)
    if (end === 'reset') socket.resetAndDestroy()
    else socket.end()
    await expect.poll(() => inbox.hasEnded).toBe(true)
    // It is known to be gone, so nothing is said to be sent any more.
    link.send(0, 'start-next', 2, {})
    inbox.release()

    const { cause } = await sink.next('dropped')
    expect(cause).toBe(end === 'reset' ? 'ECONNRESET' : 'closed')
    expect(sink.of('answered')).toHaveLength(8)
    expect(sink.of('sent')).toEqual([])
    expect(sink.kinds(0).at(-1)).toBe('dropped')
  },
)

test('a SUBACK that was read in time and waits to be handled is not too late, nor are the answers before it', async () => {
  const timeoutMs = 1_000
  const { socket, inbox, sink, link } = await connected(timeoutMs)
  const subscribe = new Promise<Buffer>((resolve) => socket.once('data', resolve))
  inbox.hold()
  link.subscribe(0)
  const suback = subackTo(await subscribe)
  socket.write(Buffer.concat([ANSWER, ANSWER, suback]))
  await expect.poll(() => inbox.readBytes).toBe(2 * ANSWER.length + suback.length)
  // Of two timers of one thread the shorter one that was set first runs out first.
  await new Promise((resolve) => setTimeout(resolve, timeoutMs + 1))
  await new Promise(setImmediate)
  expect(sink.of('dropped')).toEqual([])
  inbox.release()

  expect(await sink.next('subscribed')).toMatchObject({ granted: 1, refused: 0 })
  expect(sink.of('answered')).toHaveLength(2)
  expect(sink.of('dropped')).toEqual([])
})

test('where the SUBACK does not come, the answers that were read are handled before the end is told', async () => {
  const timeoutMs = 1_000
  const { socket, inbox, sink, link } = await connected(timeoutMs)
  inbox.hold()
  link.subscribe(0)
  socket.write(ANSWER)
  await expect.poll(() => inbox.readBytes).toBe(ANSWER.length)
  await new Promise((resolve) => setTimeout(resolve, timeoutMs + 1))
  await new Promise(setImmediate)
  inbox.release()

  expect((await sink.next('dropped')).cause).toBe('timeout')
  expect(sink.of('answered')).toHaveLength(1)
})

test('whole packets that wait are none that is too long', async () => {
  const { socket, inbox, sink } = await connected()
  const large = publishPacket(
    TOPIC,
    `{"clientToken":"t1","timestamp":1786000000${' '.repeat(60_000)}}`,
  )
  inbox.hold()
  for (let count = 0; count < 8; count++) socket.write(large)
  await expect.poll(() => inbox.readBytes).toBe(8 * large.length)
  inbox.release()

  for (let count = 0; count < 8; count++) await sink.next('answered')
  expect(sink.of('dropped')).toEqual([])
})

test('a thing that reads and does not handle stops reading, and goes on when it has', async () => {
  const { socket, inbox, sink } = await connected()
  const large = publishPacket(
    TOPIC,
    `{"clientToken":"t1","timestamp":1786000000${' '.repeat(100_000)}}`,
  )
  inbox.hold()
  const writes = 200
  for (let count = 0; count < writes; count++) socket.write(large)
  await expect.poll(() => inbox.readBytes).toBeGreaterThan(1_048_576)
  const readBytes = inbox.readBytes
  await expect.poll(() => socket.writableLength).toBeGreaterThan(0)
  expect(inbox.readBytes - readBytes).toBeLessThanOrEqual(65_536)
  inbox.release()

  for (let count = 0; count < writes; count++) await sink.next('answered')
  expect(sink.of('dropped')).toEqual([])
})

test('packets of a chunk are stamped by their own chunk, though the next has its turn', async () => {
  const { socket, inbox, sink } = await connected()
  let receiver: Receiver | undefined
  inbox.put = (to) => {
    receiver = to
  }
  socket.write(ANSWER)
  await expect.poll(() => receiver).toBeDefined()

  receiver?.receive(1_000, 2_000, Buffer.concat([ANSWER, ANSWER, ANSWER]))
  receiver?.receive(8_500, 9_000, Buffer.concat([ANSWER, ANSWER]))

  for (let count = 0; count < 5; count++) await sink.next('answered')
  expect(sink.of('answered').map(({ nowUs }) => nowUs)).toEqual([1_000, 2_000, 2_000, 8_500, 9_000])
})
