import { expect, test } from 'vitest'
import { noLimitsReached } from '../../src/service/limit-counts.ts'
import { MqttSession } from '../../src/service/mqtt-session.ts'

const TOPIC = '$aws/things/t/jobs/notify-next'

/** Writes down what goes out; message ids count from 1. Only so much is within its connection's rate. */
function writer(rate = Number.POSITIVE_INFINITY) {
  let admitted = 0
  const admits = () => ++admitted <= rate
  const written: string[] = []
  const write = (_: string, payload: string, qos: 0 | 1) =>
    qos === 0 ? written.push(payload) && 0 : written.push(payload)
  return { written, write, admits }
}

function session(persistent: boolean, qos: 0 | 1 = 1, counts = noLimitsReached()): MqttSession {
  const made = new MqttSession('c', 4, persistent, counts)
  made.subscriptions = [{ filter: TOPIC, qos }]
  return made
}

const notice = (payload: string) => ({ topic: TOPIC, payload })

test('what was not acknowledged comes again after the return, before what came meanwhile', () => {
  const kept = session(true)
  const first = writer()
  kept.attach(first)
  kept.deliver(notice('a'))
  kept.deliver(notice('b'))
  expect(kept.acknowledged(1)).toBe(true)
  expect(kept.acknowledged(1)).toBe(false)
  kept.detach(0)
  kept.deliver(notice('c'))

  const second = writer()
  kept.attach(second)
  expect(first.written).toEqual(['a', 'b'])
  expect(second.written).toEqual(['b', 'c'])
})

test('a second connection gets what the first did not acknowledge, under ids of its own', () => {
  const kept = session(true)
  const first = writer()
  kept.attach(first)
  for (const payload of ['a', 'b', 'c']) kept.deliver(notice(payload))
  kept.acknowledged(1)
  const second = writer()
  kept.attach(second)
  expect(second.written).toEqual(['b', 'c'])
  // On the first connection 3 was c, which nobody has acknowledged on the second.
  expect(kept.acknowledged(3)).toBe(false)
  kept.acknowledged(1)
  kept.detach(0)
  const third = writer()
  kept.attach(third)
  expect(third.written).toEqual(['c'])
})

test('a client that goes before it is answered loses nothing of what waits for it', () => {
  const kept = session(true)
  kept.deliver(notice('a'))
  kept.detach(0)
  const back = writer()
  kept.attach(back)
  expect(back.written).toEqual(['a'])
})

test.each([
  ['a clean session', false, 1],
  ['a subscription at QoS 0', true, 0],
] as const)('%s keeps nothing while its client is away', (_, persistent, qos) => {
  const kept = session(persistent, qos)
  kept.attach(writer())
  kept.deliver(notice('a'))
  kept.detach(0)
  kept.deliver(notice('b'))
  const back = writer()
  kept.attach(back)
  expect(back.written).toEqual([])
})

test('a session that is away for long keeps the oldest thousand and counts the rest', () => {
  const counts = noLimitsReached()
  const kept = session(true, 1, counts)
  for (let at = 0; at < 1_010; at++) kept.deliver(notice(String(at)))
  const back = writer()
  kept.attach(back)
  expect(back.written).toHaveLength(1_000)
  expect(back.written[0]).toBe('0')
  expect(counts.notices).toBe(10)
})

test('an answer has the best QoS of the filters that take it, and 0 when none does', () => {
  const made = new MqttSession('c', 4, false, noLimitsReached())
  made.subscriptions = [
    { filter: '$aws/things/t/jobs/get/+', qos: 0 },
    { filter: '$aws/things/t/#', qos: 1 },
  ]
  expect(made.answerQos('$aws/things/t/jobs/get/accepted')).toBe(1)
  expect(made.answerQos('$aws/things/u/jobs/get/accepted')).toBe(0)
})

test('what is above the rate of the connection is dropped and does not come again', () => {
  const kept = session(true)
  const first = writer(1)
  kept.attach(first)
  for (const payload of ['a', 'b']) kept.deliver(notice(payload))
  kept.acknowledged(1)
  const second = writer()
  kept.attach(second)

  expect(first.written).toEqual(['a'])
  expect(second.written).toEqual([])
})

test('what waited for the return of the client is not held to the rate', () => {
  const kept = session(true)
  for (const payload of ['a', 'b', 'c']) kept.deliver(notice(payload))
  const first = writer(0)
  kept.attach(first)

  expect(first.written).toEqual(['a', 'b', 'c'])
})
