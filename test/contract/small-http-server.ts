import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { httpAnswer, httpRoute, readHttpRequest } from '../../src/protocol/http-service.ts'
import { type SmallService, thingOf } from './small-service.ts'

/** `SmallService` over HTTP. */
export class SmallHttpServer {
  readonly #service: SmallService
  readonly #server: Server
  /** Which thing asked last on a socket. */
  readonly #sockets = new Map<Socket, number>()
  /** Sockets opened so far. */
  openedCount = 0

  constructor(service: SmallService) {
    this.#service = service
    this.#server = createServer({ keepAliveTimeout: 0 }, (request, response) =>
      this.#serve(request, response),
    )
    this.#server.on('connection', (socket: Socket) => {
      this.openedCount += 1
      this.#sockets.set(socket, -1)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  cut(thing: number): void {
    for (const [socket, last] of this.#sockets) if (last === thing) socket.destroy()
  }

  /** Open sockets on which a thing asked last. */
  socketsOf(thing: number): Socket[] {
    return [...this.#sockets].filter(([, last]) => last === thing).map(([socket]) => socket)
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets.keys()) socket.destroy()
    if (this.#server.listening) await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const route = httpRoute(request.method ?? '', request.url ?? '')
    if (route === undefined) {
      response.writeHead(404).end()
      return
    }
    const thing = thingOf(route.thingName)
    this.#sockets.set(request.socket, thing)
    const read = readHttpRequest(route, Buffer.concat(chunks))
    if ('kind' in read) throw new Error(`a request that cannot be read: ${read.message}`)
    this.#service.take(thing, route.operation, read, (reply) => {
      const { statusCode, errorType, body } = httpAnswer(reply, route.thingName)
      if (errorType !== undefined) response.setHeader('x-amzn-ErrorType', errorType)
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(body)
    })
  }
}
