import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  connackWith,
  pubackFrame,
  publishFrame,
  subackFrame,
} from '../../src/service/mqtt-frames.ts'

/** Reads a PUBLISH as MQTT 3.1.1, section 3.3, and MQTT 5, section 3.3, lay it out. */
function readPublish(frame: Buffer, version: number) {
  let length = 0
  let at = 1
  for (let shift = 0; ; shift += 7) {
    const byte = frame[at++] ?? 0
    length += (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  expect(frame).toHaveLength(at + length)
  const qos = ((frame[0] ?? 0) >> 1) & 3
  const topicBytes = frame.readUInt16BE(at)
  at += 2
  const topic = frame.subarray(at, at + topicBytes).toString()
  at += topicBytes
  const messageId = qos > 0 ? frame.readUInt16BE(at) : 0
  at += qos > 0 ? 2 : 0
  if (version === 5) expect(frame[at++]).toBe(0)
  return { topic, qos, messageId, payload: frame.subarray(at).toString() }
}

test('a PUBLISH reads back as what was written', () => {
  const reads = fc.property(
    fc.constantFrom(3, 4, 5),
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.nat(40_000).map((size) => 'x'.repeat(size)),
    ),
    fc.constantFrom(0 as const, 1 as const),
    fc.integer({ min: 1, max: 65_535 }),
    (version, topic, payload, qos, id) => {
      const frame = publishFrame(version, topic, payload, qos, id)
      const messageId = qos === 1 ? id : 0
      expect(readPublish(frame, version)).toEqual({ topic, qos, messageId, payload })
    },
  )
  fc.assert(reads)
})

test('acknowledgements have a reason only where it says something', () => {
  expect(pubackFrame(258).toString('hex')).toBe('40020102')
  expect(pubackFrame(258, 0x87).toString('hex')).toBe('4003010287')
  expect(subackFrame(4, 1, [0x80, 0x80]).toString('hex')).toBe('900400018080')
  expect(subackFrame(5, 1, [0x97]).toString('hex')).toBe('90040001' + '0097')
})

test('a CONNACK takes more properties, whatever it has, and waits until it is whole', () => {
  const more = { sessionPresent: false, properties: Buffer.from([0x24, 1]) }
  const withNone = Buffer.from([0x20, 3, 1, 0, 0])
  expect(connackWith(withNone, more)?.toString('hex')).toBe('200501000224' + '01')
  const withSome = Buffer.from([0x20, 6, 0, 0, 3, 0x22, 0, 8])
  expect(connackWith(withSome, more)?.toString('hex')).toBe('20080000052200082401')
  for (let end = 0; end < withSome.length; end++)
    expect(connackWith(withSome.subarray(0, end), more)).toBeUndefined()
  const refusal = Buffer.from([0x20, 3, 0, 0x85, 0])
  expect(connackWith(refusal, more)).toBe(refusal)
  const long = Buffer.concat([Buffer.from([0x20, 129, 1, 0, 0, 126]), Buffer.alloc(126, 1)])
  const longer = connackWith(long, more)
  expect(longer).toHaveLength(long.length + 3)
  expect(longer?.subarray(0, 7).toString('hex')).toBe('2084010000' + '8001')
})

test('a CONNACK that accepts says that a session is present, and one that refuses does not', () => {
  const present = (connack: number[], properties?: Buffer) =>
    connackWith(Buffer.from(connack), { sessionPresent: true, properties })?.toString('hex')
  expect(present([0x20, 2, 0, 0])).toBe('20020100')
  expect(present([0x20, 2, 0, 5])).toBe('20020005')
  expect(present([0x20, 3, 0, 0, 0], Buffer.from([0x24, 1]))).toBe('2005010002' + '2401')
})
