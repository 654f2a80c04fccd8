import { describe, expect, test } from 'vitest'
import { AWS_QUOTAS, type Quotas, UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { simulated } from './simulated.ts'

const OFF = Number.POSITIVE_INFINITY
const MQTT_5 = { ...MQTT, mqtt: { ...MQTT.mqtt, version: 5 as const } }

/** The first requests of all things cost them their connection, soon after they have connected. */
function kicked(clientConnectsPerSecond: number) {
  return simulated(
    scenarioOf({
      things: 200,
      mix: [MQTT_5],
      quotas: { ...AWS_QUOTAS, writesPerSecond: OFF, clientConnectsPerSecond },
      service: {
        faults: [
          { kind: 'lost-connection', sharePercent: 100, fromUs: 0, forUs: SECOND_US, byUs: 0 },
        ],
      },
      perThing: 1,
      load: {
        kind: 'rollout',
        limitUs: 300 * SECOND_US,
        pollUs: SECOND_US,
        drainUs: 60 * SECOND_US,
      },
    }),
  )
}

/** One thing that sends 300 updates as fast as they are answered. */
function fast(quotas: Partial<Quotas>, row = MQTT) {
  return simulated(
    scenarioOf({
      things: 1,
      mix: [row],
      quotas: { ...AWS_QUOTAS, writesPerSecond: OFF, ...quotas },
      service: { latency: { medianUs: 0, p99Us: 0 } },
      perThing: 1,
      behaviour: { updates: 300, work: { medianUs: 0, p95Us: 0 } },
      load: arrivals(1, 1),
    }),
  )
}

describe('the broker rates in virtual time', () => {
  test('B3 a thing that comes back within a second is refused, and comes back again', () => {
    const { meter, verdict, ledger } = kicked(1)
    const refused = meter.counts['connect.rejected.connack-151'] ?? 0
    expect(refused).toBeGreaterThan(20)
    expect(meter.counts['connect.issued']).toBe((meter.counts['connect.accepted'] ?? 0) + refused)
    expect(ledger.open).toEqual([])
    expect(verdict.balanced).toBe(true)

    expect(kicked(OFF).meter.counts['connect.rejected.connack-151']).toBeUndefined()
  })

  test('B13 what a thing publishes above 100 in a second is not answered', () => {
    const { meter, verdict, ledger } = fast({})
    const { lostRequests, open } = ledger
    expect(lostRequests?.update).toBeGreaterThan(0)
    expect(meter.counts['update.timedOut']).toBe(lostRequests?.update)
    expect(open).toEqual([])
    expect(verdict.balanced).toBe(true)

    const unlimited = fast({ connectionPublishesPerSecond: OFF })
    expect(unlimited.meter.counts['update.timedOut'] ?? 0).toBe(0)
  })

  test('B13 the answers to a thing take from the same 100 as its requests', () => {
    // Each second has 50 requests with their answers, and each second ends with a request that times out.
    const { meter } = fast({})
    expect(meter.counts['update.timedOut']).toBeGreaterThanOrEqual(Math.floor(300 / 50))

    // Of an odd rate the last that passes is a request, whose answer is one too many.
    const odd = fast({ connectionPublishesPerSecond: 101 })
    const timedOut = odd.meter.counts['update.timedOut'] ?? 0
    expect(timedOut).toBeGreaterThan(odd.ledger.lostRequests?.update ?? 0)
    expect(odd.verdict.balanced).toBe(true)
    expect(odd.ledger.open).toEqual([])
    // Each of them is a request that was dropped, or one whose answer was.
    expect(odd.ledger.limits).toEqual({ connectionPublishes: timedOut })
  })

  test('B13 a notification that is one too many is counted, and its thing hears nothing', () => {
    // It has asked in vain before T0, which comes within the second: the news of its job is the third.
    const { ledger, meter } = simulated(
      scenarioOf({
        things: 1,
        quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 2 },
        perThing: 1,
        load: { kind: 'rollout', limitUs: 60 * SECOND_US, pollUs: SECOND_US, drainUs: SECOND_US },
      }),
    )
    expect(ledger.limits).toEqual({ connectionPublishes: 1 })
    expect(meter.counts).toMatchObject({ 'start-next.issued': 1, 'start-next.empty': 1 })
    expect(ledger.open).toMatchObject([[0, expect.anything(), 1, 'QUEUED']])
  })

  test('nothing is counted where nothing is dropped, and over HTTP nothing can be', () => {
    expect(fast({ connectionPublishesPerSecond: OFF }).ledger.limits).toEqual({
      connectionPublishes: 0,
    })
    expect(fast({ connectionPublishesPerSecond: 0 }, HTTP).ledger.limits).toEqual({
      connectionPublishes: 0,
    })
  })

  test('B13 what a thing on HTTP asks and is answered is no publish', () => {
    const { meter } = fast({ connectionPublishesPerSecond: 0 }, HTTP)
    expect(meter.counts['update.timedOut'] ?? 0).toBe(0)
  })
})
