/**
 * A service that says yes to everybody at once and knows nothing of jobs: it answers every PUBLISH on
 * `<topic>/accepted` and every HTTP request. What a generator is measured against when the generator
 * itself is the question, and what a worker warms up on.
 */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'

const EXECUTION =
  '"jobId":"job-1","status":"IN_PROGRESS","queuedAt":1786000000,"startedAt":1786000042,' +
  '"lastUpdatedAt":1786000042,"versionNumber":2,"executionNumber":1'
const OVER_HTTP = `{"execution":{${EXECUTION},"jobDocument":"{}"}}`

/** Thousands of things connect in a moment. */
const BACKLOG = 4_096

export interface NullTarget {
  /** Its addresses, on ports that the system picked. */
  readonly targets: readonly string[]
  /** At once, whoever is connected. */
  close(): void
}

/** Serves in this thread until it is closed. */
export async function startNullTarget(): Promise<NullTarget> {
  const sockets = new Set<Socket>()
  const broker = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    speakMqtt(socket)
  })
  const web = createHttpServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'content-length': OVER_HTTP.length }).end(OVER_HTTP)
    })
  })
  await listening(broker)
  await listening(web)
  return {
    targets: [`mqtt://127.0.0.1:${portOf(broker)}`, `http://127.0.0.1:${portOf(web)}`],
    close() {
      for (const socket of sockets) socket.destroy()
      broker.close()
      web.closeAllConnections()
      web.close()
    },
  }
}

/** @throws when the system gives no port. */
async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1', BACKLOG)
  await once(server, 'listening')
  // A connection that cannot be taken is its client's to tell of.
  server.on('error', () => {})
}

function speakMqtt(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const said: Buffer[] = []
    for (let end = packetEnd(received); end > 0; end = packetEnd(received)) {
      said.push(...answerTo(received.subarray(0, end)))
      received = received.subarray(end)
    }
    if (said.length > 0) socket.write(Buffer.concat(said))
  })
}

/** 0 as long as the packet is not whole. Ours have a length of one or two bytes. */
function packetEnd(received: Buffer): number {
  if (received.length < 2) return 0
  const end = headerBytes(received) + ((received[1] ?? 0) & 127) + 128 * secondLength(received)
  return received.length < end ? 0 : end
}

function headerBytes(packet: Buffer): number {
  return (packet[1] ?? 0) > 127 ? 3 : 2
}

function secondLength(packet: Buffer): number {
  return headerBytes(packet) === 3 ? (packet[2] ?? 0) : 0
}

function answerTo(packet: Buffer): Buffer[] {
  const body = packet.subarray(headerBytes(packet))
  switch ((packet[0] ?? 0) >> 4) {
    case 1: // CONNECT
      return [Buffer.from([0x20, 2, 0, 0])]
    case 8: // SUBSCRIBE, with one filter
      return [Buffer.from([0x90, 3, body[0] ?? 0, body[1] ?? 0, 1])]
    case 12: // PINGREQ
      return [Buffer.from([0xd0, 0])]
    case 3: // PUBLISH at QoS 1
      return answerToPublish(body)
    default:
      return []
  }
}

function answerToPublish(body: Buffer): Buffer[] {
  const topicEnd = 2 + body.readUInt16BE(0)
  const topic = `${body.toString('latin1', 2, topicEnd)}/accepted`
  const token = /"clientToken":"[^"]*"/.exec(body.toString('latin1', topicEnd + 2))?.[0]
  const payload = `{${token},"timestamp":1786000042,"execution":{${EXECUTION},"jobDocument":{}}}`
  const bytes = 2 + topic.length + payload.length
  const puback = [0x40, 2, body[topicEnd] ?? 0, body[topicEnd + 1] ?? 0]
  const header = [0x30, (bytes & 127) | 128, bytes >> 7, topic.length >> 8, topic.length & 255]
  return [Buffer.from([...puback, ...header]), Buffer.from(topic + payload)]
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
