import { describe, expect, test } from 'vitest'
import { arrivals, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, ScriptedFleet } from './scripted.ts'

function fleetOf(things: number): ScriptedFleet {
  return new ScriptedFleet(scenarioOf({ things, load: arrivals(1, 1) }))
}

function onlineFleet(things: number): ScriptedFleet {
  const many = fleetOf(things)
  for (let slot = 0; slot < things; slot++) many.online(slot)
  return many
}

const takersOf = (many: ScriptedFleet) => many.requests.map(({ slot }) => slot)

describe('a planned start', () => {
  test('is taken by the thing it is meant for, if that is idle', () => {
    const many = onlineFleet(3).start(2).start(0)

    expect(takersOf(many)).toEqual([2, 0])
    expect(many.meter.counts).toMatchObject({ 'start.started': 2 })
    expect(many.meter.of('start.reassigned')).toBe(0)
  })

  test('goes to the thing that has been idle longest, if its own is busy', () => {
    const many = onlineFleet(4).start(1).start(0)
    many.fleet.answered(1, 1, ACCEPTED, 5)
    many.start(0).start(0).start(0)

    expect(takersOf(many)).toEqual([1, 0, 2, 3, 1])
    expect(many.meter.counts).toMatchObject({ 'start.started': 5, 'start.reassigned': 3 })
  })

  test('goes to another, if its own is offline', () => {
    const many = onlineFleet(2)
    many.fleet.dropped(0, 'closed', 1)
    many.start(0)

    expect(takersOf(many)).toEqual([1])
    expect(many.meter.of('start.reassigned')).toBe(1)
  })

  test('is dropped at once, if nobody is idle, and says why', () => {
    const many = onlineFleet(2).start(0).start(1).start(0)
    many.fleet.dropped(1, 'closed', 1)
    many.start(1)

    expect(takersOf(many)).toEqual([0, 1])
    expect(many.meter.counts).toMatchObject({ 'start.dropped-busy': 1, 'start.dropped-offline': 1 })
  })

  test('is dropped by a fleet that drains, and what is in hand goes on', () => {
    const many = onlineFleet(2).start(0)
    many.fleet.drain()
    many.start(1)
    expect(many.meter.of('start.dropped-busy.draining')).toBe(1)
    many.answer(brings('job-1'))
    many.untilSent()

    expect(many.last.operation).toBe('update')
  })

  test('keeps its due time, however late it is released', () => {
    const many = onlineFleet(1)
    const lags: number[] = []
    many.meter.issued = (_operation, dueUs, sentUs) => void lags.push(sentUs - dueUs)
    many.nowUs = 8 * SECOND_US
    many.fleet.start(0, 5 * SECOND_US, many.nowUs)

    expect(lags).toEqual([3 * SECOND_US])
  })
})

describe('the end', () => {
  test('counts what is open as unanswered, what is in hand as stuck, and closes everything', () => {
    const many = onlineFleet(4).start(0).start(1)
    many.fleet.answered(0, 1, brings('job-1'), 1)
    many.fleet.connect(3, 0, 0)
    many.fleet.finish(2)

    expect(many.meter.counts).toMatchObject({
      'start-next.issued': 2,
      'start-next.accepted': 1,
      'start-next.unanswered': 1,
      'execution.started': 1,
      'execution.stuck': 2,
    })
    expect(many.closed).toEqual([0, 1, 2, 3])
    expect(many.fleet).toMatchObject({ online: 0, idle: 0, busy: 0, openRequests: 0 })
    expect(many.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
  })

  test('leaves a doubt about an open terminal update, and none about work in hand', () => {
    const one = onlineFleet(1).start().answer(brings('job-1'))
    one.fleet.finish(1)
    const other = onlineFleet(1)
    other.working().untilSent()
    other.answer(ACCEPTED)
    other.untilSent()
    other.fleet.finish(other.nowUs)

    expect(one.told).toEqual(['began job-1 1'])
    expect(other.told).toEqual(['began job-1 1', 'doubtful job-1 1 SUCCEEDED'])
  })

  test('counts open filters as unanswered', () => {
    const one = fleetOf(1)
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.fleet.finish(1)

    expect(one.meter.counts).toMatchObject({ 'subscribe.issued': 1, 'subscribe.unanswered': 1 })
  })

  test('counts a CONNECT that nobody has answered as unanswered, and its failed forerunner once', () => {
    const one = fleetOf(1)
    one.fleet.connect(0, 0, 0)
    one.fleet.handshake(0, 0, 1, 'connack-3')
    one.fleet.dropped(0, 'connack-3', 1)
    while (one.connects.length < 2) one.next()
    one.fleet.finish(one.nowUs + 1)

    expect(one.meter.counts).toMatchObject({
      'connect.issued': 2,
      'connect.rejected': 1,
      'connect.unanswered': 1,
    })
  })

  test('counts no CONNECT where the handshake is told and what follows it is not', () => {
    const one = fleetOf(1)
    one.fleet.connect(0, 0, 0)
    one.fleet.handshake(0, 0, 1, undefined)
    one.fleet.finish(2)

    expect(one.meter.of('connect.unanswered')).toBe(0)
  })

  test('is deaf to whatever comes later', () => {
    const one = onlineFleet(1).start()
    one.fleet.finish(1)
    const { counts } = one.meter
    one.fleet.answered(0, 1, brings('job-1'), 2)
    one.fleet.dropped(0, 'closed', 2)
    one.fleet.handshake(0, 1, 2, undefined)
    one.fleet.connected(0, 2)
    one.fleet.finish(3)

    expect(one.meter.counts).toEqual(counts)
  })
})

test('a slot and its place in the fleet are told from each other in any shard', () => {
  const scenario = scenarioOf({ things: 10, load: arrivals(1, 1) })
  const many = new ScriptedFleet(scenario)

  expect(many.fleet.size).toBe(10)
  for (let slot = 0; slot < 10; slot++) {
    expect(many.fleet.slotOf(many.fleet.globalOf(slot))).toBe(slot)
    expect(many.fleet.nameOf(slot)).toBe(`thing-${slot}`)
  }
})
