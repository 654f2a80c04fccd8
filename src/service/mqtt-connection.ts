import type { Subscription } from 'aedes'
import type { Rejected } from '../protocol/jobs.ts'
import { replyPayload } from '../protocol/mqtt-service.ts'
import { type JobsTopic, parseTopic } from '../protocol/mqtt-topics.ts'
import type { ServiceSwitches } from '../protocol/switches.ts'
import {
  type AedesClient,
  intercept,
  type MqttPacket,
  type PubackPacket,
  type PublishPacket,
  type SubscribePacket,
  type SubscriptionWanted,
  takeMessageId,
} from './aedes-client.ts'
import type { Exchange } from './exchange.ts'
import type { FrontCounts } from './limit-counts.ts'
import { type AnswerWriter, MqttCall } from './mqtt-call.ts'
import type { SettledConnect } from './mqtt-connect.ts'
import { pubackFrame, publishFrame, Reason, SUBACK_FAILURE, subackFrame } from './mqtt-frames.ts'
import { MqttOutbox } from './mqtt-outbox.ts'
import { isDenied, publishFault, settleSubscriptions, subscribeFault } from './mqtt-rules.ts'
import type { MqttSession, NoticeWriter } from './mqtt-session.ts'

/** Subscriptions on one connection (protocol 5.4). */
const FILTERS_PER_CONNECTION_MAX = 50
/** Packets that came behind the CONNECT, before its answer. */
const HELD_MAX = 42

/** What all connections of the front share. */
export interface ConnectionShop {
  readonly exchange: Exchange
  readonly counts: FrontCounts
  /** What is in the outbox goes out at the end of this turn of the event loop. */
  readonly flushSoon: (outbox: MqttOutbox) => void
  /** Of an ordinary message that waited for the client, which is not yet connected. */
  acknowledged(clientId: string, messageId: number): void
  /** An answer for all that subscribe to it, but its requester (switch 6). */
  overhear(topic: string, payload: string, requester: MqttSession | undefined): void
}

/**
 * One connection, between its socket and the broker: takes out what is for the Jobs service, refuses
 * what is against the broker's limits, and passes on the rest. Rules: protocol 2.5, 2.7 and 5.4.
 */
export class MqttConnection implements AnswerWriter, NoticeWriter {
  readonly client: AedesClient
  /** What its CONNECT came to; undefined until it was admitted. */
  connect: SettledConnect | undefined
  readonly #shop: ConnectionShop
  #session: MqttSession | undefined
  #passOn: (packet: MqttPacket) => void = () => {}
  #held: MqttPacket[] = []
  /** MQTT 5: topic alias → topic. The broker is not shown every PUBLISH, so it sees none of them. */
  #aliases: Map<number, string> | undefined
  readonly #outbox: MqttOutbox
  /** Where the service counts what is published on it; somebody else's once it is closed. */
  readonly #place: number
  #isClosed = false

  constructor(client: AedesClient, shop: ConnectionShop) {
    this.client = client
    this.#shop = shop
    this.#outbox = new MqttOutbox(client, shop.counts, shop.flushSoon)
    this.#place = shop.exchange.service.broker.connections.open()
    intercept(client, (packet, passOn) => {
      this.#passOn = passOn
      if (client.connected) this.#take(packet)
      // The broker sends what waited for the client before it lets anything through.
      else if (client.connecting && packet.cmd === 'puback')
        shop.acknowledged(client.id, packet.messageId)
      else if (client.connecting && packet.cmd !== 'connect') this.#hold(packet)
      else passOn(packet)
    })
  }

  /** The broker has answered the CONNECT. */
  open(session: MqttSession): void {
    this.#session = session
    session.attach(this)
    const held = this.#held
    this.#held = []
    for (const packet of held) this.#take(packet)
  }

  /** To be called once, when the socket is gone. */
  closed(): void {
    this.#isClosed = true
    this.#shop.exchange.service.broker.connections.close(this.#place)
  }

  answer(topic: string, payload: string): void {
    if (this.admits()) this.write(topic, payload, this.#session?.answerQos(topic) ?? 0)
    if (this.#switches.answersTo === 'subscribers')
      this.#shop.overhear(topic, payload, this.#session)
  }

  write(topic: string, payload: string, wantedQos: 0 | 1): number {
    const { answerQos } = this.#switches
    const qos = answerQos === 'subscription' ? wantedQos : answerQos
    const messageId = qos === 0 ? 0 : takeMessageId(this.client)
    const frame = publishFrame(this.client.version, topic, payload, qos, messageId)
    if (!this.takes(frame.length)) return 0
    if (qos === 0) this.#outbox.send(frame)
    else this.#outbox.sendInTurn(messageId, frame)
    return messageId
  }

  /** A client of MQTT 5 may say how large a packet it takes. What is larger counts as delivered (3.1.2.11.4). */
  takes(bytes: number): boolean {
    const { maximumPacketSize } = this.client
    if (maximumPacketSize === undefined || bytes <= maximumPacketSize) return true
    this.#shop.counts.largeMessages += 1
    return false
  }

  /** Of what goes out. Nothing tells the client of what is dropped (protocol 6). */
  admits(): boolean {
    if (this.#isClosed) return false
    const { exchange } = this.#shop
    return exchange.service.broker.admitDelivery(this.#place, exchange.nowUs())
  }

  cut(): void {
    this.client.conn.destroy()
  }

  get #switches(): ServiceSwitches {
    return this.#shop.exchange.service.switches
  }

  #hold(packet: MqttPacket): void {
    if (this.#held.length < HELD_MAX) {
      this.#held.push(packet)
      return
    }
    this.#shop.counts.hastyClients += 1
    this.client.conn.destroy()
  }

  #take(packet: MqttPacket): void {
    if (this.client.closed) return
    switch (packet.cmd) {
      case 'publish':
        this.#takePublish(packet)
        return
      case 'subscribe':
        this.#takeSubscribe(packet)
        return
      case 'puback':
        this.#takePuback(packet)
        return
      case 'connect': // a second one
        this.#disconnect(Reason.protocolError)
        return
      default:
        this.#passOn(packet)
    }
  }

  #takePuback(packet: PubackPacket): void {
    this.#session?.acknowledged(packet.messageId)
    // Without a session to keep, the broker has nothing that would wait for it.
    if (this.#outbox.acknowledged(packet.messageId) || this.client.clean) this.#keepAlive()
    else this.#passOn(packet)
  }

  #takePublish(packet: PublishPacket): void {
    const topic = this.#topicOf(packet)
    const fault = topic === undefined ? undefined : publishFault(topic, packet.payload)
    const asked = topic === undefined ? undefined : parseTopic(topic)
    if (fault !== undefined) this.#disconnect(fault)
    else if (!this.#admits(asked)) this.#keepAlive()
    else if (packet.qos === 2) this.#refuseQos2()
    else if (topic !== undefined && isDenied(topic, packet.retain)) this.#deny(packet)
    else if (topic === undefined) this.#passOn(packet)
    else if (asked === undefined) this.#passOn(withTopic(packet, topic))
    else this.#ask(packet, topic, asked)
  }

  /** Nothing tells the client of a publish above the rate (protocol 6). */
  #admits(asked: JobsTopic | undefined): boolean {
    const { exchange } = this.#shop
    const operation = asked?.kind === 'request' ? asked.operation : undefined
    return exchange.service.broker.admitPublish(this.#place, operation, exchange.nowUs())
  }

  #ask(packet: PublishPacket, topic: string, asked: JobsTopic): void {
    this.#keepAlive()
    // At once: it says that the broker has the request, and nothing of what becomes of it.
    if (packet.qos === 1) this.#outbox.send(pubackFrame(packet.messageId ?? 0))
    const { exchange } = this.#shop
    const nowUs = exchange.nowUs()
    if (asked.kind !== 'request') {
      if (this.#switches.invalidTopic === 'none') return
      const payload = replyPayload(NO_OPERATION, undefined, exchange.epochSeconds(nowUs))
      this.answer(`${topic}/rejected`, payload)
      return
    }
    const { service } = exchange
    const thing = service.thingIndex(asked.thingName)
    const call = new MqttCall(this, thing, asked, packet.payload, topic, service.switches)
    exchange.submit(call, nowUs)
  }

  /** @returns undefined for what the broker is to refuse. */
  #topicOf({ topic, properties }: PublishPacket): string | undefined {
    const alias = properties?.topicAlias
    if (alias === undefined) return topic === '' ? undefined : topic
    if (topic === '') return this.#aliases?.get(alias)
    if (alias < 1 || alias > TOPIC_ALIAS_MAX) return undefined
    this.#aliases ??= new Map()
    this.#aliases.set(alias, topic)
    return topic
  }

  /** MQTT 5 forbids it to a client that was told Maximum QoS 1; before, it gets no answer. */
  #refuseQos2(): void {
    if (this.client.version === 5) this.#disconnect(Reason.qosNotSupported)
    else this.#keepAlive()
  }

  /** As a publish that the policy denies: MQTT 5 gets a reason, an older client is closed. */
  #deny(packet: PublishPacket): void {
    this.#keepAlive()
    if (this.client.version !== 5) this.#disconnect(Reason.notAuthorized)
    else if (packet.qos === 1)
      this.#outbox.send(pubackFrame(packet.messageId ?? 0, Reason.notAuthorized))
  }

  #takeSubscribe(packet: SubscribePacket): void {
    const { subscriptions: wanted, messageId } = packet
    const fault = subscribeFault(packet)
    if (fault !== undefined) {
      this.#disconnect(fault)
      return
    }
    const tooMany = this.#filtersWith(wanted) > FILTERS_PER_CONNECTION_MAX
    const { exchange } = this.#shop
    if (!tooMany && exchange.service.broker.admitSubscribe(wanted.length, exchange.nowUs())) {
      settleSubscriptions(wanted, this.client.version)
      if (new Set(wanted.map(({ topic }) => topic)).size < wanted.length)
        this.#subscribeTwice(packet)
      else this.#passOn(packet)
      return
    }
    if (!tooMany) this.#shop.counts.subscribes += 1
    const { version } = this.client
    const code = version === 5 ? Reason.quotaExceeded : SUBACK_FAILURE
    this.#keepAlive()
    this.#outbox.send(
      subackFrame(
        version,
        messageId,
        wanted.map(() => code),
      ),
    )
    if (tooMany || this.#switches.subscribeThrottle === 'close')
      this.#disconnect(Reason.quotaExceeded)
  }

  #filtersWith(wanted: SubscribePacket['subscriptions']): number {
    const held = Object.keys(this.client.subscriptions)
    return new Set([...held, ...wanted.map(({ topic }) => topic)]).size
  }

  /** The last of equal filters holds. The broker would answer for both of them with one code. */
  #subscribeTwice({ messageId, subscriptions }: SubscribePacket): void {
    const asked = subscriptions.map(({ topic, qos }) => ({ topic, qos }))
    const last = new Map(subscriptions.map((row) => [row.topic, row]))
    const answer = () => {
      // Where it refuses one, the broker puts the reason in place of the QoS.
      const codes = asked.map(({ topic, qos }) => Math.max(qos, refusalIn(last.get(topic))))
      this.#outbox.send(subackFrame(this.client.version, messageId, codes))
    }
    this.#keepAlive()
    // Without a message id the broker leaves the answer to us, just before it has written the reasons.
    const rows = [...last.values()] as Subscription[]
    this.client.subscribe({ subscriptions: rows }, () => queueMicrotask(answer))
  }

  #disconnect(reasonCode: number): void {
    this.#outbox.flush()
    this.client.disconnect({ reasonCode })
  }

  /** Packets that the broker does not see keep the connection alive all the same. */
  #keepAlive(): void {
    this.client._keepaliveTimer?.refresh()
  }
}

export const TOPIC_ALIAS_MAX = 8

const NO_OPERATION: Rejected = {
  kind: 'rejected',
  code: 'InvalidTopic',
  message: 'The topic maps to no operation of the Jobs service',
}

/** The PUBLISH, without the alias that its topic came by. */
function withTopic(packet: PublishPacket, topic: string): PublishPacket {
  if (packet.properties?.topicAlias === undefined) return packet
  packet.topic = topic
  packet.properties.topicAlias = undefined
  return packet
}

function refusalIn(row: SubscriptionWanted | undefined): number {
  return row !== undefined && row.qos >= SUBACK_FAILURE ? row.qos : 0
}
