import { describe, expect, test } from 'vitest'
import type { LoopLoad, RolloutLoad } from '../../src/scenario/scenario.ts'
import { HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, execution, ScriptedFleet } from './scripted.ts'
import { simulated } from './simulated.ts'

const ROLLOUT: RolloutLoad = {
  kind: 'rollout',
  limitUs: 1_200 * SECOND_US,
  pollUs: 30 * SECOND_US,
  drainUs: 60 * SECOND_US,
}
const LOOP: LoopLoad = {
  kind: 'loop',
  forUs: 60 * SECOND_US,
  pauseUs: SECOND_US,
  drainUs: 60 * SECOND_US,
}
const FIXED = { work: { medianUs: 2 * SECOND_US, p95Us: 2 * SECOND_US }, updates: 0 } as const
const news = (jobId: string) =>
  ({ kind: 'notify-next', execution: execution(jobId, 1, 'QUEUED') }) as const

function rolloutFleet(mix = MQTT): ScriptedFleet {
  return new ScriptedFleet(scenarioOf({ things: 1, mix: [mix], behaviour: FIXED, load: ROLLOUT }))
}

describe('in a rollout', () => {
  test('a thing asks once after it has connected, and then when it is notified', () => {
    const one = rolloutFleet().online().answer(ACCEPTED)
    expect(one.requests).toHaveLength(1)
    one.notify({ kind: 'notify-next' })
    one.notify({ kind: 'notify', jobs: {} })
    expect(one.requests).toHaveLength(1)
    one.notify(news('job-1'))

    expect(one.requests).toHaveLength(2)
    expect(one.meter.of('planned.issued')).toBe(0)
  })

  test('a thing asks again after it has reconnected', () => {
    const one = rolloutFleet().online().answer(ACCEPTED)
    one.fleet.dropped(0, 'closed', one.nowUs)
    one.next().comeOnline()

    expect(one.requests).toHaveLength(2)
  })

  test('a notification that comes to a busy thing is kept until it has nothing in hand', () => {
    const one = rolloutFleet().online().answer(brings('job-1'))
    one.notify(news('job-1')).notify(news('job-2'))
    one.untilSent()
    one.answer(ACCEPTED)

    expect(one.requests.map(({ operation }) => operation)).toEqual([
      'start-next',
      'update',
      'start-next',
    ])
  })

  test('a notification of what the thing has got in the meantime asks for nothing more', () => {
    const one = rolloutFleet().online()
    one.notify(news('job-1')).answer(brings('job-1'))
    one.untilSent()
    one.answer(ACCEPTED)

    expect(one.requests).toHaveLength(2)
    expect(one.fleet.idle).toBe(1)
  })

  test('a notification that nothing is pending takes no wish back: it may be old', () => {
    const one = rolloutFleet().online().answer(brings('job-1'))
    one.notify(news('job-2')).notify({ kind: 'notify-next' })
    one.untilSent()
    one.answer(ACCEPTED)

    expect(one.last.operation).toBe('start-next')
  })

  test('a thing that reconnects in the middle of its work asks when that is done', () => {
    const one = rolloutFleet().online().answer(brings('job-1'))
    one.fleet.dropped(0, 'closed', one.nowUs)
    one.next().comeOnline()
    expect(one.requests).toHaveLength(1)
    one.untilSent()
    one.answer(ACCEPTED)

    expect(one.last.operation).toBe('start-next')
    one.answer(ACCEPTED)
    expect(one.requests).toHaveLength(3)
  })

  test('a thing of HTTP polls, each time at its own offset, and skips what it was busy for', () => {
    const one = rolloutFleet(HTTP)
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.at(100 * SECOND_US).fleet.begin(100 * SECOND_US)
    one.untilSent()
    const offsetUs = one.nowUs
    expect(offsetUs).toBeGreaterThan(100 * SECOND_US)
    expect(offsetUs).toBeLessThan(100 * SECOND_US + ROLLOUT.pollUs)
    one.answer(ACCEPTED)
    one.untilSent()
    expect(one.nowUs).toBe(offsetUs + ROLLOUT.pollUs)
    one.at(one.nowUs + 9 * SECOND_US).answer(ACCEPTED)
    one.nowUs += 65 * SECOND_US
    one.fleet.advance(one.nowUs)
    one.answer(ACCEPTED)
    one.untilSent()

    expect((one.nowUs - offsetUs) % ROLLOUT.pollUs).toBe(0)
    expect(one.requests).toHaveLength(4)
  })

  test('a poll that is a little late is followed by the next in its turn', () => {
    const one = rolloutFleet(HTTP)
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.fleet.begin(0)
    const offsetUs = one.fleet.nextUs()
    one.nowUs = offsetUs + SECOND_US
    one.fleet.advance(one.nowUs)
    one.answer(ACCEPTED)
    one.untilSent()

    expect(one.nowUs).toBe(offsetUs + ROLLOUT.pollUs)
  })

  test('a notification of a retry of what the thing has got asks again', () => {
    const one = rolloutFleet().online()
    one.notify({ kind: 'notify-next', execution: execution('job-1', 2, 'QUEUED') })
    one.answer(brings('job-1', 1))
    one.untilSent()
    one.answer(ACCEPTED)

    expect(one.last.operation).toBe('start-next')
  })

  test('a draining thing hears no notification', () => {
    const one = rolloutFleet().online().answer(ACCEPTED)
    one.fleet.drain()
    one.notify(news('job-1'))

    expect(one.requests).toHaveLength(1)
  })

  test('a draining thing of HTTP polls no more', () => {
    const one = rolloutFleet(HTTP)
    one.fleet.connect(0, 0, 0)
    one.fleet.connected(0, 0)
    one.fleet.begin(0)
    one.fleet.drain()
    one.next()

    expect(one.requests).toEqual([])
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
  })

  test.each([
    ['things of MQTT', [MQTT]],
    [
      'things of both kinds',
      [
        { ...MQTT, sharePercent: 50 },
        { ...HTTP, sharePercent: 50 },
      ],
    ],
  ])('%s work off all of their executions and end balanced', (_, mix) => {
    const scenario = scenarioOf({ things: 200, mix, perThing: 3, load: ROLLOUT })
    const { meter, verdict, endUs, t0Us } = simulated(scenario)

    expect(meter.of('execution.started')).toBe(600)
    expect(meter.of('execution.stuck')).toBe(0)
    expect(verdict.differences).toEqual([])
    expect(endUs).toBeLessThan(t0Us + ROLLOUT.limitUs)
  })

  test('its end is seen at a look, each half second after T0, and until then things poll', () => {
    const mix = [{ ...HTTP, sharePercent: 100 }]
    const load = { ...ROLLOUT, pollUs: 0.04 * SECOND_US }
    const { endUs, t0Us, lastAnswerUs, held } = simulated(
      scenarioOf({ things: 20, mix, perThing: 1, load }),
    )

    expect(held.stillAtUs).toBeUndefined()
    const sinceLookUs = (endUs - t0Us) % (0.5 * SECOND_US)
    // What was on its way at the look has still come back.
    expect(sinceLookUs).toBeLessThan(0.2 * SECOND_US)
    expect(endUs - lastAnswerUs).toBeLessThan(0.05 * SECOND_US)
  })

  test('T0 comes a tenth of a second after the last thing is ready, so all have asked in vain before', () => {
    const { meter, t0Us } = simulated(
      scenarioOf({ things: 10, connectPerSecond: 10, perThing: 1, load: ROLLOUT }),
    )

    // The last one begins at 0.9 s, and two exchanges of half a millisecond make it ready.
    expect(t0Us).toBe(0.9 * SECOND_US + 1_000 + 0.1 * SECOND_US)
    expect(meter.of('start-next.empty')).toBe(10)
  })

  test('notifications that come late or not at all delay it, but lose nothing', () => {
    const fault = { fromUs: 0, forUs: Number.POSITIVE_INFINITY, byUs: 5 * SECOND_US } as const
    const faults = [
      { kind: 'delayed-notification', sharePercent: 50, ...fault },
      { kind: 'lost-connection', sharePercent: 10, ...fault },
    ] as const
    const scenario = scenarioOf({ things: 100, perThing: 2, service: { faults }, load: ROLLOUT })
    const { meter, verdict } = simulated(scenario)

    expect(meter.of('execution.started')).toBe(200)
    expect(verdict.differences).toEqual([])
  })
})

describe('in a loop', () => {
  function loopFleet(pauseUs = SECOND_US): ScriptedFleet {
    const load = { ...LOOP, pauseUs }
    return new ScriptedFleet(scenarioOf({ things: 1, behaviour: FIXED, load }))
  }

  test('a thing waits for T0 and sets out within one pause of it', () => {
    const one = loopFleet().online()
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
    one.at(100 * SECOND_US).fleet.begin(100 * SECOND_US)
    one.untilSent()

    expect(one.nowUs).toBeGreaterThan(100 * SECOND_US)
    expect(one.nowUs).toBeLessThan(101 * SECOND_US)
    expect(one.meter.of('planned.issued')).toBe(0)
  })

  test.each([
    ['an execution', brings('job-1'), 1],
    ['an empty answer', ACCEPTED, 0],
  ])('after %s it pauses and asks again', (_, answer, updates) => {
    const one = loopFleet().online()
    one.fleet.begin(0)
    one.untilSent()
    one.answer(answer)
    for (let update = 0; update < updates; update++) {
      one.untilSent()
      one.answer(ACCEPTED)
    }
    const restedUs = one.nowUs
    one.untilSent()

    expect(one.last.operation).toBe('start-next')
    expect(one.nowUs).toBe(restedUs + SECOND_US)
  })

  test('without a pause it asks at once', () => {
    const one = loopFleet(0).online()
    one.fleet.begin(0)
    one.untilSent()
    one.answer(ACCEPTED).answer(ACCEPTED)

    expect(one.requests).toHaveLength(3)
  })

  test('a draining thing ends its round and begins no other', () => {
    const one = loopFleet().online()
    one.fleet.begin(0)
    one.untilSent()
    one.fleet.drain()
    one.answer(ACCEPTED)

    expect(one.fleet).toMatchObject({ busy: 0, idle: 1 })
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
  })

  test('a thing that comes online late begins then, and one that never does gets stuck at nothing', () => {
    const late = loopFleet()
    late.fleet.begin(0)
    late.at(20 * SECOND_US).online()
    const never = loopFleet()
    never.fleet.begin(0)
    never.at(20 * SECOND_US).fleet.finish(20 * SECOND_US)

    expect(late.requests).toHaveLength(1)
    expect(never.meter.of('execution.stuck')).toBe(0)
  })

  test('a fleet goes round until the load ends, and ends balanced', () => {
    const scenario = scenarioOf({ things: 100, behaviour: FIXED, load: LOOP })
    const { meter, verdict } = simulated(scenario)
    const rounds = meter.of('execution.started') / 100

    // 2 s of work and 1 s of pause, in 60 s.
    expect(rounds).toBeGreaterThan(18)
    expect(rounds).toBeLessThanOrEqual(21)
    expect(verdict.differences).toEqual([])
  })
})
