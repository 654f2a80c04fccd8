import { expect, test } from 'vitest'
import type { Fault } from '../../src/protocol/admin.ts'
import { SECOND_US, ServiceProbe } from './service-probe.ts'

const REQUESTS = 10_000

function fault(kind: Fault['kind'], more: Partial<Fault> = {}): Fault {
  const always = { fromUs: 0, forUs: Number.POSITIVE_INFINITY, byUs: 0 }
  return { kind, sharePercent: 20, ...always, ...more }
}

function drawMany<Value>(probe: ServiceProbe, pick: (fate: ReturnType<typeof draw>) => Value) {
  return Array.from({ length: REQUESTS }, (_, at) => pick(draw(probe, at % 3)))
}

function draw(probe: ServiceProbe, thing: number) {
  return { ...probe.service.fate(thing, 'update', probe.nowUs) }
}

test('the latency has the median and the 99th percentile that were asked for', () => {
  const probe = new ServiceProbe({ latency: { medianUs: 15_000, p99Us: 60_000 } })
  const delays = drawMany(probe, ({ delayUs }) => delayUs).sort((one, other) => one - other)
  expect(delays[REQUESTS / 2]).toBeGreaterThan(14_000)
  expect(delays[REQUESTS / 2]).toBeLessThan(16_000)
  expect(delays[REQUESTS * 0.99]).toBeGreaterThan(54_000)
  expect(delays[REQUESTS * 0.99]).toBeLessThan(66_000)
  expect(delays.at(-1)).toBeLessThanOrEqual(probe.service.longestDelayUs)
})

test.each([
  { kind: 'lost-reply', member: 'replyLost' },
  { kind: 'lost-request', member: 'requestLost' },
  { kind: 'duplicate-reply', member: 'duplicated' },
  { kind: 'internal-error', member: 'internalError' },
  { kind: 'lost-connection', member: 'connectionLost' },
] as const)('$kind hits its share of the requests, and nothing else does', ({ kind, member }) => {
  const probe = new ServiceProbe({ faults: [fault(kind)] })
  const fates = drawMany(probe, (fate) => fate)
  const hits = fates.filter((fate) => fate[member]).length
  expect(hits / REQUESTS).toBeGreaterThan(0.18)
  expect(hits / REQUESTS).toBeLessThan(0.22)
  const mishaps = fates.flatMap((fate) => Object.values(fate).filter((value) => value === true))
  expect(mishaps).toHaveLength(hits)
})

test('a window counts from the beginning of the run, and ends', () => {
  const window = { sharePercent: 100, fromUs: 20 * SECOND_US, forUs: 10 * SECOND_US }
  const probe = new ServiceProbe({ faults: [fault('lost-reply', window)] })
  const lostAt = (seconds: number) => draw(probe.at(seconds), 0).replyLost
  expect([19.9, 20, 29.9, 30].map(lostAt)).toEqual([false, true, true, false])
})

test('equal seeds deal equal fates to the same requests, other seeds other ones', () => {
  const faults = [fault('lost-reply'), fault('lost-reply'), fault('internal-error')]
  const latency = { medianUs: 15_000, p99Us: 60_000 }
  const fates = (seed: number) =>
    drawMany(new ServiceProbe({ seed, faults, latency }), (fate) => fate)
  expect(fates(1)).toEqual(fates(1))
  expect(fates(1)).not.toEqual(fates(2))
})

test('the fate of a thing does not depend on what the others do', () => {
  const latency = { medianUs: 15_000, p99Us: 60_000 }
  const [alone, busy] = [new ServiceProbe({ latency }), new ServiceProbe({ latency })]
  const first = Array.from({ length: 50 }, () => draw(alone, 0).delayUs)
  const among = Array.from({ length: 50 }, () => {
    draw(busy, 1)
    busy.service.fate(undefined, 'update', 0)
    return draw(busy, 0).delayUs
  })
  expect(among).toEqual(first)
})

test('lost requests are counted, and are not received', () => {
  const probe = new ServiceProbe({ faults: [fault('lost-request', { sharePercent: 100 })] })
  probe.service.fate(0, 'describe', 0)
  const { lostRequests, operations } = probe.service.ledger()
  expect(lostRequests).toMatchObject({ describe: 1, update: 0 })
  expect(operations.describe.received).toBe(0)
})

test('a delayed notification is late by what its fault says, and requests are not', () => {
  const late = fault('delayed-notification', { sharePercent: 50, byUs: 3_000 })
  const { service } = new ServiceProbe({ faults: [late] })
  const delays = Array.from({ length: 1_000 }, () => service.notificationDelayUs(0, 0))
  expect(new Set(delays)).toEqual(new Set([0, 3_000]))
  expect(service.fate(0, 'update', 0).delayUs).toBe(0)
})
