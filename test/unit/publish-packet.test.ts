import fc from 'fast-check'
import { expect, test } from 'vitest'
import { publishPacket } from '../../src/transport/publish-packet.ts'

test('the bytes of a request are those of the standard', () => {
  const bytes = publishPacket(4, 1, 0x0102, 'a/b', '{}')
  expect([...bytes]).toEqual([0x32, 9, 0, 3, 0x61, 0x2f, 0x62, 1, 2, 0x7b, 0x7d])
  expect([...publishPacket(4, 0, 0, 'a', '')]).toEqual([0x30, 3, 0, 1, 0x61])
  expect([...publishPacket(5, 1, 7, 'a', 'x')]).toEqual([0x32, 7, 0, 1, 0x61, 0, 7, 0, 0x78])
})

test('what is written is read back, at any length', () => {
  const text = fc.string({ unit: 'grapheme' })
  const payload = fc.tuple(text, fc.nat(300_000)).map(([some, more]) => some + 'x'.repeat(more))
  const version = fc.constantFrom(4 as const, 5 as const)
  const qos = fc.constantFrom(0 as const, 1 as const)
  const id = fc.integer({ min: 1, max: 65_535 })
  const comesBack = fc.property(version, qos, id, text, payload, (...given) => {
    const [ofVersion, ofQos, messageId, topic, said] = given
    expect(read(ofVersion, publishPacket(...given))).toEqual({
      qos: ofQos,
      messageId: ofQos === 1 ? messageId : undefined,
      topic,
      payload: said,
    })
  })
  fc.assert(comesBack)
})

function read(version: 4 | 5, packet: Buffer) {
  const qos = ((packet[0] ?? 0) >> 1) & 3
  let length = 0
  let at = 1
  for (let shift = 0; ; shift += 7) {
    const byte = packet[at++] ?? 0
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  if (at + length !== packet.length) throw new Error('the remaining length is wrong')
  const topicEnd = at + 2 + packet.readUInt16BE(at)
  const topic = packet.toString('utf8', at + 2, topicEnd)
  const messageId = qos === 1 ? packet.readUInt16BE(topicEnd) : undefined
  const payloadAt = topicEnd + (qos === 1 ? 2 : 0) + (version === 5 ? 1 : 0)
  return { qos, messageId, topic, payload: packet.toString('utf8', payloadAt) }
}
