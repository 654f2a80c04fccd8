import { createServer, type Server, type Socket } from 'node:net'
import type { AedesPublishPacket } from 'aedes'
import { topicPrefix } from '../protocol/mqtt-topics.ts'
import { filterTakes } from '../protocol/topic-filter.ts'
import type { AedesClient, ConnectPacket } from './aedes-client.ts'
import type { EventMessage } from './event-message.ts'
import type { Exchange, NotificationKind, NotificationOutlet } from './exchange.ts'
import { KeptMessages } from './kept-messages.ts'
import type { FrontCounts } from './limit-counts.ts'
import { Listeners } from './listeners.ts'
import {
  addToConnack,
  refusalOf,
  type SettledConnect,
  settleConnect,
  startAnew,
} from './mqtt-connect.ts'
import { type ConnectionShop, MqttConnection, TOPIC_ALIAS_MAX } from './mqtt-connection.ts'
import { disconnectFrame, leastPublishBytes, Reason } from './mqtt-frames.ts'
import type { MqttOutbox } from './mqtt-outbox.ts'
import { MqttSession, SESSION_EXPIRY_SECONDS } from './mqtt-session.ts'
import { QuietBroker } from './quiet-broker.ts'

/** 146 KB; AWS says it of MQTT 5, here it bounds the memory of every connection (protocol 2.7). */
const PACKET_MAX_BYTES = 149_504
/** A fleet that connects at once waits in the kernel and not at its own timeouts. */
const BACKLOG = 4_096

type Forwarded = Pick<AedesPublishPacket, 'topic' | 'payload'>

/**
 * The broker side of the stand-in: MQTT 3.1.1 and 5 on plain TCP. aedes keeps connections,
 * subscriptions and ordinary topics; `MqttConnection` takes out what is for the Jobs service.
 */
export class MqttFront implements NotificationOutlet, ConnectionShop {
  readonly exchange: Exchange
  readonly server: Server
  readonly counts: FrontCounts
  readonly #broker: QuietBroker
  readonly #kept: KeptMessages
  readonly #listeners = new Listeners()
  readonly #connections = new Map<AedesClient, MqttConnection>()
  readonly #sessions = new Map<string, { session: MqttSession; client: AedesClient | undefined }>()
  #unflushed: MqttOutbox[] = []

  static async start(exchange: Exchange, counts: FrontCounts): Promise<MqttFront> {
    const front = new MqttFront(exchange, counts)
    await front.#broker.listen()
    front.#kept.takeOver(front.#broker.persistence)
    return front
  }

  private constructor(exchange: Exchange, counts: FrontCounts) {
    this.exchange = exchange
    this.counts = counts
    this.#kept = new KeptMessages(counts, (clientId) => {
      const session = this.#sessions.get(clientId)?.session
      return session !== undefined && session.expiresUs <= exchange.nowUs()
    })
    this.#broker = new QuietBroker({
      maximumPacketSize: PACKET_MAX_BYTES,
      topicAliasMaximum: TOPIC_ALIAS_MAX,
      receiveMaximum: 100,
      sessionExpiryIntervalLimit: SESSION_EXPIRY_SECONDS,
      authorizeForward: (client, packet) =>
        this.#forwards(client as AedesClient, packet) ? packet : null,
      authenticate: (client, _username, _password, done) => {
        this.#settleSession(client as AedesClient)
        done(null, true)
      },
      preConnect: (client, packet, done) => {
        this.#preConnect(client as AedesClient, packet as ConnectPacket, done)
      },
    })
    // aedes destroys the socket as soon as this has returned.
    this.#broker.on('keepaliveTimeout', ({ version, conn }) => {
      if (version === 5) conn.write(disconnectFrame(Reason.keepAliveTimeout))
    })
    this.#broker.on('clientReady', (client) => this.#opened(client as AedesClient))
    this.#broker.on('subscribe', (_, client) => this.#subscriptionsChanged(client as AedesClient))
    this.#broker.on('unsubscribe', (_, client) => this.#subscriptionsChanged(client as AedesClient))
    this.server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  listen(port: number, host: string): void {
    this.server.listen({ port, host, backlog: BACKLOG })
  }

  hears(kind: NotificationKind, thingName: string): boolean {
    return this.#listeners.hears(kind, thingName)
  }

  publish(kind: NotificationKind, thingName: string, payload: string, nowUs: number): void {
    const notice = { topic: topicPrefix(thingName) + kind, payload }
    this.#listeners.each(kind, thingName, (session) => {
      if (session.expiresUs <= nowUs) this.#forget(session)
      else session.deliver(notice)
    })
  }

  hearsEvents(): boolean {
    return this.#listeners.toEvents.size > 0
  }

  publishEvent(message: EventMessage, nowUs: number): void {
    for (const session of this.#listeners.toEvents)
      if (session.expiresUs <= nowUs) this.#forget(session)
      else session.deliver(message)
  }

  acknowledged(clientId: string, messageId: number): void {
    this.#kept.acknowledged(clientId, messageId)
  }

  /** Costs a look at every session, so it is for the switch that asks for it alone. */
  overhear(topic: string, payload: string, requester: MqttSession | undefined): void {
    for (const { session } of this.#sessions.values())
      if (session !== requester && session.takes(topic)) session.deliver({ topic, payload })
  }

  readonly flushSoon = (outbox: MqttOutbox): void => {
    this.#unflushed.push(outbox)
    if (this.#unflushed.length === 1) process.nextTick(this.#flush)
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const client of this.#connections.keys()) client.conn.destroy()
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()))
    await closed
  }

  readonly #flush = (): void => {
    const outboxes = this.#unflushed
    this.#unflushed = []
    for (const outbox of outboxes) outbox.flush()
  }

  #accept(socket: Socket): void {
    const client = this.#broker.handle(socket) as AedesClient
    this.#connections.set(client, new MqttConnection(client, this))
    socket.once('close', () => this.#closed(client))
  }

  #preConnect(
    client: AedesClient,
    packet: ConnectPacket,
    done: (error: Error | null, successful: boolean) => void,
  ): void {
    const { exchange } = this
    const { connectThrottle } = exchange.service.switches
    const admit = () => this.#admit(packet.clientId)
    const refusal = refusalOf(packet, admit, connectThrottle)
    if (refusal === undefined) {
      const connection = this.#connections.get(client)
      if (connection !== undefined) connection.connect = settleConnect(packet)
      done(null, true)
      return
    }
    // aedes destroys the socket, and with it what was not sent yet.
    client.conn.write(refusal, () => done(new Error('the connection was refused'), false))
  }

  /** Before the broker looks for what it has of the client, and answers the CONNECT. */
  #settleSession(client: AedesClient): void {
    const connect = this.#connections.get(client)?.connect
    if (connect === undefined) return // closed already
    const sessionPresent = this.#resumed(client, connect) !== undefined
    if (!sessionPresent) startAnew(client, connect)
    addToConnack(client, { sessionPresent, properties: connect.announced })
  }

  /** @returns the session that goes on; not one of the other version of MQTT (protocol 2.7). */
  #resumed({ id, version, clean }: AedesClient, connect: SettledConnect): MqttSession | undefined {
    const session = this.#sessions.get(id)?.session
    if (session === undefined || !session.persistent || clean || connect.cleanStart)
      return undefined
    const isGood = session.version === version && session.expiresUs > this.exchange.nowUs()
    return isGood ? session : undefined
  }

  /** Whoever gives no client id gets one that nobody else has. */
  #admit(clientId: string): boolean {
    const { service } = this.exchange
    const client = clientId === '' ? undefined : clientId
    const verdict = service.broker.admitConnect(client, this.exchange.nowUs())
    if (verdict === 'account') this.counts.connects += 1
    if (verdict === 'client') this.counts.clientConnects += 1
    return verdict === 'admitted'
  }

  /** What the broker itself sends to a subscriber. What waited for its return comes before it is connected. */
  #forwards(client: AedesClient, { topic, payload }: Forwarded): boolean {
    // aedes has `a/#` take `a` too.
    if (!Object.keys(client.subscriptions).some((filter) => filterTakes(filter, topic)))
      return false
    const connection = this.#connections.get(client)
    // Without its properties, which may be none.
    if (connection?.takes(leastPublishBytes(topic, payload)) === false) return false
    return !client.connected || connection?.admits() === true
  }

  #opened(client: AedesClient): void {
    const { id, version, clean } = client
    const held = this.#sessions.get(id)
    // The broker closes the older connection of a client id, but not when three come at once.
    if (held?.client !== undefined && held.client !== client) held.client.conn.destroy()
    const connection = this.#connections.get(client)
    if (connection?.connect === undefined) return // closed already
    const resumed = this.#resumed(client, connection.connect)
    if (held !== undefined && resumed === undefined) this.#forget(held.session)
    const session = resumed ?? new MqttSession(id, version, !clean, this.counts)
    this.#sessions.set(id, { session, client })
    this.#read(session, client)
    // aedes says so before it lets the packets through that came behind the CONNECT.
    client.once('connected', () => connection.open(session))
  }

  #subscriptionsChanged(client: AedesClient): void {
    const held = this.#sessions.get(client.id)
    if (held?.client === client && !client.closed) this.#read(held.session, client)
  }

  #read(session: MqttSession, client: AedesClient): void {
    session.subscriptions = Object.entries(client.subscriptions)
      .filter(([filter]) => filter.startsWith('$aws/'))
      .map(([filter, { qos }]) => ({ filter, qos: qos === 0 ? 0 : 1 }))
    this.#listeners.place(session)
  }

  #closed(client: AedesClient): void {
    this.#connections.get(client)?.closed()
    this.#connections.delete(client)
    const held = this.#sessions.get(client.id)
    if (held?.client !== client) return
    const { session } = held
    if (client.clean) {
      this.#forget(session)
      return
    }
    held.client = undefined
    const seconds = Math.min(client.sessionExpiryInterval, SESSION_EXPIRY_SECONDS)
    session.detach(this.exchange.nowUs() + seconds * 1_000_000)
  }

  #forget(session: MqttSession): void {
    this.#listeners.remove(session)
    if (this.#sessions.get(session.clientId)?.session === session)
      this.#sessions.delete(session.clientId)
  }
}
