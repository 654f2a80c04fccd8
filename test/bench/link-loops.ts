import mqtt from 'mqtt'
import { Client } from 'undici'
import { systemClock } from '../../src/clock/clock.ts'

import { httpLink } from '../../src/transport/http-link.ts'
import { Inbox } from '../../src/transport/inbox.ts'
import type { Link, LinkSink } from '../../src/transport/link.ts'
import type { MqttThingSettings } from '../../src/transport/mqtt-connection.ts'
import { mqttLink } from '../../src/transport/mqtt-link.ts'
import { parseTarget } from '../../src/transport/target.ts'

/** Clients that ask again as soon as they are answered, while they are told to. */
export interface Loop {
  answers: number
  begin(): void
  pause(): void
  close(): void
}

const IDEAL: MqttThingSettings = {
  version: 4,
  keepAliveSeconds: 1_200,
  clean: true,
  qos: 1,
  subscribe: ['notify-next'],
}

/** What keeps a client going, the same for all loops. */
abstract class AskingLoop implements Loop {
  answers = 0
  #going = false
  protected readonly size: number

  constructor(size: number) {
    this.size = size
  }

  protected abstract ask(client: number): void
  abstract close(): void

  protected answered(client: number): void {
    this.answers += 1
    if (this.#going) this.ask(client)
  }

  begin(): void {
    this.#going = true
    for (let client = 0; client < this.size; client++) this.ask(client)
  }

  pause(): void {
    this.#going = false
  }
}

/** The `mqtt` library as one would use it: publish, parse, again. */
export class PlainMqtt extends AskingLoop {
  readonly #clients: mqtt.MqttClient[] = []
  #token = 0

  static async open(port: number, size: number): Promise<PlainMqtt> {
    const loop = new PlainMqtt(size)
    for (let thing = 0; thing < size; thing++) {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
        clientId: `plain-${thing}`,
        reconnectPeriod: 0,
        keepalive: 1_200,
      })
      client.on('message', (_, payload) => {
        JSON.parse(payload.toString())
        loop.answered(thing)
      })
      loop.#clients.push(client)
    }
    return loop
  }

  protected ask(thing: number): void {
    const topic = `$aws/things/plain-${thing}/jobs/start-next`
    const payload = JSON.stringify({ stepTimeoutInMinutes: 5, clientToken: `t${this.#token++}` })
    this.#clients[thing]?.publish(topic, payload, { qos: 1 })
  }

  close(): void {
    for (const client of this.#clients) client.end(true)
  }
}

/** `Client.dispatch` as one would use it: dispatch, parse, again. */
export class PlainUndici extends AskingLoop {
  readonly #clients: Client[] = []

  static open(port: number, size: number): PlainUndici {
    const loop = new PlainUndici(size)
    for (let thing = 0; thing < size; thing++)
      loop.#clients.push(new Client(`http://127.0.0.1:${port}`))
    return loop
  }

  protected ask(thing: number): void {
    const chunks: Buffer[] = []
    const call = {
      method: 'PUT',
      path: `/things/plain-${thing}/jobs/$next`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stepTimeoutInMinutes: 5 }),
    } as const
    this.#clients[thing]?.dispatch(call, {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => {
        JSON.parse(Buffer.concat(chunks).toString())
        this.answered(thing)
      },
      onResponseError: (_, error) => {
        throw error
      },
    })
  }

  close(): void {
    for (const client of this.#clients) client.destroy(() => {})
  }
}

/** Our link, of either kind. */
export class LinkLoop extends AskingLoop {
  readonly #link: Link
  #token = 0

  static async open(kind: 'mqtt' | 'http', port: number, size: number): Promise<LinkLoop> {
    const loop = new LinkLoop(kind, port, size)
    await loop.#connectAll()
    return loop
  }

  #connected = 0
  #allConnected = () => {}

  private constructor(kind: 'mqtt' | 'http', port: number, size: number) {
    super(size)
    this.#link = openLink(kind, port, size, {
      handshake() {},
      connected: () => {
        this.#connected += 1
        if (this.#connected === size) this.#allConnected()
      },
      subscribed() {},
      sent() {},
      answered: (thing) => this.answered(thing),
      notified() {},
      dropped(thing, cause) {
        throw new Error(`thing ${thing} was dropped: ${cause}`)
      },
    })
  }

  async #connectAll(): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#allConnected = resolve
    })
    for (let thing = 0; thing < this.size; thing++) this.#link.connect(thing)
    await all
  }

  protected ask(thing: number): void {
    this.#link.send(thing, 'start-next', this.#token++, { stepTimeoutInMinutes: 5 })
  }

  close(): void {
    for (let thing = 0; thing < this.size; thing++) this.#link.close(thing)
  }
}

export function openLink(kind: 'mqtt' | 'http', port: number, size: number, sink: LinkSink): Link {
  const target = parseTarget(`${kind}://127.0.0.1:${port}`)
  const names = Array.from({ length: size }, (_, thing) => `thing-${thing}`)
  const inbox = new Inbox(systemClock)
  const common = { target, names, connectTimeoutUs: 30_000_000, clock: systemClock, inbox, sink }
  return kind === 'http' ? httpLink(common) : mqttLink({ ...common, settingsOf: () => IDEAL })
}
