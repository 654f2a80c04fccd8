import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Aedes, type AedesOptions, type Client } from 'aedes'
import {
  notificationPayload,
  readMqttRequest,
  replyPayload,
} from '../../src/protocol/mqtt-service.ts'
import { parseTopic, topicPrefix } from '../../src/protocol/mqtt-topics.ts'
import { type SmallService, thingNames, thingOf } from './small-service.ts'

/** `SmallService` behind an MQTT broker. */
export class SmallBroker {
  readonly #service: SmallService
  readonly #aedes: Aedes
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly clients = new Map<string, Client>()

  static async create(service: SmallService, options: AedesOptions = {}): Promise<SmallBroker> {
    return new SmallBroker(service, await Aedes.createBroker(options))
  }

  private constructor(service: SmallService, aedes: Aedes) {
    this.#service = service
    this.#aedes = aedes
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      aedes.handle(socket)
    })
    aedes.on('client', (client) => this.clients.set(client.id, client))
    aedes.on('publish', ({ topic, payload }, client) => {
      if (client !== null) this.#serve(client, topic, Buffer.from(payload))
    })
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  cut(thing: number): void {
    this.clients.get(thingNames[thing] ?? '')?.conn.destroy()
  }

  notifyNext(): void {
    const payload = notificationPayload(this.#service.next, 1_786_000_000)
    this.publish(`${topicPrefix('thing-0')}notify-next`, payload)
  }

  /** Calls back with the number of filters of each SUBSCRIBE. */
  onSubscribe(call: (filters: number) => void): void {
    this.#aedes.on('subscribe', (subscriptions) => call(subscriptions.length))
  }

  /** To whoever has subscribed. */
  publish(topic: string, payload: string): void {
    const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const
    this.#aedes.publish(packet, () => {})
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#aedes.close(resolve))
  }

  #serve(client: Client, topic: string, payload: Buffer): void {
    const parsed = parseTopic(topic)
    if (parsed?.kind !== 'request') return
    const { operation, thingName, jobId } = parsed
    const { token, request } = readMqttRequest(operation, thingName, jobId, payload)
    if ('kind' in request) throw new Error(`a request that cannot be read: ${request.message}`)
    this.#service.take(thingOf(thingName), operation, request, (reply) => {
      answerTo(client, `${topic}/${reply.kind}`, replyPayload(reply, token, 1_786_000_000))
    })
  }
}

/** Straight to a client, whatever it has subscribed to. */
export function answerTo(client: Client, topic: string, payload: string): void {
  client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => {})
}
