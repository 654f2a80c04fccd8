import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/clock/clock.ts'
import { RESPONSE_MAX_BYTES } from '../../src/transport/http-connection.ts'
import { httpLink } from '../../src/transport/http-link.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import type { Link } from '../../src/transport/link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { deadPort, rawServer } from './raw-server.ts'
import { RecordingSink } from './recording-sink.ts'
import { SmallHttpServer } from './small-http-server.ts'
import { SmallService, thingNames } from './small-service.ts'

let sink: RecordingSink
beforeEach(() => {
  sink = new RecordingSink()
})
afterEach(() => {
  expect(sink.untimely).toEqual([])
})

function linkTo(url: string, connectTimeoutMs = 10_000, inbox = new Inbox(systemClock)): Link {
  const link = sink.watch(
    httpLink({
      target: parseTarget(url),
      names: thingNames,
      connectTimeoutUs: connectTimeoutMs * 1_000,
      clock: systemClock,
      inbox,
      sink,
    }),
  )
  onTestFinished(() => link.close(0))
  link.connect(0)
  return link
}

const local = (port: number) => `http://127.0.0.1:${port}`

async function linkToServer() {
  const service = new SmallService()
  const server = new SmallHttpServer(service)
  onTestFinished(() => server.close())
  return { link: linkTo(await server.listen()), server, service }
}

/** Sends one request to a server that answers it with these bytes. */
async function replyTo(answer: string) {
  const { port } = await rawServer((socket) => socket.write(answer))
  const link = linkTo(local(port))
  link.send(0, 'start-next', 1, {})
  return (await sink.next('answered')).reply
}

function response(status: string, body: string, header = 'x-nothing: 1'): string {
  return `HTTP/1.1 ${status}\r\n${header}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

describe('a socket that cannot be opened drops the thing with its cause, and the request was never sent', () => {
  async function failureOf(link: Link): Promise<string> {
    link.send(0, 'start-next', 1, {})
    const { cause } = await sink.next('dropped')
    expect(sink.kinds(0)).toEqual(['connected', 'handshake', 'dropped'])
    expect(sink.of('handshake')[0]?.failure).toBe(cause)
    return cause
  }

  test('nobody listens', async () => {
    expect(await failureOf(linkTo(local(await deadPort())))).toBe('ECONNREFUSED')
  })

  test('a handshake that does not end', async () => {
    const { port } = await rawServer(() => {})
    expect(await failureOf(linkTo(`https://127.0.0.1:${port}`, 50))).toBe('timeout')
  })

  test('after a failure the next connect can work', async () => {
    const link = linkTo(local(await deadPort()))
    await failureOf(link)
    link.connect(0)
    link.send(0, 'start-next', 2, {})
    expect((await sink.next('dropped')).cause).toBe('ECONNREFUSED')
    expect(sink.of('handshake')).toHaveLength(2)
  })
})

describe('each new socket is a handshake, and a request keeps to the one that is open', () => {
  test('things that ask again and again have one', async () => {
    const { link, server } = await linkToServer()
    for (let token = 0; token < 5; token++) {
      link.send(0, 'get-pending', token, {})
      await sink.next('answered')
    }
    expect(sink.of('handshake')).toHaveLength(1)
    expect(server.openedCount).toBe(1)
  })

  test('an idle socket is kept for minutes', async () => {
    const { link, server } = await linkToServer()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    link.send(0, 'get-pending', 1, {})
    await sink.next('answered')
    await new Promise(setImmediate)
    vi.advanceTimersByTime(600_000)
    link.send(0, 'get-pending', 2, {})
    await sink.next('answered')
    expect(server.openedCount).toBe(1)
  })

  test('one that the server closes between two requests is replaced without a drop', async () => {
    const { link, server } = await linkToServer()
    link.send(0, 'get-pending', 1, {})
    await sink.next('answered')
    const [socket] = server.socketsOf(0)
    socket?.end()
    await once(socket as Socket, 'close')
    link.send(0, 'get-pending', 2, {})
    expect((await sink.next('answered')).token).toBe(2)
    expect(sink.of('dropped')).toEqual([])
    expect(sink.of('handshake').map(({ failure }) => failure)).toEqual([undefined, undefined])
  })

  test('one that the server does not want to keep is replaced without a drop', async () => {
    const { port } = await rawServer((socket) =>
      socket.end(response('200 OK', '{}', 'connection: close')),
    )
    const link = linkTo(local(port))
    for (const token of [1, 2]) {
      link.send(0, 'start-next', token, {})
      expect((await sink.next('answered')).token).toBe(token)
    }
    expect(sink.of('handshake')).toHaveLength(2)
    expect(sink.of('dropped')).toEqual([])
  })

  test('a cancelled request takes its socket with it, and the next opens another', async () => {
    const { link, server, service } = await linkToServer()
    service.hold()
    link.send(0, 'get-pending', 1, {})
    await service.taken(1)
    const [socket] = server.socketsOf(0)
    link.cancel(0, 1)
    await once(socket as Socket, 'close')
    service.release()
    link.send(0, 'get-pending', 2, {})
    expect((await sink.next('answered')).token).toBe(2)
    expect(sink.of('handshake')).toHaveLength(2)
    expect(sink.kinds(0).filter((kind) => kind === 'answered' || kind === 'dropped')).toHaveLength(
      1,
    )
  })

  test('a request that is cancelled before its socket is open never goes out', async () => {
    const { link } = await linkToServer()
    link.send(0, 'get-pending', 1, {})
    link.cancel(0, 1)
    link.send(0, 'get-pending', 2, {})
    expect((await sink.next('answered')).token).toBe(2)
    expect(sink.of('sent').map(({ token }) => token)).toEqual([2])
  })
})

test('an answer that was read and not handled when its request was cancelled is told as a late one', async () => {
  const { port } = await rawServer((socket) => socket.write(response('200 OK', '{}')))
  let link: Link | undefined
  class HastyInbox extends Inbox {
    override put(...read: Parameters<Inbox['put']>): void {
      super.put(...read)
      link?.cancel(0, 1)
    }
  }
  link = linkTo(local(port), 10_000, new HastyInbox(systemClock))
  link.send(0, 'update', 1, { jobId: 'job-0', status: 'SUCCEEDED' })
  expect((await sink.next('answered')).token).toBe(1)
  link.send(0, 'update', 2, { jobId: 'job-0', status: 'SUCCEEDED' })
  expect((await sink.next('answered')).token).toBe(2)
  expect(sink.of('handshake')).toHaveLength(1)
})

test('a socket that dies after the request went out drops the thing', async () => {
  const { port } = await rawServer((socket) => socket.destroy())
  const link = linkTo(local(port))
  link.send(0, 'start-next', 1, {})
  await sink.next('dropped')
  expect(sink.kinds(0)).toEqual(['connected', 'handshake', 'sent', 'dropped'])
})

test('all open requests of a dropped thing go with one drop', async () => {
  const { port } = await rawServer((socket) => socket.destroy())
  const link = linkTo(local(port))
  link.send(0, 'start-next', 1, {})
  link.send(0, 'get-pending', 2, {})
  await sink.next('dropped')
  await new Promise(setImmediate)
  expect(sink.of('dropped')).toHaveLength(1)
  expect(sink.of('sent').map(({ token }) => token)).toEqual([1])
})

test('bytes that are no HTTP drop the thing', async () => {
  const { port } = await rawServer((socket) => socket.write('MQTT\x00\x04'))
  const link = linkTo(local(port))
  link.send(0, 'start-next', 1, {})
  expect((await sink.next('dropped')).cause).toBe('not-http')
  await new Promise(setImmediate)
  expect(sink.of('answered')).toEqual([])
})

test('a response that a request does not take fails the request and is no other one', async () => {
  const { port, sockets } = await rawServer((socket) =>
    socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
  )
  const link = linkTo(local(port))
  link.send(0, 'start-next', 1, {})
  await sink.next('dropped')
  await vi.waitFor(() => {
    expect(sockets).toEqual([])
  })
  expect(sink.of('answered')).toEqual([])
})

describe('a response to no request is told without a token, and the next request has its own', () => {
  const first = response('200 OK', '{}')

  /** Waits until an answer with this token has been told, in whatever order. */
  async function answered(token: number | undefined): Promise<void> {
    const isTold = () => sink.of('answered').some((answer) => answer.token === token)
    while (!isTold()) await sink.next('answered')
  }

  test.each([
    { more: first, at: 'at once', why: 'a second answer' },
    { more: first, at: 'later', why: 'a second answer' },
    { more: response('408 Request Timeout', ''), at: 'later', why: 'word that it waits no more' },
    { more: 'no HTTP at all', at: 'later', why: 'what cannot be read' },
  ])('$why, $at', async ({ more, at }) => {
    const { port, sockets } = await rawServer((socket) =>
      socket.write(at === 'later' ? first : first + more),
    )
    const link = linkTo(local(port))
    link.send(0, 'update', 1, { jobId: 'job-0', status: 'SUCCEEDED' })
    await answered(1)
    if (at === 'later') sockets[0]?.write(more)
    await answered(undefined)

    link.send(0, 'update', 2, { jobId: 'job-0', status: 'SUCCEEDED' })
    await answered(2)
    expect(sink.of('handshake')).toHaveLength(2)
    expect(sink.of('dropped')).toEqual([])
  })

  test.each(['closed', 'reset'])(
    'a socket that is $0 between two requests is none',
    async (how) => {
      const { port, sockets } = await rawServer((socket) => socket.write(first))
      const link = linkTo(local(port))
      link.send(0, 'update', 1, { jobId: 'job-0', status: 'SUCCEEDED' })
      await sink.next('answered')
      const [socket] = sockets
      if (how === 'closed') socket?.end()
      else socket?.resetAndDestroy()
      await once(socket as Socket, 'close')
      await vi.waitFor(() => {
        expect(sockets).toEqual([])
      })
      link.send(0, 'update', 2, { jobId: 'job-0', status: 'SUCCEEDED' })
      const last = await Promise.race([sink.next('answered'), sink.next('dropped')])
      if (last.kind === 'answered') expect(last.token).toBe(2)
      expect(sink.of('answered').map(({ token }) => token)).not.toContain(undefined)
    },
  )
})

describe('an answer that is no success is rejected and no drop', () => {
  test.each([
    { answer: response('503 Service Unavailable', ''), code: 'Http503', why: 'a bare 503' },
    { answer: response('502 Bad Gateway', '<html>'), code: 'Http502', why: 'a page of HTML' },
    { answer: response('200 OK', 'certainly'), code: 'Malformed', why: 'a 200 that is not JSON' },
    {
      answer: response('200 OK', '{"execution":7}'),
      code: 'Malformed',
      why: 'a 200 without sense',
    },
    {
      answer: response('429 Too Many Requests', '{}', 'x-amzn-ErrorType: ThrottlingException:'),
      code: 'RequestThrottled',
      why: 'throttling by its header',
    },
  ])('$why is $code', async ({ answer, code }) => {
    expect(await replyTo(answer)).toMatchObject({ kind: 'rejected', code })
    expect(sink.of('dropped')).toEqual([])
  })

  test('a body of more than 256 KiB is Malformed, and the thing goes on with another socket', async () => {
    const large = response('200 OK', 'x'.repeat(RESPONSE_MAX_BYTES + 1))
    let answers = 0
    const { port } = await rawServer((socket) => {
      socket.write(answers++ === 0 ? large : response('200 OK', '{}'))
    })
    const link = linkTo(local(port))
    link.send(0, 'start-next', 1, {})
    expect((await sink.next('answered')).reply).toMatchObject({ code: 'Malformed' })
    link.send(0, 'start-next', 2, {})
    expect((await sink.next('answered')).reply.kind).toBe('accepted')
    expect(sink.of('dropped')).toEqual([])
  })
})
