import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawServer {
  readonly port: number
  /** Open sockets, oldest first. */
  readonly sockets: readonly Socket[]
}

/** A TCP server that says what the test tells it to, until the test is over. */
export async function rawServer(
  onData: (socket: Socket, chunk: Buffer) => void,
): Promise<RawServer> {
  const sockets: Socket[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.splice(sockets.indexOf(socket), 1))
    socket.on('data', (chunk) => onData(socket, chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Packets of MQTT 3.1.1 as their bytes. */
export const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00])

export function connackRefusing(code: number): Buffer {
  return Buffer.from([0x20, 0x02, 0x00, code])
}

/** Grants QoS 0 to the one filter of a SUBSCRIBE that is shorter than 128 bytes. */
export function subackTo(subscribe: Buffer): Buffer {
  return Buffer.from([0x90, 0x03, ...subscribe.subarray(2, 4), 0x00])
}

export function publishPacket(topic: string, payload: string): Buffer {
  const body = Buffer.concat([
    Buffer.from([topic.length >> 8, topic.length & 255]),
    Buffer.from(topic + payload),
  ])
  // Padded to four bytes, which is legal and long enough for what anybody sends.
  const length = [0, 7, 14].map((bits) => ((body.length >> bits) & 127) | 128)
  return Buffer.concat([Buffer.from([0x30, ...length, body.length >> 21]), body])
}
