import { expect, test } from 'vitest'
import type { AedesClient } from '../../src/service/aedes-client.ts'
import { noLimitsReached } from '../../src/service/limit-counts.ts'
import { MqttOutbox } from '../../src/service/mqtt-outbox.ts'

/** As much of a client as an outbox sees; each write is kept. */
function outboxTo(receiveMaximum: number, writableLength = 0) {
  const writes: string[] = []
  const conn = {
    destroyed: false,
    writableLength,
    write: (bytes: Buffer) => writes.push(bytes.toString()),
    destroy() {
      this.destroyed = true
    },
  }
  const client = { conn, closed: false, receiveMaximum } as unknown as AedesClient
  const counts = noLimitsReached()
  const unflushed: MqttOutbox[] = []
  const outbox = new MqttOutbox(client, counts, (one) => unflushed.push(one))
  return { outbox, writes, counts, conn, unflushed }
}

test('the frames of a turn go out in one write, in order', () => {
  const { outbox, writes, unflushed } = outboxTo(65_535)
  outbox.send(Buffer.from('a'))
  outbox.sendInTurn(1, Buffer.from('b'))
  outbox.send(Buffer.from('c'))
  expect(unflushed).toEqual([outbox])
  outbox.flush()
  outbox.flush()
  expect(writes).toEqual(['abc'])
})

test.each([
  { receiveMaximum: 65_535, atOnce: 100, why: 'AWS keeps 100 in flight' },
  { receiveMaximum: 3, atOnce: 3, why: 'the client wants no more' },
])('$atOnce unacknowledged messages are out at once: $why', ({ receiveMaximum, atOnce }) => {
  const { outbox, writes, counts } = outboxTo(receiveMaximum)
  for (let id = 1; id <= atOnce + 2; id++) outbox.sendInTurn(id, Buffer.from(`<${id}>`))
  outbox.flush()
  expect(writes.join('').match(/<\d+>/g)).toHaveLength(atOnce)

  expect(outbox.acknowledged(1)).toBe(true)
  expect(outbox.acknowledged(1)).toBe(false)
  outbox.flush()
  expect(writes.at(-1)).toBe(`<${atOnce + 1}>`)
  expect(counts.unacknowledged).toBe(0)
})

test('a client that acknowledges nothing loses what exceeds a thousand waiting, and it is counted', () => {
  const { outbox, counts } = outboxTo(1)
  for (let id = 1; id <= 1_005; id++) outbox.sendInTurn(id, Buffer.from('x'))
  expect(counts.unacknowledged).toBe(4)
})

test('a client that does not read is closed, and it is counted', () => {
  const { outbox, counts, conn } = outboxTo(65_535, 5_000_000)
  outbox.send(Buffer.from('a'))
  outbox.flush()
  expect(conn.destroyed).toBe(true)
  expect(counts.slowReaders).toBe(1)
})
