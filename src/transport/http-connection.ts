import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { Clock } from '../clock/clock.ts'
import { malformed } from '../protocol/answer-json.ts'
import { type HttpCall, httpReply } from '../protocol/http.ts'
import type { Reply } from '../protocol/jobs.ts'
import type { Inbox, Receiver } from './inbox.ts'
import type { LinkSink } from './link.ts'

/** Larger responses are refused. */
export const RESPONSE_MAX_BYTES = 262_144

const HOUR_MS = 3_600_000

/** In place of the reply, for a response to no request. */
const NO_REPLY = malformed('a response that no request has asked for')

/**
 * The thing times its requests out itself. undici closes an idle socket after 4 s unless told
 * otherwise; a hint of the server (`Keep-Alive: timeout=5`) is still obeyed, a second early.
 */
const OPTIONS: Client.Options = {
  headersTimeout: 0,
  bodyTimeout: 0,
  maxResponseSize: RESPONSE_MAX_BYTES,
  keepAliveTimeout: HOUR_MS,
  keepAliveMaxTimeout: HOUR_MS,
  keepAliveTimeoutThreshold: 1_000,
}

/** What all connections of a link share. */
export interface HttpWay {
  readonly url: string
  readonly connector: buildConnector.connector
  readonly clock: Clock
  readonly inbox: Inbox
  readonly sink: LinkSink
}

/** One thing's client between `connect` and its end. Nothing is told once it is over. */
export class HttpConnection {
  over = false
  readonly #way: HttpWay
  readonly #thing: number
  readonly #client: Client
  /** Requests whose answer is awaited: rarely more than one. */
  readonly #open: Exchange[] = []
  #lastSentUs = 0

  constructor(way: HttpWay, thing: number) {
    this.#way = way
    this.#thing = thing
    this.#client = new Client(way.url, {
      ...OPTIONS,
      connect: (socketOptions, callback) => this.#connect(socketOptions, callback),
    })
    this.#client.on('disconnect', (_url, _targets, error) => {
      if (isUnasked(error)) safely(() => this.#unasked())
    })
  }

  send(token: number, call: HttpCall): void {
    const exchange = new Exchange(this, token)
    this.#open.push(exchange)
    this.#client.dispatch(call, exchange)
  }

  /** Gives the request's socket up if it has one. The next request opens another. */
  cancel(token: number): void {
    const exchange = this.#open.find((open) => open.token === token)
    if (exchange === undefined) return
    this.#settle(exchange)
    exchange.cancel()
  }

  /** Quietly. */
  end(): void {
    this.over = true
    this.#open.length = 0
    this.#client.destroy(() => {})
  }

  sent(token: number): void {
    if (this.over) return
    this.#lastSentUs = this.#way.clock.nowUs()
    this.#way.sink.sent(this.#thing, token, this.#lastSentUs)
  }

  /** Its last bytes have been read. */
  cameIn(exchange: Exchange): void {
    this.#way.inbox.put(exchange, this.#lastSentUs)
  }

  answered(exchange: Exchange, reply: Reply, cameUs: number): void {
    // One that is not awaited any more was read before that: it is late, and not lost.
    this.#settle(exchange)
    if (!this.over) this.#way.sink.answered(this.#thing, exchange.token, reply, cameUs)
  }

  died(exchange: Exchange, cause: string): void {
    if (!this.#settle(exchange)) return
    this.end()
    this.#way.sink.dropped(this.#thing, cause, this.#way.clock.nowUs())
  }

  /** The library has given the socket up for what came. Where a request was open it has failed by it,
   *  and the connection is over; else this was a response to none. */
  #unasked(): void {
    if (this.over) return
    this.#way.sink.answered(this.#thing, undefined, NO_REPLY, this.#way.clock.nowUs())
  }

  /** Whether the exchange was still awaited. */
  #settle(exchange: Exchange): boolean {
    const at = this.#open.indexOf(exchange)
    if (at >= 0) this.#open.splice(at, 1)
    return at >= 0
  }

  /** Each new socket is a handshake of its own, measured from this call to its callback. */
  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const { connector, clock, sink } = this.#way
    const beganUs = clock.nowUs()
    connector(options, (...result) => {
      const [error] = result
      const failure = error === null ? undefined : causeOf(error)
      if (!this.over) sink.handshake(this.#thing, beganUs, clock.nowUs(), failure)
      callback(...result)
    })
  }
}

/** One request and its response, as undici tells it. */
class Exchange implements Dispatcher.DispatchHandler, Receiver {
  readonly token: number
  readonly #connection: HttpConnection
  #controller: Dispatcher.DispatchController | undefined
  #cancelled = false
  #statusCode = 0
  #errorType: string | undefined
  readonly #chunks: Buffer[] = []
  #isOversized = false

  constructor(connection: HttpConnection, token: number) {
    this.#connection = connection
    this.token = token
  }

  cancel(): void {
    this.#cancelled = true
    this.#controller?.abort(new Error('cancelled'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Still waiting for its socket when it was cancelled: it is not to go out any more.
    if (this.#cancelled) controller.abort(new Error('cancelled'))
    else safely(() => this.#connection.sent(this.token))
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const errorType = headers['x-amzn-errortype']
    this.#statusCode = statusCode
    this.#errorType = typeof errorType === 'object' ? errorType[0] : errorType
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#connection.cameIn(this)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    if (error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
      this.#isOversized = true
      this.#connection.cameIn(this)
    } else {
      safely(() => this.#connection.died(this, causeOf(error)))
    }
  }

  /** The whole of the response is there. */
  receive(cameUs: number): void {
    const reply = this.#isOversized
      ? malformed(`more than ${RESPONSE_MAX_BYTES} bytes`)
      : httpReply(this.#statusCode, this.#errorType, textOf(this.#chunks))
    this.#connection.answered(this, reply, cameUs)
  }
}

/** undici takes what its handlers throw for a failed request. A bug of ours must not pass for one. */
function safely(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks
  if (first === undefined) return ''
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString()
}

/** Whether a socket has ended because of what came, and not because it was closed. */
function isUnasked(error: Error & { code?: string }): boolean {
  return error.message === 'bad response' || causeOf(error) === 'not-http'
}

/** The library's own words where they are the same thing as another's. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_SOCKET', 'closed'],
  ['HTTPParserError', 'not-http'],
])

function causeOf(error: Error & { code?: string }): string {
  const { code = error.name } = error
  return CAUSES.get(code) ?? (code.startsWith('HPE_') ? 'not-http' : code)
}
