import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { onTestFinished } from 'vitest'

export interface Message {
  readonly topic: string
  readonly body: Record<string, unknown>
  readonly qos: number
  readonly retain: boolean
}

/** One MQTT client that keeps all it hears, in order. */
export class Device {
  readonly client: MqttClient
  readonly messages: Message[] = []
  readonly #waiting = new Set<() => void>()
  closed = false

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload, { qos, retain }: IPublishPacket) => {
      this.messages.push({ topic, body: JSON.parse(payload.toString()), qos, retain })
      for (const look of this.#waiting) look()
    })
    client.on('close', () => {
      this.closed = true
      for (const look of this.#waiting) look()
    })
    client.on('error', () => {})
  }

  static async open(url: string, options: IClientOptions = {}): Promise<Device> {
    const client = await connectAsync(url, { reconnectPeriod: 0, ...options }, false)
    onTestFinished(() => void client.end(true))
    return new Device(client)
  }

  /** The first message that fits and is not among the first `after` ones. */
  async next(fits: (message: Message) => boolean, after = 0): Promise<Message> {
    const find = () => this.messages.slice(after).find(fits)
    await this.#until(() => find() !== undefined || this.closed)
    const message = find()
    if (message === undefined) throw new Error('the connection was closed')
    return message
  }

  async whenClosed(): Promise<void> {
    await this.#until(() => this.closed)
  }

  /** The reason code of a DISCONNECT, or undefined when the connection just ended. */
  async reasonOfEnd(): Promise<number | undefined> {
    let reason: number | undefined
    this.client.on('disconnect', ({ reasonCode }) => {
      reason = reasonCode
    })
    await this.whenClosed()
    return reason
  }

  /** @returns the answer, whichever it is. */
  async ask(topic: string, request: unknown, qos: 0 | 1 = 1): Promise<Message> {
    const before = this.messages.length
    const payload =
      typeof request === 'string' || Buffer.isBuffer(request) ? request : JSON.stringify(request)
    await this.client.publishAsync(topic, payload, { qos })
    return this.next((message) => isAnswer(message, topic), before)
  }

  async #until(done: () => boolean): Promise<void> {
    if (done()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`nothing of the kind came: ${JSON.stringify(this.messages)}`))
      }, 10_000)
      const look = () => {
        if (!done()) return
        this.#waiting.delete(look)
        clearTimeout(timer)
        resolve()
      }
      this.#waiting.add(look)
    })
  }
}

function isAnswer({ topic }: Message, request: string): boolean {
  return topic === `${request}/accepted` || topic === `${request}/rejected`
}

/** `$aws/things/thing-<index>/jobs/` and what follows. */
export function jobsTopic(index: number, rest: string): string {
  return `$aws/things/thing-${index}/jobs/${rest}`
}
