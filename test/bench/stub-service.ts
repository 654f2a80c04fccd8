import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

export interface StubAddresses {
  readonly mqttPort: number
  readonly httpPort: number
}

/**
 * A service that says the same thing to everybody, in a process of its own so that its CPU is not
 * the generator's. It answers every PUBLISH on `<topic>/accepted` and every HTTP request, and knows no jobs.
 */
export class StubService {
  readonly addresses: StubAddresses
  readonly #child: ChildProcess

  static async start(): Promise<StubService> {
    const program = `(${serve.toString()})()`
    const child = spawn(process.execPath, ['--eval', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const [addresses] = (await once(child, 'message')) as [StubAddresses]
    return new StubService(child, addresses)
  }

  private constructor(child: ChildProcess, addresses: StubAddresses) {
    this.#child = child
    this.addresses = addresses
  }

  async end(): Promise<void> {
    this.#child.disconnect()
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }
}

/** The program of the child. It is handed over as text, so it uses nothing from around it. */
function serve(): void {
  const net = process.getBuiltinModule('node:net')
  const http = process.getBuiltinModule('node:http')
  const execution =
    '"jobId":"job-1","status":"IN_PROGRESS","queuedAt":1786000000,"startedAt":1786000042,' +
    '"lastUpdatedAt":1786000042,"versionNumber":2,"executionNumber":1'
  const overHttp = `{"execution":{${execution},"jobDocument":"{}"}}`

  const answer = (packet: Buffer, headerBytes: number): Buffer[] => {
    const body = packet.subarray(headerBytes)
    switch ((packet[0] ?? 0) >> 4) {
      case 1: // CONNECT
        return [Buffer.from([0x20, 2, 0, 0])]
      case 8: // SUBSCRIBE, with one filter
        return [Buffer.from([0x90, 3, body[0] ?? 0, body[1] ?? 0, 1])]
      case 12: // PINGREQ
        return [Buffer.from([0xd0, 0])]
      case 3: // PUBLISH at QoS 1
        return published(body)
      default:
        return []
    }
  }
  const published = (body: Buffer): Buffer[] => {
    const topicEnd = 2 + body.readUInt16BE(0)
    const topic = `${body.toString('latin1', 2, topicEnd)}/accepted`
    const token = /"clientToken":"[^"]*"/.exec(body.toString('latin1', topicEnd + 2))?.[0]
    const payload = `{${token},"timestamp":1786000042,"execution":{${execution},"jobDocument":{}}}`
    const bytes = 2 + topic.length + payload.length
    const puback = [0x40, 2, body[topicEnd] ?? 0, body[topicEnd + 1] ?? 0]
    const header = [0x30, (bytes & 127) | 128, bytes >> 7, topic.length >> 8, topic.length & 255]
    return [Buffer.from([...puback, ...header]), Buffer.from(topic + payload)]
  }
  const speakMqtt = (socket: Socket) => {
    let received: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const said: Buffer[] = []
      while (received.length >= 2) {
        const long = (received[1] ?? 0) > 127
        const headerBytes = long ? 3 : 2
        const length = ((received[1] ?? 0) & 127) + (long ? (received[2] ?? 0) * 128 : 0)
        if (received.length < headerBytes + length) break
        said.push(...answer(received.subarray(0, headerBytes + length), headerBytes))
        received = received.subarray(headerBytes + length)
      }
      if (said.length > 0) socket.write(Buffer.concat(said))
    })
  }
  const broker = net.createServer({ noDelay: true }, speakMqtt)
  const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'content-length': overHttp.length }).end(overHttp)
    })
  })
  const portOf = (listening: { address(): unknown }) =>
    (listening.address() as { port: number }).port
  broker.listen(0, '127.0.0.1', () => {
    server.listen(0, '127.0.0.1', () => {
      process.send?.({ mqttPort: portOf(broker), httpPort: portOf(server) })
    })
  })
  process.on('disconnect', () => process.exit())
}
