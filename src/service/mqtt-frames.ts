/**
 * The few MQTT packets that the stand-in writes itself, each as one buffer: an answer that goes
 * through a general packet writer costs five writes and as many objects.
 */

/** MQTT 5 reason codes, those of them that AWS uses (protocol 2.7). */
export const Reason = {
  unspecified: 0x80,
  protocolError: 0x82,
  clientIdNotValid: 0x85,
  notAuthorized: 0x87,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  filterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  quotaExceeded: 0x97,
  qosNotSupported: 0x9b,
  noSubscriptionIdentifiers: 0xa1,
} as const

/** CONNACK return code of MQTT 3.1.1 for a client id that is refused. */
export const IDENTIFIER_REJECTED = 2
/** What a SUBACK of MQTT 3.1.1 says for any refusal. */
export const SUBACK_FAILURE = 0x80

/**
 * @param version 5, or 3 and 4 for what has no properties.
 * @param messageId 1..65535, used with QoS 1 only.
 */
export function publishFrame(
  version: number,
  topic: string,
  payload: string,
  qos: 0 | 1,
  messageId: number,
): Buffer {
  const topicBytes = Buffer.byteLength(topic)
  const payloadBytes = Buffer.byteLength(payload)
  const properties = version === 5 ? 1 : 0
  const length = 2 + topicBytes + (qos === 1 ? 2 : 0) + properties + payloadBytes
  const frame = Buffer.allocUnsafe(1 + lengthBytes(length) + length)
  frame[0] = 0x30 | (qos << 1)
  let at = writeLength(frame, 1, length)
  at = frame.writeUInt16BE(topicBytes, at)
  at += frame.write(topic, at)
  if (qos === 1) at = frame.writeUInt16BE(messageId, at)
  if (properties === 1) at = frame.writeUInt8(0, at)
  frame.write(payload, at)
  return frame
}

/** Of a PUBLISH of MQTT 5 at QoS 0 that has no properties. */
export function leastPublishBytes(topic: string, payload: string | Buffer): number {
  const length = 2 + Buffer.byteLength(topic) + 1 + Buffer.byteLength(payload)
  return 1 + lengthBytes(length) + length
}

/** @param reason MQTT 5 only; 0 (success) is left out, as both versions allow. */
export function pubackFrame(messageId: number, reason = 0): Buffer {
  const id = [messageId >> 8, messageId & 0xff]
  return Buffer.from(reason === 0 ? [0x40, 2, ...id] : [0x40, 3, ...id, reason])
}

/** @param codes one for each filter, at most some eight of them. */
export function subackFrame(version: number, messageId: number, codes: readonly number[]): Buffer {
  const properties = version === 5 ? [0] : []
  const body = [messageId >> 8, messageId & 0xff, ...properties, ...codes]
  return Buffer.from([0x90, body.length, ...body])
}

/** MQTT 5 alone has it. */
export function disconnectFrame(reason: number): Buffer {
  return Buffer.from([0xe0, 1, reason])
}

/** A CONNACK that refuses. */
export function refusalFrame(version: number, code: number): Buffer {
  return Buffer.from(version === 5 ? [0x20, 3, 0, code, 0] : [0x20, 2, 0, code])
}

export interface ConnackAddition {
  /** The broker says so too, but of a session without subscriptions. */
  readonly sessionPresent: boolean
  /** MQTT 5 only; encoded, less than 100 bytes. */
  readonly properties: Buffer | undefined
}

/**
 * @param connack may be changed.
 * @returns it with more in it, the same when it refuses, and undefined while it is not yet whole.
 */
export function connackWith(
  connack: Buffer,
  { sessionPresent, properties }: ConnackAddition,
): Buffer | undefined {
  const [length, bodyAt] = readLength(connack, 1)
  if (length === undefined || connack.length < bodyAt + length) return undefined
  if (connack[bodyAt + 1] !== 0) return connack
  if (sessionPresent) connack[bodyAt] = 1
  return properties === undefined ? connack : withProperties(connack, bodyAt, properties)
}

function withProperties(connack: Buffer, bodyAt: number, properties: Buffer): Buffer {
  const [held = 0, propertiesAt] = readLength(connack, bodyAt + 2)
  const more = held + properties.length
  const size = 2 + lengthBytes(more) + more
  const whole = Buffer.alloc(1 + lengthBytes(size) + size)
  whole[0] = connack[0] ?? 0
  let at = writeLength(whole, 1, size)
  at += connack.copy(whole, at, bodyAt, bodyAt + 2)
  at = writeLength(whole, at, more)
  at += connack.copy(whole, at, propertiesAt, propertiesAt + held)
  properties.copy(whole, at)
  return whole
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1
  if (length < 0x4000) return 2
  return length < 0x20_0000 ? 3 : 4
}

function writeLength(into: Buffer, start: number, length: number): number {
  let at = start
  let rest = length
  while (rest > 0x7f) {
    into[at++] = (rest & 0x7f) | 0x80
    rest >>= 7
  }
  into[at++] = rest
  return at
}

/** A variable byte integer and where it ends; undefined when the bytes end first. */
function readLength(from: Buffer, start: number): readonly [number | undefined, number] {
  let value = 0
  for (let at = start, shift = 0; at < from.length; at++, shift += 7) {
    const byte = from[at] ?? 0
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return [value, at + 1]
  }
  return [undefined, from.length]
}
