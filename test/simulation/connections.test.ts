import { describe, expect, test } from 'vitest'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, rejected, ScriptedFleet } from './scripted.ts'

const TIMEOUT_US = 10 * SECOND_US

function fleetOf(mix = MQTT, attempts = 3): ScriptedFleet {
  return new ScriptedFleet(
    scenarioOf({
      things: 1,
      mix: [mix],
      behaviour: {
        work: { medianUs: 2 * SECOND_US, p95Us: 2 * SECOND_US },
        outcomes: [{ outcome: 'SUCCEEDED', sharePercent: 100 }],
        retry: { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts },
      },
      load: arrivals(1, 1),
    }),
  )
}

/** Notes due, sent and end of every connect and subscribe, in seconds. */
function timesOf(one: ScriptedFleet): string[] {
  const times: string[] = []
  const { ended } = one.meter
  one.meter.ended = (...all) => {
    const [operation, outcome, , ...us] = all
    times.push(`${operation} ${outcome} ${us.map((at) => at / SECOND_US).join(' ')}`)
    ended.apply(one.meter, all)
  }
  return times
}

describe('connecting', () => {
  test('counts the first handshake from its paced time and the subscribe from the CONNACK', () => {
    const one = fleetOf()
    const times = timesOf(one)
    one.at(3 * SECOND_US)
    one.fleet.connect(0, 2 * SECOND_US, one.nowUs)
    one.fleet.handshake(0, 3.5 * SECOND_US, 4 * SECOND_US, undefined)
    one.fleet.connected(0, 4 * SECOND_US)
    one.fleet.subscribed(0, 1, 0, 5 * SECOND_US)

    expect(times).toEqual(['connect accepted 2 3.5 4', 'subscribe accepted 4 4 5'])
    expect(one.fleet).toMatchObject({ ready: 1, online: 1, idle: 1, busy: 0 })
  })

  test('is asked for once, however often it is told to', () => {
    const one = fleetOf()
    one.fleet.connect(0, 0, 0)
    one.fleet.connect(0, 0, 0)

    expect(one.connects).toEqual([0])
  })

  test.each([
    ['timeout', 'timedOut'],
    ['connack-5', 'rejected.connack-5'],
    ['connack-151', 'rejected.connack-151'],
    ['ECONNREFUSED', 'lost'],
    ['ECONNRESET', 'lost'],
    ['closed', 'lost'],
    ['not-mqtt', 'lost'],
  ])('that fails by %s is counted as %s and tried again', (failure, outcome) => {
    const one = fleetOf()
    one.fleet.connect(0, 0, 0)
    one.fleet.handshake(0, 0, 1, failure)
    one.fleet.dropped(0, failure, 1)

    expect(one.meter.of(`connect.${outcome}`)).toBe(1)
    expect(one.meter.of('connect.issued')).toBe(1)
    expect(one.meter.of(`drop.${failure}`)).toBe(1)
    one.next()
    expect(one.connects).toEqual([0, 0])
    expect(one.nowUs).toBeLessThanOrEqual(1 + SECOND_US)
  })

  test('a second time is due when the backoff ends', () => {
    const one = fleetOf()
    const times = timesOf(one)
    one.fleet.connect(0, 0, 0)
    one.fleet.dropped(0, 'ECONNREFUSED', 0)
    one.next()
    const dueUs = one.nowUs
    one.fleet.handshake(0, dueUs + 5, dueUs + 10, undefined)

    expect(times).toEqual([
      `connect accepted ${[dueUs, dueUs + 5, dueUs + 10].map((us) => us / SECOND_US).join(' ')}`,
    ])
  })

  test('over HTTP needs no subscription, and each further socket is due when it begins', () => {
    const one = fleetOf(HTTP)
    const times = timesOf(one)
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    expect(one.fleet).toMatchObject({ ready: 1, online: 1, idle: 1 })
    expect(one.subscribes).toEqual([])
    one.fleet.handshake(0, 7 * SECOND_US, 8 * SECOND_US, undefined)
    one.fleet.handshake(0, 9 * SECOND_US, 10 * SECOND_US, 'ECONNRESET')

    expect(times).toEqual(['connect accepted 7 7 8', 'connect lost 9 9 10'])
  })
})

describe('reconnecting', () => {
  /** The longest of the waits that follow so many failures in a row. */
  function longestWaitUs(failures: number): number {
    let longestUs = 0
    for (let seed = 0; seed < 200; seed++) {
      const one = new ScriptedFleet(scenarioOf({ seed, things: 1, load: arrivals(1, 1) }))
      one.fleet.connect(0, 0, 0)
      for (let failure = 1; failure <= failures; failure++) {
        one.fleet.dropped(0, 'ECONNREFUSED', one.nowUs)
        const droppedUs = one.nowUs
        one.next()
        if (failure === failures) longestUs = Math.max(longestUs, one.nowUs - droppedUs)
      }
    }
    return longestUs
  }

  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [6, 32],
    [7, 60],
    [9, 60],
  ])('waits up to twice as long with each failure: after %i up to %i s', (failures, seconds) => {
    const longestUs = longestWaitUs(failures)

    expect(longestUs).toBeLessThanOrEqual(seconds * SECOND_US)
    expect(longestUs).toBeGreaterThan(0.9 * seconds * SECOND_US)
  })

  test.each([
    { stood: 29, why: 'a short-lived connection is one more failure', resets: false },
    { stood: 30, why: 'a connection that stood 30 s starts the backoff over', resets: true },
  ])('after $stood s online: $why', ({ stood, resets }) => {
    let longestUs = 0
    for (let seed = 0; seed < 100; seed++) {
      const one = new ScriptedFleet(scenarioOf({ seed, things: 1, load: arrivals(1, 1) }))
      one.fleet.connect(0, 0, 0)
      for (let failure = 0; failure < 4; failure++) {
        one.fleet.dropped(0, 'ECONNREFUSED', one.nowUs)
        one.next()
      }
      one.comeOnline().at(one.nowUs + stood * SECOND_US)
      one.fleet.dropped(0, 'closed', one.nowUs)
      const droppedUs = one.nowUs
      one.next()
      longestUs = Math.max(longestUs, one.nowUs - droppedUs)
    }

    if (resets) expect(longestUs).toBeLessThanOrEqual(SECOND_US)
    else expect(longestUs).toBeGreaterThan(8 * SECOND_US)
  })
})

describe('a subscription', () => {
  const FIVE = {
    ...MQTT,
    mqtt: { ...MQTT.mqtt, subscribe: ['notify', 'notify-next', 'a', 'b', 'c'] },
  }

  test('that is answered without a word of its filters was not granted', () => {
    const one = fleetOf()
    one.fleet.connect(0, 0, 0)
    one.fleet.handshake(0, 0, 0, undefined)
    one.fleet.connected(0, 0)
    one.fleet.subscribed(0, 0, 0, 1)

    expect(one.fleet.online).toBe(0)
    expect(one.meter.of('subscribe.rejected.Refused')).toBe(1)
  })

  test('is counted by its filters, and a thing is online when all are granted', () => {
    const one = fleetOf(FIVE)
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.fleet.subscribed(0, 3, 2, 1)

    expect(one.meter.counts).toMatchObject({
      'subscribe.issued': 5,
      'subscribe.accepted': 3,
      'subscribe.rejected': 2,
      'subscribe.rejected.Refused': 2,
    })
    expect(one.fleet.online).toBe(0)
    one.next()
    expect(one.nowUs).toBe(SECOND_US + 1)
    one.fleet.subscribed(0, 5, 0, one.nowUs)
    expect(one.fleet.online).toBe(1)
  })

  test('that is refused time and again ends the connection and begins anew', () => {
    const one = fleetOf()
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    for (let tries = 1; tries <= 3; tries++) {
      one.fleet.subscribed(0, 0, 1, one.nowUs)
      if (tries < 3) one.next()
    }

    expect(one.closed).toEqual([0])
    expect(one.meter.of('drop.subscribe-refused')).toBe(1)
    one.next()
    expect(one.connects).toEqual([0, 0])
  })

  test('without an answer times out, and the connection is made anew', () => {
    const one = fleetOf()
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.at(TIMEOUT_US)

    expect(one.meter.counts).toMatchObject({ 'subscribe.timedOut': 1, 'drop.subscribe-timeout': 1 })
    expect(one.closed).toEqual([0])
  })

  test('is lost with its connection', () => {
    const one = fleetOf()
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.fleet.dropped(0, 'closed', 5)

    expect(one.meter.counts).toMatchObject({ 'subscribe.issued': 1, 'subscribe.lost': 1 })
  })
})

describe('a lost connection', () => {
  test('takes the open attempt with it; the next comes when the thing is back', () => {
    const one = fleetOf().online().start()
    one.fleet.dropped(0, 'closed', one.nowUs)
    expect(one.meter.counts).toMatchObject({ 'start-next.lost': 1, 'drop.closed': 1 })
    expect(one.fleet).toMatchObject({ online: 0, idle: 0, busy: 1 })
    one.at(5 * SECOND_US).comeOnline()

    expect(one.last).toMatchObject({ operation: 'start-next', token: 2 })
    one.answer(brings('job-1'))
    expect(one.meter.of('execution.started')).toBe(1)
  })

  test('does not disturb the work; the update waits with its due time until the thing is back', () => {
    const one = fleetOf().working()
    const times = timesOf(one)
    one.fleet.dropped(0, 'closed', one.nowUs)
    one.at(5 * SECOND_US)
    expect(one.requests).toHaveLength(1)
    expect(one.fleet).toMatchObject({ working: 1, openRequests: 1 })
    one.comeOnline()
    one.at(6 * SECOND_US).answer(ACCEPTED)

    expect(times.at(-1)).toBe('update accepted 1 5 6')
  })

  test('makes no attempt of what was never written', () => {
    const one = fleetOf()
    one.online()
    one.writes = false
    one.start()
    one.fleet.dropped(0, 'closed', one.nowUs)
    expect(one.meter.of('start-next.issued')).toBe(0)
    one.writes = true
    one.at(5 * SECOND_US).comeOnline()

    expect(one.meter.of('start-next.issued')).toBe(1)
    expect(one.meter.of('start-next.lost')).toBe(0)
  })

  test('is no lateness of the plan, where the start it took was released in time', () => {
    const one = fleetOf(HTTP).online()
    one.writes = false
    one.start()
    one.fleet.dropped(0, 'ECONNREFUSED', one.nowUs)
    one.writes = true
    one.at(3 * SECOND_US).comeOnline()

    expect(one.meter.counts).toMatchObject({ 'start.started': 1, 'start-next.issued': 1 })
    expect(one.meter.of('planned.issued')).toBe(0)
  })

  test('leaves a doubt about a terminal update that is then given up', () => {
    const one = fleetOf(MQTT, 1).ending()
    one.fleet.dropped(0, 'closed', one.nowUs)

    expect(one.told).toEqual(['began job-1 1', 'doubtful job-1 1 SUCCEEDED'])
    expect(one.meter.of('execution.stuck')).toBe(1)
  })

  test('that is told twice is lost once', () => {
    const one = fleetOf().online().start()
    one.fleet.dropped(0, 'closed', 1)
    one.fleet.dropped(0, 'closed', 1)

    expect(one.meter.counts).toMatchObject({ 'drop.closed': 1, 'start-next.lost': 1 })
  })

  test('lets a backoff that runs out meanwhile wait for the next one', () => {
    const one = fleetOf().online().start().answer(rejected('RequestThrottled'))
    one.fleet.dropped(0, 'closed', one.nowUs)
    one.at(5 * SECOND_US)
    expect(one.requests).toHaveLength(1)
    one.comeOnline()

    expect(one.requests).toHaveLength(2)
  })
})

test('each reconnect after a stable connection waits by a draw of its own', () => {
  const one = fleetOf().online()
  const waitsUs = Array.from({ length: 5 }, () => {
    one.at(one.nowUs + 60 * SECOND_US)
    const droppedUs = one.nowUs
    one.fleet.dropped(0, 'ECONNRESET', droppedUs)
    const before = one.connects.length
    while (one.connects.length === before) one.next()
    const waitUs = one.nowUs - droppedUs
    one.comeOnline()
    return waitUs
  })
  expect(new Set(waitsUs).size).toBe(waitsUs.length)
})

test('a thing that comes back is not one more that has been online', () => {
  const one = fleetOf().online()
  one.fleet.dropped(0, 'ECONNRESET', one.nowUs)
  one.next().comeOnline()
  expect(one.fleet).toMatchObject({ ready: 1, online: 1 })
})
