import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Client } from 'aedes'

/**
 * The inner parts of an aedes client that the stand-in holds on to. aedes offers no hook before its
 * own handling of a packet, and the Jobs service needs one: its requests are not routed by the
 * broker, and its limits are stated for whole packets. aedes is pinned to the version read for this.
 */
export interface AedesClient extends Client {
  readonly conn: Socket
  /** Filter → what was granted. Restored ones of a persistent session too. */
  readonly subscriptions: Readonly<Record<string, { readonly qos: number }>>
  readonly _parser: {
    listeners(event: 'packet'): readonly ((this: unknown, packet: MqttPacket) => void)[]
    removeAllListeners(event: 'packet'): void
    on(event: 'packet', listener: (packet: MqttPacket) => void): void
  }
  /** What waits for an earlier session is dropped and not sent. */
  _cleanStart: boolean
  /** The next message id of this connection, 1..65535. */
  _nextId: number
  readonly _keepaliveTimer: NodeJS.Timeout | null
}

export interface PublishPacket {
  readonly cmd: 'publish'
  /** Empty where an alias stands for it. */
  topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly messageId?: number
  readonly properties?: { topicAlias?: number | undefined }
}

export interface SubscriptionWanted {
  readonly topic: string
  qos: number
  /** Retain Handling: 2 is for no retained messages. */
  rh?: number
}

export interface SubscribePacket {
  readonly cmd: 'subscribe'
  readonly messageId: number
  readonly subscriptions: readonly SubscriptionWanted[]
  readonly properties?: { readonly subscriptionIdentifier?: number }
}

export interface ConnectPacket {
  readonly cmd: 'connect'
  readonly clientId: string
  readonly protocolVersion?: number
  clean?: boolean
  /** Seconds. */
  keepalive?: number
  readonly properties?: { readonly maximumPacketSize?: number }
  readonly will?: Pick<PublishPacket, 'topic' | 'payload' | 'qos' | 'retain'>
}

export interface PubackPacket {
  readonly cmd: 'puback'
  readonly messageId: number
}

/** A message that waits for its acknowledgement. */
export interface StoredPacket {
  readonly topic: string
  readonly payload: Buffer | string
  readonly brokerId: string
  /** Which message of the broker it is. */
  readonly brokerCounter: number
  /** On the connection that it went out on. */
  messageId?: number | undefined
}

/** The part of the broker's store in which messages wait for persistent sessions. */
export interface Persistence {
  outgoingEnqueue(subscriber: { readonly clientId: string }, packet: StoredPacket): Promise<void>
  outgoingEnqueueCombi(
    subscribers: readonly { readonly clientId: string }[],
    packet: StoredPacket,
  ): Promise<void>
  outgoingUpdate(client: Pick<AedesClient, 'id'>, packet: StoredPacket): Promise<void>
  outgoingClearMessageId(
    client: Pick<AedesClient, 'id'>,
    packet: StoredPacket,
  ): Promise<StoredPacket | undefined>
  outgoingStream(client: Pick<AedesClient, 'id'>): Readable
  cleanSubscriptions(client: Pick<AedesClient, 'id'>): Promise<void>
}

export type MqttPacket =
  | PublishPacket
  | SubscribePacket
  | ConnectPacket
  | PubackPacket
  | { readonly cmd: 'pingreq' | 'disconnect' | 'unsubscribe' | 'pubrec' | 'pubrel' | 'pubcomp' }

/** Takes the place of aedes' own handler; what it does not want, it passes on. */
export function intercept(
  client: AedesClient,
  handle: (packet: MqttPacket, passOn: (packet: MqttPacket) => void) => void,
): void {
  const parser = client._parser
  const [own] = parser.listeners('packet')
  if (own === undefined) throw new TypeError('aedes listens to no packets: another version?')
  const passOn = (packet: MqttPacket) => own.call(parser, packet)
  parser.removeAllListeners('packet')
  parser.on('packet', (packet) => handle(packet, passOn))
}

export function takeMessageId(client: AedesClient): number {
  const messageId = client._nextId
  client._nextId = messageId >= 65_535 ? 1 : messageId + 1
  return messageId
}
