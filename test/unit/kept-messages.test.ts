import { expect, test } from 'vitest'
import { KeptMessages } from '../../src/service/kept-messages.ts'
import { noLimitsReached } from '../../src/service/limit-counts.ts'

const CLIENT = { id: 'c' }
const SUBSCRIBER = { clientId: 'c' }

const message = (brokerCounter: number) => ({
  topic: 'plant/heat',
  payload: String(brokerCounter),
  brokerId: 'b',
  brokerCounter,
})

async function payloads(kept: KeptMessages): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { payload, messageId } of kept.outgoingStream(CLIENT))
    found.push(messageId === undefined ? payload : messageId)
  return found
}

test('a message that is refused before it has an id takes no other with it', async () => {
  const kept = new KeptMessages(noLimitsReached(), () => false)
  await kept.outgoingEnqueue(SUBSCRIBER, message(1))
  await kept.outgoingEnqueue(SUBSCRIBER, message(2))
  await kept.outgoingClearMessageId(CLIENT, message(2))
  expect(await payloads(kept)).toEqual(['1'])
})

test('what was not acknowledged comes again, without its id of the connection before', async () => {
  const kept = new KeptMessages(noLimitsReached(), () => false)
  for (const counter of [1, 2]) {
    await kept.outgoingEnqueue(SUBSCRIBER, message(counter))
    await kept.outgoingUpdate(CLIENT, { ...message(counter), messageId: 10 + counter })
  }
  expect(kept.acknowledged('c', 11)).toMatchObject({ payload: '1' })
  expect(kept.acknowledged('c', 11)).toBeUndefined()
  expect(await payloads(kept)).toEqual(['2'])
  expect(kept.acknowledged('c', 12)).toBeUndefined()
})

test('each session has room of its own', async () => {
  const counts = noLimitsReached()
  const kept = new KeptMessages(counts, () => false)
  const both = [SUBSCRIBER, { clientId: 'other' }]
  for (let at = 1; at < 1_000; at++) await kept.outgoingEnqueue(SUBSCRIBER, message(at))
  await kept.outgoingEnqueueCombi(both, message(1_000))
  expect(counts.sessionMessages).toBe(0)
  await kept.outgoingEnqueueCombi(both, message(1_001))
  expect(counts.sessionMessages).toBe(1)
  expect(await payloads(kept)).toHaveLength(1_000)
})
