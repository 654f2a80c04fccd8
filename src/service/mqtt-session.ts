import { filterTakes } from '../protocol/topic-filter.ts'
import type { NotificationKind } from './exchange.ts'
import type { FrontCounts } from './limit-counts.ts'

export interface Subscription {
  readonly filter: string
  readonly qos: 0 | 1
}

export interface Notice {
  readonly topic: string
  readonly payload: string
}

/** The connection of a session, as the session needs it. */
export interface NoticeWriter {
  /** Whether the rate of the connection has room for one more. What is above it is dropped for good. */
  admits(): boolean
  /** @returns the message id; 0 with QoS 0. */
  write(topic: string, payload: string, qos: 0 | 1): number
}

/** The default life of a persistent session (protocol 5.4). */
export const SESSION_EXPIRY_SECONDS = 3_600
/** What a session keeps while its client is away, or does not acknowledge. Ours; AWS has rates. */
const NOTICES_MAX = 1_000

/**
 * What the broker knows of one client beyond its connection: its subscriptions under `$aws`, and for
 * a persistent session the notifications that wait for it. Answers are not kept: one that finds its
 * client gone is lost (protocol 2.5).
 */
export class MqttSession {
  readonly clientId: string
  /** Protocol version: one version's session is not resumed by the other (protocol 2.7). */
  readonly version: number
  readonly persistent: boolean
  /** Only filters that can take a topic under `$aws`. */
  subscriptions: readonly Subscription[] = []
  /** Which lists of listeners it stands in; the listeners keep that. */
  readonly places: { readonly kind: NotificationKind; readonly thing: string | undefined }[] = []
  /** While offline: when it ends. Infinity while connected. */
  expiresUs = Number.POSITIVE_INFINITY
  readonly #counts: FrontCounts
  #writer: NoticeWriter | undefined
  #waiting: Notice[] = []
  readonly #unacknowledged = new Map<number, Notice>()

  constructor(clientId: string, version: number, persistent: boolean, counts: FrontCounts) {
    this.clientId = clientId
    this.version = version
    this.persistent = persistent
    this.#counts = counts
  }

  /** With QoS 1, and QoS 0 for a topic that none of its filters takes (protocol 2.5). */
  answerQos(topic: string): 0 | 1 {
    return this.#qosOf(topic) ?? 0
  }

  takes(topic: string): boolean {
    return this.#qosOf(topic) !== undefined
  }

  /** One copy, however many of its filters take the topic. */
  deliver(notice: Notice): void {
    const qos = this.#qosOf(notice.topic)
    if (qos === undefined) return
    if (this.#writer === undefined) {
      if (qos === 1 && this.persistent) this.#keep(notice)
    } else if (this.#writer.admits()) this.#write(this.#writer, notice, qos)
  }

  /**
   * The client is there, perhaps on a second connection before the first is gone. What that one did
   * not acknowledge comes again, with the message ids of the new one: those of the old say nothing.
   * The rate of the connection does not hold for it: what is above it would be lost. AWS sends some ten
   * a second (protocol 2.7); here all comes at once, within what the client leaves unacknowledged.
   */
  attach(writer: NoticeWriter): void {
    this.#writer = writer
    this.expiresUs = Number.POSITIVE_INFINITY
    const waiting = this.#unanswered()
    this.#waiting = []
    for (const notice of waiting) this.#write(writer, notice, 1)
  }

  /** What was not acknowledged waits for the client's return, before what comes meanwhile. */
  detach(expiresUs: number): void {
    this.#writer = undefined
    this.expiresUs = expiresUs
    this.#waiting = this.#unanswered()
  }

  /** @returns whether the message was one of ours. */
  acknowledged(messageId: number): boolean {
    return this.#unacknowledged.delete(messageId)
  }

  #write(writer: NoticeWriter, notice: Notice, qos: 0 | 1): void {
    const messageId = writer.write(notice.topic, notice.payload, qos)
    if (messageId === 0 || !this.persistent) return
    if (this.#unacknowledged.size < NOTICES_MAX) this.#unacknowledged.set(messageId, notice)
    else this.#counts.notices += 1
  }

  /** Notices come to one of the two at a time, so together they are within its limit. */
  #unanswered(): Notice[] {
    const notices = [...this.#unacknowledged.values(), ...this.#waiting]
    this.#unacknowledged.clear()
    return notices
  }

  #keep(notice: Notice): void {
    if (this.#waiting.length < NOTICES_MAX) this.#waiting.push(notice)
    else this.#counts.notices += 1
  }

  #qosOf(topic: string): 0 | 1 | undefined {
    let best: 0 | 1 | undefined
    for (const { filter, qos } of this.subscriptions) {
      if ((best === undefined || qos > best) && filterTakes(filter, topic)) best = qos
    }
    return best
  }
}
