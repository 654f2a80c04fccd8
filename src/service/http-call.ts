import type { ServerResponse } from 'node:http'
import {
  type HttpAnswer,
  type HttpErrors,
  type HttpRoute,
  httpAnswer,
  readHttpRequest,
} from '../protocol/http-service.ts'
import type { JobsRequest, Operation, Rejected, Reply } from '../protocol/jobs.ts'
import type { Call } from './exchange.ts'

/** One request over HTTP. */
export class HttpCall implements Call {
  readonly operation: Operation
  readonly thing: number | undefined
  readonly request: JobsRequest | Rejected
  readonly #thingName: string
  readonly #response: ServerResponse
  readonly #requestId: string
  readonly #errors: HttpErrors
  #answer: HttpAnswer | undefined

  constructor(
    route: HttpRoute,
    thing: number | undefined,
    body: Buffer,
    response: ServerResponse,
    requestId: string,
    errors: HttpErrors,
  ) {
    this.operation = route.operation
    this.thing = thing
    this.request = readHttpRequest(route, body)
    this.#thingName = route.thingName
    this.#response = response
    this.#requestId = requestId
    this.#errors = errors
  }

  answered(reply: Reply): void {
    this.#answer = httpAnswer(reply, this.#thingName, this.#errors)
  }

  /** A second time, for a doubled answer, it does nothing: HTTP has no way to say it twice. */
  leave(): void {
    if (this.#answer === undefined) return
    writeAnswer(this.#response, this.#answer, this.#requestId)
    this.#answer = undefined
  }

  cut(): void {
    this.#response.socket?.destroy()
  }
}

/** Error names go into a header and the body: clients look in both (protocol 1.6). */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer, requestId: string): void {
  if (response.destroyed || response.socket?.destroyed !== false) return // its client has gone
  const { statusCode, errorType, body } = answer
  const headers = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'x-amzn-RequestId',
    requestId,
  ]
  if (errorType !== undefined) headers.push('x-amzn-ErrorType', errorType)
  response.writeHead(statusCode, headers)
  response.end(body)
}
