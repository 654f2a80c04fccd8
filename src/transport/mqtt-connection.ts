import type { Socket } from 'node:net'
import { type ClientSubscribeCallback, type IDisconnectPacket, MqttClient, type Packet } from 'mqtt'
import type { Clock } from '../clock/clock.ts'
import { malformed } from '../protocol/answer-json.ts'
import type { DescribeRequest, JobsRequest, Operation } from '../protocol/jobs.ts'
import { requestPayload } from '../protocol/mqtt.ts'
import { requestSuffix } from '../protocol/mqtt-topics.ts'
import { ChunkLine, type LineOwner } from './chunk-line.ts'
import type { Inbox } from './inbox.ts'
import type { LinkSink } from './link.ts'
import { causeOf, isEndOfAll } from './mqtt-causes.ts'
import { MqttMail } from './mqtt-mail.ts'
import { NO_STORE } from './no-store.ts'
import { openSocket } from './open-socket.ts'
import { publishPacket } from './publish-packet.ts'
import type { Target } from './target.ts'
import { tokenText } from './token-text.ts'

type Suback = NonNullable<Parameters<ClientSubscribeCallback>[2]>

/** What all connections of a link share. */
export interface MqttWay {
  readonly target: Target
  readonly connectTimeoutMs: number
  readonly clock: Clock
  readonly inbox: Inbox
  readonly sink: LinkSink
}

/** How one thing talks MQTT. Plain data; a scenario's `MqttSettings` fit. */
export interface MqttThingSettings {
  /** Protocol version: 4 is 3.1.1. */
  readonly version: 4 | 5
  /** 0 switches keep-alive off. */
  readonly keepAliveSeconds: number
  readonly clean: boolean
  readonly qos: 0 | 1
  /** Last levels of the filters under `$aws/things/<thing>/jobs/`. */
  readonly subscribe: readonly string[]
}

/** Written, and not taken by the socket: the service has stopped reading. */
const UNSENT_MAX_BYTES = 262_144
/** AWS accepts no more before their PUBACKs flow (quota of the message broker, not adjustable). */
export const UNACKNOWLEDGED_MAX = 100
/** AWS refuses a SUBSCRIBE with more, and closes the connection. */
const FILTERS_MAX = 8
/** How long a service may take to close its end after a DISCONNECT. */
const LINGER_MS = 5_000

/** Normal disconnection, in 3.1.1 and in 5. */
const DISCONNECT = Buffer.from([0xe0, 0x00])

/** In place of the reply, for a message that is none. */
const NO_REPLY = malformed('neither an answer nor a notification that was asked for')

const nothing = () => {}
/** Most things of an idle fleet have sent nothing. */
const NONE = new Map<number, number>()
const socketOf = (client: MqttClient): Socket => (client as MqttConnection).openSocket()

/**
 * One thing's client between `connect` and its end. It is the library's client and not a holder of
 * one, and its listeners are shared functions: closures for each thing would cost memory times fleet.
 */
export class MqttConnection extends MqttClient implements LineOwner {
  /** Nothing is told once it is. */
  over = false
  readonly #way: MqttWay
  readonly #thing: number
  readonly #settings: MqttThingSettings
  readonly #mail: MqttMail
  readonly #beganUs: number
  #open = false
  /** Tokens by message id. */
  #unacknowledged: Map<number, number> = NONE
  /** What it has read and not handled. Made with the socket. */
  #line: ChunkLine | undefined
  lastSentUs = 0

  constructor(way: MqttWay, thing: number, name: string, settings: MqttThingSettings) {
    super(socketOf, {
      clientId: name,
      protocolVersion: settings.version,
      keepalive: settings.keepAliveSeconds,
      clean: settings.clean,
      connectTimeout: way.connectTimeoutMs,
      manualConnect: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      // A ping a keep-alive period, whatever else is sent: a timer set anew for each packet costs more.
      reschedulePings: false,
      timerVariant: 'native',
      incomingStore: NO_STORE,
      outgoingStore: NO_STORE,
      log: nothing,
    })
    this.#way = way
    this.#thing = thing
    this.#settings = settings
    this.#mail = new MqttMail(name, settings.subscribe)
    this.#beganUs = way.clock.nowUs()
    this.on('connect', onConnect)
    this.on('packetreceive', onPacket)
    this.on('message', onMessage)
    this.on('disconnect', onDisconnect)
    this.on('error', onError)
    this.on('close', onClose)
  }

  /** Whether things may be sent. */
  get usable(): boolean {
    return this.#open && !this.over
  }

  openSocket(): Socket {
    const socket = openSocket(this.#way.target)
    this.#line = new ChunkLine(socket, this.#way.inbox, this)
    return socket
  }

  send(operation: Operation, token: number, request: JobsRequest): void {
    if (this.#line?.isEnding === true) return
    const overfull = this.#overfull()
    if (overfull !== undefined) {
      this.#line?.end(overfull)
      return
    }
    const { jobId } = request as Partial<DescribeRequest>
    const suffix = requestSuffix(operation, jobId)
    const topic = this.#mail.prefix + suffix
    const payload = requestPayload(operation, request, tokenText(token))
    const { version, qos } = this.#settings
    // The library's ids count up and come round: there is always one.
    const messageId = qos === 1 ? (this.messageIdProvider.allocate() ?? 1) : 0
    if (qos === 1) {
      if (this.#unacknowledged === NONE) this.#unacknowledged = new Map()
      this.#unacknowledged.set(messageId, token)
    }
    this.#mail.asks(token, suffix)
    this.stream.write(publishPacket(version, qos, messageId, topic, payload))
    this.lastSentUs = this.#way.clock.nowUs()
    this.#way.sink.sent(this.#thing, token, this.lastSentUs)
  }

  /** Subscribes to the thing's filters. */
  ask(): void {
    const filters = this.#settings.subscribe.map((last) => this.#mail.prefix + last)
    let waiting = Math.ceil(filters.length / FILTERS_MAX)
    let granted = 0
    const tell = (atUs: number) => {
      if (this.over) return
      this.#way.sink.subscribed(this.#thing, granted, filters.length - granted, atUs)
    }
    if (waiting === 0) {
      const nowUs = this.#way.clock.nowUs()
      queueMicrotask(() => tell(nowUs))
      return
    }
    const socket = this.stream as Socket
    // Timers come before sockets: what was there in time may have to be read yet, and then be handled.
    const awaitIt = (): void => void socket.setTimeout(this.#way.connectTimeoutMs, soon)
    const soon = (): void => void setImmediate(look)
    const look = (): void => {
      if (waiting === 0 || this.over || this.#line?.isEnding === true) return
      if (this.#line?.isWaiting === true) awaitIt()
      else this.drop('timeout')
    }
    awaitIt()
    for (let at = 0; at < filters.length; at += FILTERS_MAX) {
      const batch = filters.slice(at, at + FILTERS_MAX)
      this.subscribe(batch, { qos: this.#settings.qos }, (_error, _subscriptions, packet) => {
        if (packet === undefined) return // No SUBACK, but the end of the connection.
        granted += grants(packet, batch.length)
        waiting -= 1
        if (waiting > 0) return
        socket.setTimeout(0)
        tell(this.#cameUs())
      })
    }
  }

  /** Ends in good order and quietly. A request without its PUBACK does not hold it up. */
  leave(): void {
    const socket = this.stream as Socket
    const { usable } = this
    this.over = true
    if (!usable) {
      socket.destroy()
      return
    }
    socket.end(DISCONNECT)
    socket.setTimeout(LINGER_MS, () => socket.destroy())
  }

  drop(cause: string): void {
    if (this.over) return
    this.over = true
    this.stream.destroy()
    const { sink, clock } = this.#way
    if (!this.#open) sink.handshake(this.#thing, this.#beganUs, clock.nowUs(), cause)
    sink.dropped(this.#thing, cause, clock.nowUs())
  }

  opened(): void {
    if (this.over) return
    this.#open = true
    const { sink } = this.#way
    sink.handshake(this.#thing, this.#beganUs, this.#cameUs(), undefined)
    if (!this.over) sink.connected(this.#thing, this.#cameUs())
  }

  closed(): void {
    this.#line?.end('closed')
  }

  parsed(packet: Packet): void {
    this.#line?.stamp()
    if (packet.cmd === 'puback') this.#acknowledged(packet.messageId, packet.reasonCode)
    // No filter asks for it and nothing is stored, so the library hands it to nobody.
    else if (packet.cmd === 'publish' && packet.qos === 2 && !this.over) this.#strange()
  }

  received(topic: string, payload: Buffer): void {
    if (this.over) return
    const mail = this.#mail.read(topic, payload)
    const { sink } = this.#way
    switch (mail.kind) {
      case 'answer':
        sink.answered(this.#thing, mail.token, mail.reply, this.#cameUs())
        break
      case 'notification':
        sink.notified(this.#thing, mail.notification, this.#cameUs())
        break
      case 'strange':
        this.#strange()
    }
  }

  #strange(): void {
    this.#way.sink.answered(this.#thing, undefined, NO_REPLY, this.#cameUs())
  }

  failed(error: Error & { code?: string | number }): void {
    const cause = causeOf(error, this.#open)
    if (isEndOfAll(error, cause)) this.drop(cause)
    else this.#line?.end(cause)
  }

  /** With an error code of MQTT 5, a PUBACK is the only answer there will be. */
  #acknowledged(messageId: number | undefined, reasonCode = 0): void {
    const token = messageId === undefined ? undefined : this.#unacknowledged.get(messageId)
    if (messageId === undefined || token === undefined) return
    this.#unacknowledged.delete(messageId)
    if (reasonCode < 0x80 || this.over) return
    const message = `The broker refused the publish with reason ${reasonCode}.`
    const reply = { kind: 'rejected', code: `Puback${reasonCode}`, message } as const
    this.#way.sink.answered(this.#thing, token, reply, this.#cameUs())
  }

  /** When the packet that is handled now came. */
  #cameUs(): number {
    return this.#line?.cameUs ?? this.#beganUs
  }

  /** Why no more may be sent, the cause of the drop that follows. */
  #overfull(): string | undefined {
    if (this.#unacknowledged.size >= UNACKNOWLEDGED_MAX) return 'unacknowledged'
    return this.stream.writableLength > UNSENT_MAX_BYTES ? 'stalled' : undefined
  }
}

function onConnect(this: MqttConnection): void {
  this.opened()
}

function onPacket(this: MqttConnection, packet: Packet): void {
  this.parsed(packet)
}

function onMessage(this: MqttConnection, topic: string, payload: Buffer): void {
  this.received(topic, payload)
}

function onDisconnect(this: MqttConnection, packet: IDisconnectPacket): void {
  this.drop(`disconnect-${packet.reasonCode ?? 0}`)
}

function onError(this: MqttConnection, error: Error): void {
  this.failed(error)
}

function onClose(this: MqttConnection): void {
  this.closed()
}

/** How many of its filters a SUBACK grants. One that has no code is not granted, and codes beyond them
 *  are for nobody. */
function grants(packet: Suback, filters: number): number {
  let granted = 0
  for (const code of packet.granted.slice(0, filters)) if (Number(code) < 0x80) granted += 1
  return granted
}
