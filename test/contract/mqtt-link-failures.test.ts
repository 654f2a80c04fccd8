import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AedesOptions } from 'aedes'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock/clock.ts'
import { PACKET_MAX_BYTES } from '../../src/transport/chunk-line.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import type { Link } from '../../src/transport/link.ts'
import { type MqttThingSettings, UNACKNOWLEDGED_MAX } from '../../src/transport/mqtt-connection.ts'
import { mqttLink } from '../../src/transport/mqtt-link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { CONNACK, connackRefusing, deadPort, publishPacket, rawServer } from './raw-server.ts'
import { RecordingSink } from './recording-sink.ts'
import { answerTo, SmallBroker } from './small-broker.ts'
import { SmallService, thingNames } from './small-service.ts'

const IDEAL: MqttThingSettings = {
  version: 4,
  keepAliveSeconds: 1_200,
  clean: true,
  qos: 1,
  subscribe: ['notify-next'],
}
const PREFIX = '$aws/things/thing-0/jobs/'
/** As a notification: that no execution has changed. */
const NOTHING = '{"timestamp":7,"jobs":{}}'

let sink: RecordingSink
beforeEach(() => {
  sink = new RecordingSink()
})
afterEach(() => {
  expect(sink.untimely).toEqual([])
})

function linkTo(
  url: string,
  settings: Partial<MqttThingSettings> = {},
  connectTimeoutMs = 10_000,
): Link {
  const link = sink.watch(
    mqttLink({
      target: parseTarget(url),
      names: thingNames,
      settingsOf: () => ({ ...IDEAL, ...settings }),
      connectTimeoutUs: connectTimeoutMs * 1_000,
      clock: systemClock,
      inbox: new Inbox(systemClock),
      sink,
    }),
  )
  onTestFinished(() => link.close(0))
  return link
}

const local = (port: number) => `mqtt://127.0.0.1:${port}`

async function linkToBroker(settings: Partial<MqttThingSettings> = {}, options?: AedesOptions) {
  const service = new SmallService()
  const broker = await SmallBroker.create(service, options)
  onTestFinished(() => broker.close())
  const url = await broker.listen()
  const link = linkTo(url, settings)
  link.connect(0)
  await sink.next('connected')
  return { link, broker, service, url }
}

/** Connects to a server that says CONNACK first, and then what the test says. */
async function linkToRaw(
  settings: Partial<MqttThingSettings>,
  onData: (socket: Socket, chunk: Buffer) => void,
) {
  const server = await rawServer((socket, chunk) => {
    if (chunk[0] === 0x10) socket.write(CONNACK)
    else onData(socket, chunk)
  })
  const link = linkTo(local(server.port), settings)
  link.connect(0)
  await sink.next('connected')
  return { link, server }
}

describe('a handshake that fails is told with its cause, and then the drop', () => {
  async function failureOf(link: Link): Promise<string | undefined> {
    link.connect(0)
    const { cause } = await sink.next('dropped')
    expect(sink.kinds(0)).toEqual(['handshake', 'dropped'])
    expect(sink.of('handshake')[0]?.failure).toBe(cause)
    return cause
  }

  test.each([1, 2, 3, 4, 5])('CONNACK with code %i', async (code) => {
    const { port } = await rawServer((socket) => socket.write(connackRefusing(code)))
    expect(await failureOf(linkTo(local(port)))).toBe(`connack-${code}`)
  })

  test('CONNACK of MQTT 5 with a reason', async () => {
    const { port } = await rawServer((socket) => socket.write(Buffer.from([0x20, 3, 0, 0x97, 0])))
    expect(await failureOf(linkTo(local(port), { version: 5 }))).toBe('connack-151')
  })

  test('nobody listens', async () => {
    expect(await failureOf(linkTo(local(await deadPort())))).toBe('ECONNREFUSED')
  })

  test('a server that says nothing', async () => {
    const { port } = await rawServer(() => {})
    expect(await failureOf(linkTo(local(port), {}, 50))).toBe('timeout')
  })

  test('an HTTP server', async () => {
    const { port } = await rawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await failureOf(linkTo(local(port)))).toBe('not-mqtt')
  })

  test('a server that closes without a word', async () => {
    const { port } = await rawServer((socket) => socket.end())
    expect(await failureOf(linkTo(local(port)))).toBe('closed')
  })

  test('a plain server behind a TLS address', async () => {
    const { port } = await rawServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n'))
    expect(await failureOf(linkTo(`mqtts://127.0.0.1:${port}`))).toMatch(/^(EPROTO|ERR_SSL_)/)
  })

  test('after a failure the next connect can work', async () => {
    let refusals = 1
    const { port } = await rawServer((socket) =>
      socket.write(refusals-- > 0 ? connackRefusing(3) : CONNACK),
    )
    const link = linkTo(local(port))
    await failureOf(link)
    link.connect(0)
    await sink.next('connected')
    expect(sink.of('handshake').map(({ failure }) => failure)).toEqual(['connack-3', undefined])
  })
})

describe('a connection that ends is told once, with its cause', () => {
  test.each([
    { version: 4, cause: 'closed' },
    { version: 5, cause: 'disconnect-142' },
  ] as const)('taken over by the same client id, version $version', async ({ version, cause }) => {
    const { url } = await linkToBroker({ version })
    const usurper = linkTo(url, { version })
    usurper.connect(0)
    await sink.next('connected')
    expect((await sink.next('dropped')).cause).toBe(cause)
    expect(sink.of('dropped')).toHaveLength(1)
    usurper.close(0)
  })

  test('a socket that is reset', async () => {
    const { server } = await linkToRaw({}, () => {})
    server.sockets[0]?.resetAndDestroy()
    expect((await sink.next('dropped')).cause).toBe('ECONNRESET')
  })

  test('bytes that are no MQTT', async () => {
    const { server } = await linkToRaw({}, () => {})
    server.sockets[0]?.write(Buffer.from([0xf7, 0xff, 0xff]))
    expect((await sink.next('dropped')).cause).toBe('protocol-error')
  })

  test('a packet that is longer than any the service may send', async () => {
    const { server } = await linkToRaw({}, () => {})
    // PUBLISH with a length of 256 MiB.
    server.sockets[0]?.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))
    server.sockets[0]?.write(Buffer.alloc(PACKET_MAX_BYTES + 1))
    expect((await sink.next('dropped')).cause).toBe('oversized')
  })

  test('a PUBACK too many that does not come', async () => {
    const { link } = await linkToRaw({}, () => {})
    for (let token = 0; token < UNACKNOWLEDGED_MAX; token++) link.send(0, 'get-pending', token, {})
    expect(sink.of('sent')).toHaveLength(UNACKNOWLEDGED_MAX)
    link.send(0, 'get-pending', UNACKNOWLEDGED_MAX, {})
    expect((await sink.next('dropped')).cause).toBe('unacknowledged')
    expect(sink.of('sent')).toHaveLength(UNACKNOWLEDGED_MAX)
  })

  test('a service that has stopped reading', async () => {
    const { link, server } = await linkToRaw({ qos: 0 }, () => {})
    server.sockets[0]?.pause()
    const request = { statusDetails: { padding: 'x'.repeat(100_000) } }
    for (let token = 0; sink.of('dropped').length === 0 && token < 1_000; token++) {
      link.send(0, 'start-next', token, request)
      await new Promise(setImmediate)
    }
    expect(sink.of('dropped').map(({ cause }) => cause)).toEqual(['stalled'])
  })

  test('a SUBACK that does not come', async () => {
    const server = await rawServer((socket, chunk) => {
      if (chunk[0] === 0x10) socket.write(CONNACK)
    })
    const link = linkTo(local(server.port), {}, 200)
    link.connect(0)
    await sink.next('connected')
    link.subscribe(0)
    expect((await sink.next('dropped')).cause).toBe('timeout')
    expect(sink.of('subscribed')).toEqual([])
  })
})

test('acknowledged requests do not add up to a limit', async () => {
  const { link } = await linkToBroker()
  for (let token = 0; token < 3 * UNACKNOWLEDGED_MAX; token++) {
    link.send(0, 'get-pending', token, {})
    await sink.next('answered')
  }
  expect(sink.of('dropped')).toEqual([])
})

test('many answers that are long together are not one that is too long', async () => {
  const { broker } = await linkToBroker()
  const padding = 'x'.repeat(60_000)
  const client = broker.clients.get('thing-0')
  for (let token = 0; token < 10; token++) {
    const payload = `{"clientToken":"t${token}","padding":"${padding}"}`
    if (client) answerTo(client, `${PREFIX}start-next/accepted`, payload)
    expect((await sink.next('answered')).token).toBe(token)
  }
  expect(sink.of('dropped')).toEqual([])
})

test('after its SUBACK a thing may be silent for longer than a handshake may take', async () => {
  const connectTimeoutMs = 1_000
  const { url } = await linkToBroker()
  const link = linkTo(url, {}, connectTimeoutMs)
  link.connect(1)
  await sink.next('connected', 1)
  link.subscribe(1)
  await sink.next('subscribed', 1)
  await sleep(1.3 * connectTimeoutMs)
  link.send(1, 'get-pending', 1, {})
  expect((await sink.next('answered', 1)).token).toBe(1)
  link.close(1)
})

test('a PUBACK of MQTT 5 that refuses is the answer', async () => {
  const server = await rawServer((socket, chunk) => {
    if (chunk[0] === 0x10) return socket.write(Buffer.from([0x20, 3, 0, 0, 0]))
    const idAt = 4 + `${PREFIX}start-next`.length
    return socket.write(Buffer.from([0x40, 3, chunk[idAt] ?? 0, chunk[idAt + 1] ?? 0, 0x97]))
  })
  const link = linkTo(local(server.port), { version: 5 })
  link.connect(0)
  await sink.next('connected')
  link.send(0, 'start-next', 9, {})
  const { token, reply } = await sink.next('answered')
  expect(token).toBe(9)
  expect(reply).toMatchObject({ kind: 'rejected', code: 'Puback151' })
})

describe('subscribe', () => {
  test('counts the filters that SUBACK refuses', async () => {
    const { link } = await linkToBroker(
      { subscribe: ['notify', 'notify-next', 'forbidden'] },
      {
        authorizeSubscribe: (_, subscription, done) =>
          done(null, subscription.topic.endsWith('forbidden') ? null : subscription),
      },
    )
    link.subscribe(0)
    expect(await sink.next('subscribed')).toMatchObject({ granted: 2, refused: 1 })
    expect(sink.of('dropped')).toEqual([])
  })

  test.each([
    { codes: [], granted: 0, why: 'no code at all' },
    { codes: [1], granted: 1, why: 'a code too few' },
    { codes: [1, 0x80, 0x80, 0x80], granted: 1, why: 'refusals for filters that nobody asked for' },
    { codes: [0x80, 1, 1, 1], granted: 1, why: 'grants for filters that nobody asked for' },
  ])('a SUBACK with $why tells of each filter once', async ({ codes, granted }) => {
    const { link } = await linkToRaw({ subscribe: ['notify', 'notify-next'] }, (socket, chunk) => {
      if (chunk[0] === 0x82)
        socket.write(Buffer.from([0x90, 2 + codes.length, ...chunk.subarray(2, 4), ...codes]))
    })
    link.subscribe(0)
    expect(await sink.next('subscribed')).toMatchObject({ granted, refused: 2 - granted })
  })

  test('sends at most 8 filters a packet and tells their sum once', async () => {
    const subscribe = Array.from({ length: 17 }, (_, index) => `job-${index}/update/+`)
    const { link, broker } = await linkToBroker({ subscribe })
    const packets: number[] = []
    broker.onSubscribe((filters) => packets.push(filters))
    link.subscribe(0)
    expect(await sink.next('subscribed')).toMatchObject({ granted: 17, refused: 0 })
    expect(packets).toEqual([8, 8, 1])
    expect(sink.of('subscribed')).toHaveLength(1)
  })

  test('without filters sends nothing and is done', async () => {
    const { link } = await linkToBroker({ subscribe: [] })
    link.subscribe(0)
    expect(await sink.next('subscribed')).toMatchObject({ granted: 0, refused: 0 })
  })
})

describe('what comes unasked or makes no sense', () => {
  const client = (broker: SmallBroker) => {
    const found = broker.clients.get('thing-0')
    if (found === undefined) throw new Error('thing-0 is not there')
    return found
  }

  test.each([
    { payload: '{"timestamp":1}', why: 'no token' },
    { payload: '{"clientToken":"c-1","timestamp":1}', why: 'a token of somebody else' },
    { payload: '{"clientToken":"t01","timestamp":1}', why: 'a token that is nearly ours' },
    { payload: '{"clientToken":1,"timestamp":1}', why: 'a token that is no text' },
  ])('an answer with $why names no request', async ({ payload }) => {
    const { broker } = await linkToBroker()
    answerTo(client(broker), `${PREFIX}start-next/accepted`, payload)
    const { token, reply } = await sink.next('answered')
    expect(token).toBeUndefined()
    expect(reply.kind).toBe('accepted')
  })

  test.each(['not json', '[]', ''])('the answer %j is Malformed and no drop', async (payload) => {
    const { broker } = await linkToBroker()
    answerTo(client(broker), `${PREFIX}start-next/accepted`, payload)
    const { reply } = await sink.next('answered')
    expect(reply).toMatchObject({ kind: 'rejected', code: 'Malformed' })
    expect(sink.of('dropped')).toEqual([])
  })

  test.each([
    { topic: '$aws/things/thing-1/jobs/start-next/accepted', why: 'for another thing' },
    { topic: 'weather/today', why: 'outside of Jobs' },
    { topic: `${PREFIX}weather`, why: 'on a topic that Jobs has not' },
    { topic: `${PREFIX}notify-next`, why: 'that should be a notification and cannot be read' },
    { topic: `${PREFIX}notify`, why: 'of a kind that it did not subscribe to', payload: NOTHING },
    { topic: `${PREFIX}start-next`, why: 'that is a request nobody subscribed to' },
  ])('a message $why is told, and names no request', async ({ topic, payload }) => {
    const { broker } = await linkToBroker()
    answerTo(client(broker), topic, payload ?? '{"clientToken":"t2","execution":7}')
    expect((await sink.next('answered')).token).toBeUndefined()
    expect(sink.kinds(0)).toEqual(['handshake', 'connected', 'answered'])
  })

  test.each([
    { topic: 'get/accepted', why: 'another operation' },
    { topic: 'job-2/update/accepted', why: 'another job' },
    { topic: 'job-11/update/accepted', why: 'a job whose id goes on' },
    { topic: 'job-1/update/namespace/accepted', why: 'more levels' },
    { topic: 'job-1/update', why: 'the request itself' },
  ])('the token of the request on the topic of $why is no answer to it', async ({ topic }) => {
    const { broker, link, service } = await linkToBroker()
    service.hold()
    link.send(0, 'update', 7, { jobId: 'job-1', status: 'SUCCEEDED' })
    await service.taken(1)
    answerTo(client(broker), PREFIX + topic, '{"clientToken":"t7"}')
    expect((await sink.next('answered')).token).toBeUndefined()

    answerTo(client(broker), `${PREFIX}job-1/update/accepted`, '{"clientToken":"t7"}')
    expect((await sink.next('answered')).token).toBe(7)
  })

  test('a message at QoS 2, which nobody asks for and the link does not take, is told all the same', async () => {
    const answer = publishPacket(`${PREFIX}start-next/accepted`, 'xx{"clientToken":"t3"}')
    answer[0] = 0x34
    const { link } = await linkToRaw({}, (socket, chunk) => {
      if (chunk[0] === 0x32) socket.write(answer)
      // PUBREC is answered with PUBREL, as the protocol wants it.
      if (chunk[0] === 0x50) socket.write(Buffer.from([0x62, 2, ...chunk.subarray(2, 4)]))
    })
    link.send(0, 'start-next', 3, {})
    expect((await sink.next('answered')).token).toBeUndefined()
    expect(sink.of('dropped')).toEqual([])
  })

  test.each([
    { filter: '#', topic: 'notify', tells: 'notified' },
    { filter: '+', topic: 'notify', tells: 'notified' },
    { filter: '#', topic: 'job-1/update', tells: undefined },
    { filter: '#', topic: '$aws/things/thing-1/jobs/start-next', tells: 'answered' },
    { filter: '+/update', topic: 'job-1/update', tells: undefined },
    { filter: '+/update/#', topic: 'job-1/get', tells: 'answered' },
  ])('with the filter $filter a message on $topic tells $tells', async (row) => {
    const { broker } = await linkToBroker({ subscribe: [row.filter] })
    answerTo(client(broker), row.topic.startsWith('$') ? row.topic : PREFIX + row.topic, NOTHING)
    answerTo(client(broker), `${PREFIX}start-next/accepted`, '{"clientToken":"t9"}')
    while ((await sink.next('answered')).token !== 9);
    // Of a request that was subscribed to nothing is told: it is the thing's own, come back.
    const last = row.tells === undefined ? [] : [row.tells]
    expect(sink.kinds(0)).toEqual(['handshake', 'connected', ...last, 'answered'])
  })
})

test('close says DISCONNECT before it closes, and does not wait for a PUBACK', async () => {
  const said: Buffer[] = []
  const { link, server } = await linkToRaw({}, (_, chunk) => said.push(chunk))
  link.send(0, 'start-next', 1, {})
  const [socket] = server.sockets
  link.close(0)
  await once(socket as Socket, 'end')
  expect(Buffer.concat(said).subarray(-2)).toEqual(Buffer.from([0xe0, 0x00]))
  expect(sink.of('dropped')).toEqual([])
})

test('client id and topics are the thing’s name, and each token goes out as text', async () => {
  const said: Buffer[] = []
  const { link } = await linkToRaw({}, (socket, chunk) => {
    said.push(chunk)
    socket.write(
      publishPacket(`${PREFIX}job-1/update/accepted`, '{"clientToken":"t7","timestamp":1}'),
    )
  })
  link.send(0, 'update', 7, { jobId: 'job-1', status: 'SUCCEEDED' })
  expect((await sink.next('answered')).token).toBe(7)
  const text = Buffer.concat(said).toString('latin1')
  expect(text).toContain(`${PREFIX}job-1/update`)
  expect(text).toContain('"clientToken":"t7"')
})
