import { describe, expect, test } from 'vitest'
import type { Fault, FaultKind } from '../../src/protocol/admin.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { begunStandIn } from './stand-in-fixture.ts'

/** From T0 on it hits every request. */
function always(kind: FaultKind, byUs = 0): { faults: readonly Fault[] } {
  const forUs = Number.POSITIVE_INFINITY
  return { faults: [{ kind, sharePercent: 100, fromUs: 0, forUs, byUs }] }
}

const START = jobsTopic(0, 'start-next')
const started = (device: Device) => device.messages.filter(({ topic }) => topic.startsWith(START))

describe('over MQTT', () => {
  const open = async (kind: FaultKind, byUs = 0) => {
    const standIn = await begunStandIn(2, always(kind, byUs))
    return { standIn, device: await Device.open(standIn.addresses.mqtt) }
  }
  /** Returns after a message that was published later has made its way through the broker. */
  const pass = async (device: Device) => {
    const before = device.messages.length
    await device.client.subscribeAsync('plant/heat')
    await device.client.publishAsync('plant/heat', '{}')
    await device.next(({ topic }) => topic === 'plant/heat', before)
  }

  test('a lost request changes nothing, and its PUBACK comes all the same', async () => {
    const { standIn, device } = await open('lost-request')
    await device.client.publishAsync(START, '{}', { qos: 1 })
    await pass(device)
    expect(started(device)).toEqual([])
    const { operations, lostRequests, open: unfinished } = standIn.ledger()
    expect(operations['start-next'].received).toBe(0)
    expect(lostRequests?.['start-next']).toBe(1)
    expect(unfinished).toContainEqual([0, 'fw-1', 1, 'QUEUED'])
  })

  test('a lost answer leaves its change behind', async () => {
    const { standIn, device } = await open('lost-reply')
    await device.client.publishAsync(START, '{}', { qos: 1 })
    await pass(device)
    expect(started(device)).toEqual([])
    expect(standIn.ledger().open).toContainEqual([0, 'fw-1', 1, 'IN_PROGRESS'])
  })

  test('a doubled answer comes twice', async () => {
    const { device } = await open('duplicate-reply')
    await device.client.publishAsync(START, '{"clientToken":"t"}', { qos: 1 })
    await pass(device)
    expect(started(device).map(({ body }) => body.clientToken)).toEqual(['t', 't'])
  })

  test('an internal error is a rejection that changes nothing', async () => {
    const { standIn, device } = await open('internal-error')
    const { topic, body } = await device.ask(START, { clientToken: 't' })
    expect(topic).toBe(`${START}/rejected`)
    expect(body).toMatchObject({ code: 'InternalError', clientToken: 't' })
    expect(standIn.ledger().open).toContainEqual([0, 'fw-1', 1, 'QUEUED'])
  })

  test('a lost connection is closed in place of the answer', async () => {
    const { standIn, device } = await open('lost-connection')
    device.client.publish(START, '{}', { qos: 1 })
    await device.whenClosed()
    expect(started(device)).toEqual([])
    expect(standIn.ledger().open).toContainEqual([0, 'fw-1', 1, 'IN_PROGRESS'])
  })

  test('a delayed notification leaves that much later than the answer', async () => {
    const { device } = await open('delayed-notification', 150_000)
    await device.client.subscribeAsync(jobsTopic(0, 'notify-next'), { qos: 1 })
    await device.ask(jobsTopic(0, 'fw-1/update'), { status: 'SUCCEEDED' })
    const answeredMs = performance.now()
    await device.next(({ topic }) => topic === jobsTopic(0, 'notify-next'))
    // The answer, too, was some milliseconds on its way.
    expect(performance.now() - answeredMs).toBeGreaterThan(100)
  })
})

describe('over HTTP', () => {
  const start = async (kind: FaultKind) => {
    const standIn = await begunStandIn(1, always(kind))
    const url = `${standIn.addresses.http}/things/thing-0/jobs/$next`
    const signal = AbortSignal.timeout(400)
    const answer = await fetch(url, { method: 'PUT', signal }).catch((error: Error) => error.name)
    return { answer, statusHeld: standIn.ledger().open.find(([thing]) => thing === 0)?.[3] }
  }

  test.each([
    ['lost-request', 'TimeoutError', 'QUEUED'],
    ['lost-reply', 'TimeoutError', 'IN_PROGRESS'],
    ['lost-connection', 'TypeError', 'IN_PROGRESS'],
  ] as const)('%s: the client sees a %s, the service holds %s', async (kind, seen, held) => {
    const { answer, statusHeld } = await start(kind)
    expect(answer).toBe(seen)
    expect(statusHeld).toBe(held)
  })

  test.each([
    ['internal-error', 500, 'QUEUED'],
    ['duplicate-reply', 200, 'IN_PROGRESS'],
  ] as const)('%s: the client sees a %i, the service holds %s', async (kind, status, held) => {
    const { answer, statusHeld } = await start(kind)
    expect(answer).toMatchObject({ status })
    expect(statusHeld).toBe(held)
  })
})
