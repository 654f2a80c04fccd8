import type { ServiceSwitches } from '../protocol/switches.ts'
import type { AedesClient, ConnectPacket } from './aedes-client.ts'
import {
  type ConnackAddition,
  connackWith,
  IDENTIFIER_REJECTED,
  Reason,
  refusalFrame,
} from './mqtt-frames.ts'
import { willFault } from './mqtt-rules.ts'

/** Protocol 2.7 and 5.4. */
const CLIENT_ID_MAX_BYTES = 128
const KEEP_ALIVE_MIN_SECONDS = 30
const KEEP_ALIVE_MAX_SECONDS = 1_200
/** A client of MQTT 5 that takes less is refused. */
const PACKET_MIN_BYTES = 512
/** CONNACK of MQTT 3.1.1. */
const SERVER_UNAVAILABLE = 3

/**
 * @returns what refuses the CONNECT: a CONNACK, or an empty buffer where the connection is closed
 *   without one; undefined when it may connect.
 */
export function refusalOf(
  packet: ConnectPacket,
  admit: () => boolean,
  connectThrottle: ServiceSwitches['connectThrottle'],
): Buffer | undefined {
  const version = packet.protocolVersion === 5 ? 5 : 4
  if (Buffer.byteLength(packet.clientId) > CLIENT_ID_MAX_BYTES)
    return refusalFrame(version, version === 5 ? Reason.clientIdNotValid : IDENTIFIER_REJECTED)
  if ((packet.properties?.maximumPacketSize ?? PACKET_MIN_BYTES) < PACKET_MIN_BYTES)
    return refusalFrame(version, Reason.unspecified)
  const fault = packet.will && willFault(packet.will, version)
  if (fault !== undefined) return version === 5 ? refusalFrame(version, fault) : Buffer.alloc(0)
  if (admit()) return undefined
  if (version === 5) return refusalFrame(version, Reason.quotaExceeded)
  // MQTT 3.1.1 has no code that says it (switch 13).
  return connectThrottle === 'close' ? Buffer.alloc(0) : refusalFrame(version, SERVER_UNAVAILABLE)
}

export interface SettledConnect {
  /** The client wants a new session. */
  readonly cleanStart: boolean
  /** What a client of MQTT 5 is told beside what the broker tells; encoded. */
  readonly announced: Buffer | undefined
  /** The broker reads it until the client is connected. */
  readonly packet: ConnectPacket
}

/**
 * Gives the CONNECT the keep-alive that the broker will use, and a client of MQTT 5 the news of it:
 * aedes would refuse an older client that asks for more, and announces no Maximum QoS.
 */
export function settleConnect(packet: ConnectPacket): SettledConnect {
  const cleanStart = packet.clean !== false
  const wanted = packet.keepalive ?? 0
  const seconds = wanted === 0 ? KEEP_ALIVE_MAX_SECONDS : Math.max(wanted, KEEP_ALIVE_MIN_SECONDS)
  packet.keepalive = Math.min(seconds, KEEP_ALIVE_MAX_SECONDS)
  if (packet.protocolVersion !== 5) return { cleanStart, announced: undefined, packet }
  const properties = [MAXIMUM_QOS, 1, SUBSCRIPTION_IDENTIFIERS_AVAILABLE, 0]
  if (packet.keepalive !== wanted)
    properties.push(SERVER_KEEP_ALIVE, packet.keepalive >> 8, packet.keepalive & 0xff)
  return { cleanStart, announced: Buffer.from(properties), packet }
}

/** Property identifiers of MQTT 5. */
const SERVER_KEEP_ALIVE = 0x13
const MAXIMUM_QOS = 0x24
const SUBSCRIPTION_IDENTIFIERS_AVAILABLE = 0x29

/**
 * The broker forgets what it has of the client: it would go on with a session of the other version
 * too. To be called when it has read from the CONNECT how long the new session is to live.
 */
export function startAnew(client: AedesClient, { packet }: SettledConnect): void {
  packet.clean = true
  client._cleanStart = true
}

/** The first thing that the broker writes is the CONNACK, in pieces. */
export function addToConnack({ conn }: AedesClient, more: ConnackAddition): void {
  if (!more.sessionPresent && more.properties === undefined) return
  let written = Buffer.alloc(0)
  const holdBack = (piece: Buffer | string): boolean => {
    written = Buffer.concat([written, Buffer.from(piece as string)])
    const whole = connackWith(written, more)
    if (whole === undefined) return true
    Reflect.deleteProperty(conn, 'write')
    return conn.write(whole)
  }
  conn.write = holdBack as typeof conn.write
}
