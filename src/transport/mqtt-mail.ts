import type { JobsNotification, Reply } from '../protocol/jobs.ts'
import { parseDelivery } from '../protocol/mqtt.ts'
import { isAnswerTo, parseTopic, topicPrefix } from '../protocol/mqtt-topics.ts'
import { filterTakes } from '../protocol/topic-filter.ts'
import { tokenOf } from './token-text.ts'

/** What a message means to the thing that it came to. */
export type Mail =
  /** @param token undefined for one that no request of the thing can have. */
  | { readonly kind: 'answer'; readonly token: number | undefined; readonly reply: Reply }
  | { readonly kind: 'notification'; readonly notification: JobsNotification }
  /** A request, which comes to whoever subscribes to requests. */
  | { readonly kind: 'echo' }
  /** Nothing that it has asked for. */
  | { readonly kind: 'strange' }

const ECHO: Mail = { kind: 'echo' }
const STRANGE: Mail = { kind: 'strange' }

/** Tells apart what comes to one thing, by its topics and by what it has asked for last. */
export class MqttMail {
  /** `$aws/things/T/jobs/`. */
  readonly prefix: string
  /** Last levels of its filters. */
  readonly #subscribe: readonly string[]
  /** The newest request: its token, and its topic without the prefix. */
  #newest = -1
  #newestSuffix = ''

  constructor(name: string, subscribe: readonly string[]) {
    this.prefix = topicPrefix(name)
    this.#subscribe = subscribe
  }

  /** A request goes out. @param suffix its topic without the prefix. */
  asks(token: number, suffix: string): void {
    this.#newest = token
    this.#newestSuffix = suffix
  }

  read(topic: string, payload: Buffer): Mail {
    if (!topic.startsWith(this.prefix)) return STRANGE
    const suffix = topic.slice(this.prefix.length)
    const delivery = parseDelivery(suffix, payload)
    if (delivery?.kind === 'answer') {
      const token = this.#tokenOn(suffix, tokenOf(delivery.token))
      return { kind: 'answer', token, reply: delivery.reply }
    }
    if (!this.#isWanted(topic, suffix)) return STRANGE
    if (delivery !== undefined) return delivery
    return parseTopic(topic)?.kind === 'request' ? ECHO : STRANGE
  }

  /** Where the answer to the newest request would not stand, its token is somebody else's. Of those
   *  before it the topics are not kept: nobody waits for them. */
  #tokenOn(suffix: string, token: number | undefined): number | undefined {
    return token === this.#newest && !isAnswerTo(this.#newestSuffix, suffix) ? undefined : token
  }

  /** Whether the thing has subscribed to it: nearly always by name. */
  #isWanted(topic: string, suffix: string): boolean {
    if (this.#subscribe.includes(suffix)) return true
    return this.#subscribe.some((filter) => filterTakes(this.prefix + filter, topic))
  }
}
