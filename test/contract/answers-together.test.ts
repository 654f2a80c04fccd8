import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock/clock.ts'
import { httpLink } from '../../src/transport/http-link.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import type { LinkSink } from '../../src/transport/link.ts'
import { mqttLink } from '../../src/transport/mqtt-link.ts'
import { parseTarget } from '../../src/transport/target.ts'
import { CONNACK, publishPacket, rawServer } from './raw-server.ts'
import { RecordingSink } from './recording-sink.ts'

const THINGS = 40
const names = Array.from({ length: THINGS }, (_, thing) => `thing-${thing}`)
const NOTHING_PENDING = '{"clientToken":"t1","timestamp":1786000000}'

/** A thread that has a lot to do for each answer. */
class SlowSink extends RecordingSink {
  firstHandledUs = Number.POSITIVE_INFINITY
  spins = 0

  override answered(...answer: Parameters<LinkSink['answered']>): void {
    const beganUs = systemClock.nowUs()
    this.firstHandledUs = Math.min(this.firstHandledUs, beganUs)
    while (systemClock.nowUs() < beganUs + 500) this.spins += 1
    super.answered(...answer)
  }
}

interface Way {
  /** What the server says to each socket when all have asked. */
  readonly answer: (thing: number) => Buffer
  /** Whether this is a request, which is answered with the others; anything else is at once. */
  readonly asks: (socket: Socket, chunk: Buffer) => boolean
}

const MQTT: Way = {
  answer: (thing) =>
    publishPacket(`$aws/things/thing-${thing}/jobs/start-next/accepted`, NOTHING_PENDING),
  asks: (socket, chunk) => {
    if ((chunk[0] ?? 0) >> 4 !== 1) return true
    socket.write(CONNACK)
    return false
  },
}

const HTTP: Way = {
  answer: () => Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}`),
  asks: () => true,
}

test.each([
  { transport: 'mqtt', way: MQTT },
  { transport: 'http', way: HTTP },
])(
  'over $transport, answers that come together are stamped before any of them is handled',
  async ({ transport, way }) => {
    const asked = new Map<Socket, number>()
    let answeredUs = 0
    const server = await rawServer((socket, chunk) => {
      if (!way.asks(socket, chunk)) return
      const [, thing] = /thing-(\d+)/.exec(chunk.toString('latin1')) ?? []
      asked.set(socket, Number(thing))
      if (asked.size < THINGS) return
      answeredUs = systemClock.nowUs()
      for (const [open, index] of asked) open.write(way.answer(index))
    })
    const sink = new SlowSink()
    const options = {
      target: parseTarget(`${transport}://127.0.0.1:${server.port}`),
      names,
      connectTimeoutUs: 10_000_000,
      clock: systemClock,
      inbox: new Inbox(systemClock),
      sink,
    }
    const settings = {
      version: 4,
      keepAliveSeconds: 0,
      clean: true,
      qos: 0,
      subscribe: [],
    } as const
    const link =
      transport === 'http'
        ? httpLink(options)
        : mqttLink({ ...options, settingsOf: () => settings })
    onTestFinished(() => {
      for (const thing of names.keys()) link.close(thing)
    })
    for (const thing of names.keys()) link.connect(thing)
    for (const thing of names.keys()) await sink.next('connected', thing)

    for (const thing of names.keys()) link.send(thing, 'start-next', 1, {})
    for (const thing of names.keys()) await sink.next('answered', thing)

    const stampsUs = sink.of('answered').map(({ nowUs }) => nowUs)
    expect(stampsUs).toHaveLength(THINGS)
    expect(Math.min(...stampsUs)).toBeGreaterThanOrEqual(answeredUs)
    expect(Math.max(...stampsUs)).toBeLessThanOrEqual(sink.firstHandledUs)
  },
)
