import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  type HttpAnswer,
  type HttpErrors,
  type HttpRoute,
  httpError,
  httpErrors,
  httpRoute,
} from '../protocol/http-service.ts'
import { HTTP_BODY_MAX_BYTES } from '../protocol/limits.ts'
import type { Exchange } from './exchange.ts'
import { HttpCall, writeAnswer } from './http-call.ts'
import type { HttpControl } from './http-control.ts'
import { addressOf, hasExpired, type Plane } from './http-plane.ts'
import type { FrontCounts } from './limit-counts.ts'

/** A body that is too large is read to its end, so that its sender gets the answer; up to here. */
const DISCARDED_MAX_BYTES = 16_777_216
const BACKLOG = 4_096
const EMPTY = Buffer.alloc(0)

const UNKNOWN_OPERATION = httpError(404, 'UnknownOperationException', 'Unknown operation')
const TOO_LARGE = httpError(
  413,
  'RequestEntityTooLargeException',
  `The body is larger than ${HTTP_BODY_MAX_BYTES} bytes`,
)
const EXPIRED = httpError(403, 'RequestExpired', 'The signature of the request has expired')

/** The HTTP side of the stand-in: the Jobs data plane and the control plane (protocol, 1 and 4). */
export class HttpFront {
  readonly server: Server
  readonly #exchange: Exchange
  readonly #control: HttpControl
  readonly #plane: Plane
  readonly #errors: HttpErrors
  readonly #counts: FrontCounts
  #requests = 0

  /** @param plane which one a request gets that does not say it. */
  constructor(exchange: Exchange, control: HttpControl, plane: Plane, counts: FrontCounts) {
    this.#exchange = exchange
    this.#control = control
    this.#plane = plane
    this.#errors = httpErrors(exchange.service.switches)
    this.#counts = counts
    // A fleet's connections are idle for minutes; no timeout may close them.
    const patience = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }
    this.server = createServer({ ...patience, noDelay: true }, (request, response) => {
      this.#route(request, response)
    })
    this.server.on('clientError', (error, socket) => this.#refuse(error, socket as Socket))
  }

  listen(port: number, host: string): void {
    this.server.listen({ port, host, backlog: BACKLOG })
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.server.closeAllConnections()
    await closed
  }

  /** The one place where the planes part. */
  #route(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', headers } = request
    const { plane, isSaid, region } = addressOf(url, headers, this.#plane)
    const write = (answer: HttpAnswer) => writeAnswer(response, answer, this.#nextRequestId())
    const data = () => this.#data(request, response)
    const control = () => this.#control.taker(request, region, write)
    const [first, second] = plane === 'data' ? [data, control] : [control, data]
    // Without a word of its own, a request that only the other plane has is for that.
    const take = first() ?? (isSaid ? undefined : second())
    this.#receive(request, response, (body) => {
      if (take === undefined) return UNKNOWN_OPERATION
      if (hasExpired(url, this.#exchange.epochSeconds(this.#exchange.nowUs()))) return EXPIRED
      take(body)
      return undefined
    })
  }

  /** @returns what to do with the body; undefined for what is no operation. */
  #data({ method = '', url = '' }: IncomingMessage, response: ServerResponse) {
    const route = httpRoute(method, url)
    return route && ((body: Buffer) => this.#submit(route, body, response))
  }

  #submit(route: HttpRoute, body: Buffer, response: ServerResponse): void {
    const thing = this.#exchange.service.thingIndex(route.thingName)
    const call = new HttpCall(route, thing, body, response, this.#nextRequestId(), this.#errors)
    this.#exchange.submit(call, this.#exchange.nowUs())
  }

  /** @param answerTo the answer at once, or undefined when it comes by itself. */
  #receive(
    request: IncomingMessage,
    response: ServerResponse,
    answerTo: (body: Buffer) => HttpAnswer | undefined,
  ): void {
    const answer = (body: Buffer) => {
      const atOnce = answerTo(body)
      if (atOnce !== undefined) writeAnswer(response, atOnce, this.#nextRequestId())
    }
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    if (encoding === undefined && (length === undefined || length === '0')) {
      answer(EMPTY)
      return
    }
    let chunks: Buffer[] = []
    let receivedBytes = 0
    request.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length
      if (receivedBytes <= HTTP_BODY_MAX_BYTES) chunks.push(chunk)
      else chunks = []
      if (receivedBytes > DISCARDED_MAX_BYTES && !request.destroyed) {
        this.#counts.endlessBodies += 1
        request.destroy()
      }
    })
    request.on('end', () => {
      if (receivedBytes > HTTP_BODY_MAX_BYTES)
        writeAnswer(response, TOO_LARGE, this.#nextRequestId())
      else answer(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    })
    request.on('error', () => {}) // the client has gone, and nobody waits for the answer
  }

  /** What is no HTTP gets an answer all the same, and then the connection is closed. */
  #refuse(error: Error & { code?: string }, socket: Socket): void {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const [status, text] =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large']
        : [400, 'Bad Request']
    const { body } = httpError(status, 'InvalidRequestException', 'The request is not valid HTTP')
    socket.end(
      `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
        `x-amzn-RequestId: ${this.#nextRequestId()}\r\nx-amzn-ErrorType: InvalidRequestException\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }

  /** In the shape of a UUID, and unique without being random: the service knows no randomness. */
  #nextRequestId(): string {
    this.#requests += 1
    // Each port counts for itself.
    const group = this.#plane === 'data' ? '8000' : '8001'
    return `00000000-0000-4000-${group}-${this.#requests.toString(16).padStart(12, '0')}`
  }
}
