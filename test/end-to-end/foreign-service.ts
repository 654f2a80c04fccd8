import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { Aedes, type AedesPublishPacket, type Client } from 'aedes'

export interface ForeignCounts {
  received: number
  accepted: number
  throttled: number
}

/**
 * A jobs service that shares no line with the project: every start-next gives the thing a new
 * execution, every update is accepted, and writes beyond the quota are refused. It keeps its own
 * counts, for the summary of a run to be held against.
 */
export class ForeignService {
  readonly counts: Record<'start-next' | 'update', ForeignCounts> = {
    'start-next': { received: 0, accepted: 0, throttled: 0 },
    update: { received: 0, accepted: 0, throttled: 0 },
  }
  readonly #writesPerSecond: number
  readonly #broker: Aedes
  readonly #http: Server
  readonly #tcp: ReturnType<typeof createTcpServer>
  #executions = 0
  #tokens: number
  #refilledMs = performance.now()

  private constructor(writesPerSecond: number, broker: Aedes) {
    this.#writesPerSecond = writesPerSecond
    this.#tokens = writesPerSecond
    this.#broker = broker
    this.#http = createServer((request, response) => void this.#serve(request, response))
    this.#tcp = createTcpServer(broker.handle)
    broker.on('publish', (packet, client) => {
      if (client !== null) this.#hear(packet, client)
    })
  }

  /** @param writesPerSecond the write quota; Infinity for none. */
  static async open(writesPerSecond = Number.POSITIVE_INFINITY): Promise<ForeignService> {
    const service = new ForeignService(writesPerSecond, await Aedes.createBroker())
    for (const server of [service.#http, service.#tcp]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
    return service
  }

  get targets(): { mqtt: string; http: string } {
    const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port
    return {
      mqtt: `mqtt://127.0.0.1:${port(this.#tcp)}`,
      http: `http://127.0.0.1:${port(this.#http)}`,
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()))
    this.#http.closeAllConnections()
    await Promise.all(
      [this.#http, this.#tcp].map((server) => new Promise((resolve) => server.close(resolve))),
    )
  }

  #write(operation: 'start-next' | 'update'): boolean {
    const counts = this.counts[operation]
    counts.received += 1
    if (!this.#takeToken()) {
      counts.throttled += 1
      return false
    }
    counts.accepted += 1
    return true
  }

  #takeToken(): boolean {
    if (this.#writesPerSecond === Number.POSITIVE_INFINITY) return true
    const nowMs = performance.now()
    const refill = ((nowMs - this.#refilledMs) / 1000) * this.#writesPerSecond
    this.#refilledMs = nowMs
    this.#tokens = Math.min(this.#writesPerSecond, this.#tokens + refill)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  #execution() {
    this.#executions += 1
    const now = Math.floor(Date.now() / 1000)
    const times = { queuedAt: now, startedAt: now, lastUpdatedAt: now }
    const numbers = { versionNumber: 2, executionNumber: 1 }
    return { jobId: `foreign-${this.#executions}`, status: 'IN_PROGRESS', ...times, ...numbers }
  }

  #hear({ topic, payload }: AedesPublishPacket, client: Client): void {
    const [, thing, action] = /^\$aws\/things\/([^/]+)\/jobs\/(.+)$/.exec(topic) ?? []
    if (thing === undefined || action === undefined) return
    const operation = action.endsWith('/update') ? 'update' : 'start-next'
    if (operation === 'start-next' && action !== 'start-next') return
    const { clientToken } = JSON.parse(payload.toString())
    const timestamp = Math.floor(Date.now() / 1000)
    const accepted = this.#write(operation)
    const body = accepted
      ? operation === 'update'
        ? {}
        : { execution: { ...this.#execution(), jobDocument: { operation: 'install' } } }
      : { code: 'RequestThrottled', message: 'Rate exceeded' }
    const answer = JSON.stringify({ clientToken, timestamp, ...body })
    const answerTopic = `${topic}/${accepted ? 'accepted' : 'rejected'}`
    client.publish(
      { cmd: 'publish', topic: answerTopic, payload: answer, qos: 0, retain: false, dup: false },
      () => {},
    )
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for await (const _ of request) {
      // The body says nothing that this service needs.
    }
    const path = decodeURIComponent(request.url ?? '')
    const operation =
      request.method === 'PUT' && path.endsWith('/jobs/$next')
        ? 'start-next'
        : request.method === 'POST'
          ? 'update'
          : undefined
    response.setHeader('content-type', 'application/json')
    if (operation === undefined) {
      response.statusCode = 404
      response.setHeader('x-amzn-ErrorType', 'ResourceNotFoundException')
      response.end('{"message":"no such thing"}')
      return
    }
    if (!this.#write(operation)) {
      response.statusCode = 429
      response.setHeader('x-amzn-ErrorType', 'ThrottlingException')
      response.end('{"message":"Rate exceeded"}')
      return
    }
    const execution = { ...this.#execution(), jobDocument: '{"operation":"install"}' }
    response.end(operation === 'update' ? '{}' : JSON.stringify({ execution }))
  }
}
