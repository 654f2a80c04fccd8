import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { ShakedownError } from '../../src/errors.ts'
import { type StandIn, startStandIn } from '../../src/service/stand-in.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { begunStandIn, openStandIn, settingsWith } from './stand-in-fixture.ts'

/** Sends bytes on a connection of its own: the first piece, and when that is answered the rest. */
async function throwAt(address: string, ...pieces: readonly Uint8Array[]): Promise<Buffer> {
  const { hostname, port } = new URL(address)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  const received: Buffer[] = []
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('data', (chunk) => received.push(chunk))
  socket.on('error', () => {}) // being reset is one of the answers
  await once(socket, 'connect')
  const [first = Buffer.alloc(0), ...rest] = pieces
  const answered = new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.write(first)
  if (rest.length > 0) await Promise.race([answered, closed])
  // Bytes that want more of them would wait for ever: the end of the connection ends that.
  socket.end(Buffer.concat(rest))
  await closed
  return Buffer.concat(received)
}

/** Both fronts still do their work. */
async function expectAlive({ addresses }: StandIn): Promise<void> {
  const device = await Device.open(addresses.mqtt)
  expect((await device.ask(jobsTopic(0, 'get'), {})).body).toHaveProperty('queuedJobs')
  const response = await fetch(`${addresses.http}/things/thing-0/jobs`)
  expect(response.status).toBe(200)
  await response.text()
}

const POST = Buffer.from('POST /things/thing-0/jobs/fw-1 HTTP/1.1\r\n')
const CONNECT_V4 = Buffer.from('100f00044d5154540402003c0003726177', 'hex')
const CONNECT_V5 = Buffer.from('101000044d5154540502003c000003726177', 'hex')

test('no bytes, whatever they are, take either front down', async () => {
  const standIn = await begunStandIn(1)
  const { mqtt, http } = standIn.addresses
  const junk = fc.uint8Array({ minLength: 1, maxLength: 300 })
  const survives = fc.asyncProperty(junk, async (bytes) => {
    await Promise.all([
      throwAt(mqtt, bytes),
      throwAt(mqtt, CONNECT_V4, bytes),
      throwAt(mqtt, CONNECT_V5, bytes),
      throwAt(http, bytes),
      throwAt(http, Buffer.concat([POST, bytes])),
    ])
  })
  await fc.assert(survives, { numRuns: 40 })
  await expectAlive(standIn)
})

test('no packet of MQTT with a wrong inside takes the front down', async () => {
  const standIn = await begunStandIn(1)
  const { mqtt } = standIn.addresses
  const body = fc.uint8Array({ maxLength: 60 })
  const text = fc
    .tuple(
      fc.constantFrom('', '$aws/', '$aws/things/thing-0/jobs/', '$SYS/', '$share/a/'),
      fc.string({ unit: fc.constantFrom('a', '/', '+', '#', '$next', 'get', 'update', '\0', 'ü') }),
      fc.constantFrom('', '/get', '/update', 'start-next'),
    )
    .map((parts) => Buffer.from(parts.join('')))
  const shaped = fc
    .tuple(fc.constantFrom(0x30, 0x31, 0x32, 0x34, 0x82, 0xa2), text, body)
    .map(([first, topic, more]) => {
      const id = first > 0x80 ? [0, 1] : []
      return Buffer.concat([
        Buffer.from([first]),
        sized([...id, 0, topic.length, ...topic, ...more]),
      ])
    })
  // A right header with a right length, and anything in it.
  const any = fc
    .tuple(fc.nat(255), body)
    .map(([first, rest]) => Buffer.from([first, ...sized(rest)]))
  const packet = fc.oneof(shaped, any)
  const survives = fc.asyncProperty(fc.array(packet, { minLength: 1 }), async (packets) => {
    const connects = [[], [CONNECT_V4], [CONNECT_V5]]
    await Promise.all(connects.map((first) => throwAt(mqtt, ...first, Buffer.concat(packets))))
  })
  await fc.assert(survives, { numRuns: 80 })
  await expectAlive(standIn)
})

/** With its length before it, as MQTT writes lengths below 16,384. */
function sized(body: ArrayLike<number>): Buffer {
  const { length } = body
  const head = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
  return Buffer.from([...head, ...Array.from(body)])
}

test('what is not HTTP gets a 400 with a type and an id', async () => {
  const standIn = await openStandIn()
  const answer = (
    await throwAt(standIn.addresses.http, Buffer.from('HELO there\r\n\r\n'))
  ).toString()
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(answer).toMatch(/x-amzn-RequestId: [0-9a-f-]{36}\r\n/)
  expect(answer).toContain('x-amzn-ErrorType: InvalidRequestException')
})

test('headers of 64 KB get a 431', async () => {
  const standIn = await openStandIn()
  const request = `GET /things/thing-0/jobs HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(65_536)}\r\n\r\n`
  const answer = await throwAt(standIn.addresses.http, Buffer.from(request))
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 431 /)
})

test('a body that never ends is cut off, and a client that leaves in the middle harms nobody', async () => {
  const standIn = await openStandIn({ latency: { medianUs: 50_000, p99Us: 50_000 } })
  const head = (more: string) =>
    Buffer.from(`POST /things/thing-0/jobs/fw-1 HTTP/1.1\r\nHost: x\r\n${more}\r\n`)
  const half = Buffer.concat([head('Content-Length: 100\r\n'), Buffer.from('{"sta')])
  await throwAt(standIn.addresses.http, half)
  // Gone before its answer is due.
  const gone = connect(Number(new URL(standIn.addresses.http).port), '127.0.0.1')
  gone.write(head('Content-Length: 2\r\n'))
  gone.write('{}', () => gone.destroy())
  await once(gone, 'close')

  const endless = connect(Number(new URL(standIn.addresses.http).port), '127.0.0.1')
  onTestFinished(() => void endless.destroy())
  const ended = new Promise((resolve) => endless.once('close', resolve))
  endless.on('error', () => {})
  endless.write(head('Transfer-Encoding: chunked\r\n'))
  const chunk = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`)
  const pump = () => {
    while (!endless.destroyed && endless.write(chunk));
  }
  endless.on('drain', pump)
  pump()
  await ended
  await expectAlive(standIn)
})

test('a client that leaves before its answer over MQTT harms nobody', async () => {
  const standIn = await begunStandIn(1, { latency: { medianUs: 30_000, p99Us: 30_000 } })
  const device = await Device.open(standIn.addresses.mqtt)
  await device.client.publishAsync(jobsTopic(0, 'start-next'), '{}', { qos: 1 })
  device.client.end(true)
  await device.whenClosed()
  const other = await Device.open(standIn.addresses.mqtt)
  const { body } = await other.ask(jobsTopic(0, 'fw-1/get'), {})
  expect(body).toHaveProperty('execution.status', 'IN_PROGRESS')
})

test('a port in use is named, with a way out, and nothing stays open', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const options = { host: '127.0.0.1', mqttPort: 0, httpPort: port }
  const error = await startStandIn(settingsWith(), options).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ShakedownError)
  expect(error).toMatchObject({ code: 'ENDPOINT_UNREACHABLE' })
  expect((error as ShakedownError).message).toContain(`127.0.0.1:${port}`)
  expect((error as ShakedownError).hint).toContain('--http')
})

test.each([
  { host: '203.0.113.7', mqttPort: 0, says: '203.0.113.7', hint: '--host' },
  { host: '127.0.0.1', mqttPort: 70_000, says: '70000', hint: '--mqtt' },
])(
  'a place that cannot be had is named: $host:$mqttPort',
  async ({ host, mqttPort, says, hint }) => {
    const options = { host, mqttPort, httpPort: 0 }
    const error = await startStandIn(settingsWith(), options).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'USAGE' })
    expect((error as ShakedownError).message).toContain(says)
    expect((error as ShakedownError).hint).toContain(hint)
  },
)

test('closing cuts every connection and frees the ports', async () => {
  const standIn = await begunStandIn(1)
  const devices = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      Device.open(standIn.addresses.mqtt, { protocolVersion: index % 2 === 0 ? 4 : 5 }),
    ),
  )
  await standIn.close()
  for (const device of devices) await device.whenClosed()
  await expect(fetch(standIn.addresses.http)).rejects.toThrow()
  await expect(Device.open(standIn.addresses.mqtt)).rejects.toThrow()
})
