import {
  isTerminal,
  type JobsRequest,
  type Operation,
  type Rejected,
  type Reply,
} from '../protocol/jobs.ts'
import { readMqttRequest, replyPayload } from '../protocol/mqtt-service.ts'
import type { JobsTopic } from '../protocol/mqtt-topics.ts'
import type { ServiceSwitches } from '../protocol/switches.ts'
import type { Call } from './exchange.ts'

/** The connection of a request, as its answer needs it. */
export interface AnswerWriter {
  answer(topic: string, payload: string): void
  cut(): void
}

/** One request over MQTT. Its answer goes to its sender alone, also without a subscription. */
export class MqttCall implements Call {
  readonly operation: Operation
  readonly thing: number | undefined
  readonly request: JobsRequest | Rejected
  readonly #writer: AnswerWriter
  readonly #afterEnd: ServiceSwitches['updateAfterEnd']
  readonly #token: string | undefined
  /** The topic of the request until there is an answer. */
  #topic: string
  #payload = ''

  constructor(
    writer: AnswerWriter,
    thing: number | undefined,
    asked: JobsTopic & { kind: 'request' },
    payload: Buffer,
    topic: string,
    { updateAfterEnd }: ServiceSwitches,
  ) {
    const { operation, thingName, jobId } = asked
    const { token, request } = readMqttRequest(operation, thingName, jobId, payload)
    this.operation = operation
    this.thing = thing
    this.request = request
    this.#writer = writer
    this.#afterEnd = updateAfterEnd
    this.#token = token
    this.#topic = topic
  }

  answered(reply: Reply, epochSeconds: number): void {
    this.#topic += reply.kind === 'accepted' ? '/accepted' : '/rejected'
    const said = this.#afterEnd === 'TerminalStateReached' ? withTerminalState(reply) : reply
    this.#payload = replyPayload(said, this.#token, epochSeconds)
  }

  leave(): void {
    this.#writer.answer(this.#topic, this.#payload)
  }

  cut(): void {
    this.#writer.cut()
  }
}

/** Switch 3: the other word for an update of what has ended, which comes without the state. */
function withTerminalState(reply: Reply): Reply {
  if (reply.kind !== 'rejected' || reply.code !== 'InvalidStateTransition') return reply
  const { message, executionState } = reply
  if (executionState === undefined || !isTerminal(executionState.status)) return reply
  return { kind: 'rejected', code: 'TerminalStateReached', message }
}
