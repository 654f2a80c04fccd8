import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ThingSampler } from '../../src/metrics/thing-sampler.ts'
import type { TimelineEvent } from '../../src/metrics/thing-timeline.ts'
import { loadDriver } from '../../src/run/load-driver.ts'
import type { Behaviour } from '../../src/scenario/scenario.ts'
import { arrivals, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, rejected, ScriptedFleet } from './scripted.ts'

function tracedFleet(behaviour: Partial<Behaviour> = {}) {
  const trace = new ThingSampler(1)
  const scenario = scenarioOf({
    things: 1,
    behaviour: {
      work: { medianUs: 2 * SECOND_US, p95Us: 2 * SECOND_US },
      outcomes: [{ outcome: 'SUCCEEDED', sharePercent: 100 }],
      retry: { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts: 2 },
      ...behaviour,
    },
    load: arrivals(1, 1),
  })
  return { one: new ScriptedFleet(scenario, { trace }), trace }
}

/** What happened when, in one line an event. */
function told(trace: ThingSampler): string[] {
  const [timeline, ...more] = trace.take(0, true)
  expect(more).toEqual([])
  return timeline?.events.map(inWords) ?? []
}

function inWords(event: TimelineEvent): string {
  const { atMs, what, ...rest } = event
  return [atMs, what, ...Object.values(rest)].join(' ')
}

test('an execution with a throttled update is told from its start to its end', () => {
  const { one, trace } = tracedFleet()
  one.online()
  one.at(5 * SECOND_US).start()
  one.at(5.5 * SECOND_US).answer(brings('job-1', 4))
  one.untilSent()
  one.at(6.6 * SECOND_US).answer(rejected('RequestThrottled'))
  one.untilSent()
  one.at(7.7 * SECOND_US).answer(ACCEPTED)
  one.untilSent()
  one.at(8.8 * SECOND_US).answer(ACCEPTED)

  expect(told(trace)).toEqual([
    '5000 ask 5000 true',
    '5000 send start-next 1 5000',
    '5500 end start-next accepted 5000 5000',
    '5500 execution started job-1 4',
    '5500 work 6500',
    '6500 send update 1 6500',
    '6600 end update throttled 6500 6500',
    '6600 wait retry 7600',
    '7600 send update 2 7600',
    '7700 end update accepted 7600 7600',
    '7700 work 8700',
    '8700 send update 1 8700',
    '8800 end update accepted 8700 8700',
    '8800 execution succeeded job-1 4',
  ])
})

test('a terminal update that is lost for good is told as stuck and in doubt', () => {
  const { one, trace } = tracedFleet({ updates: 0, requestTimeoutUs: 3 * SECOND_US })
  one.online().start().answer(brings('job-1'))
  one.at(60 * SECOND_US)
  const [timeline] = trace.take(0)

  expect(timeline?.why.slice(0, 3)).toEqual(['update timedOut', 'stuck', 'disputed'])
  expect(timeline?.events.slice(-4).map(inWords)).toEqual([
    '6000 send update 2 6000',
    '9000 end update timedOut 6000 6000',
    '9000 execution stuck job-1 1',
    '9000 doubt SUCCEEDED',
  ])
})

test('a connection that breaks in the middle is part of the story, with the way back', () => {
  const { one, trace } = tracedFleet()
  one.working()
  one.fleet.dropped(0, 'ECONNRESET', one.nowUs)
  one.at(1.5 * SECOND_US)
  one.comeOnline()
  one.at(3 * SECOND_US)
  one.fleet.finish(one.nowUs)
  const [timeline] = trace.take(0)
  const words = timeline?.events.map(({ what }) => what)

  expect(timeline?.why.slice(0, 3)).toEqual(['dropped ECONNRESET', 'update unanswered', 'stuck'])
  expect(words?.slice(words.indexOf('drop'), words.indexOf('drop') + 3)).toEqual([
    'drop',
    'wait',
    'connect',
  ])
  expect(timeline?.ended).toBe(true)
})

test('a fleet of chosen things numbers its slots by them and gives no start to another', () => {
  const scenario = scenarioOf({ things: 100, load: arrivals(1, 1) })
  const one = new ScriptedFleet(scenario, { things: [7, 42] })
  const { fleet } = one.online(0).online(1)

  expect(fleet.size).toBe(2)
  expect([fleet.nameOf(0), fleet.nameOf(1)]).toEqual(['thing-7', 'thing-42'])
  expect([7, 42, 8].map((thing) => fleet.slotOf(thing))).toEqual([0, 1, -1])
  one.start(1)
  one.start(1)
  expect(one.requests.map(({ slot }) => slot)).toEqual([1])
  expect(one.meter.of('start.dropped-busy')).toBe(1)
})

/** Two executions of one thing, each with a throttled update, played to their end. */
function played(fleet: ScriptedFleet, slot: number): void {
  fleet.online(slot)
  for (const jobId of ['job-1', 'job-2']) {
    fleet.start(slot).answer(brings(jobId))
    fleet.untilSent()
    fleet.answer(rejected('RequestThrottled'))
    fleet.untilSent()
    fleet.answer(ACCEPTED)
    fleet.untilSent()
    fleet.answer(ACCEPTED)
  }
}

test('alone a thing has the same work, jitter and outcomes as in its fleet', () => {
  const same = fc.property(fc.nat(1e6), fc.nat(49), (seed, thing) => {
    const scenario = scenarioOf({ seed, things: 50, load: arrivals(1, 1) })
    const traces = [
      new ThingSampler(50, { keepsAll: true }),
      new ThingSampler(1, { keepsAll: true }),
    ]
    const [inFleet, alone] = traces
    played(new ScriptedFleet(scenario, { trace: inFleet }), thing)
    played(new ScriptedFleet(scenario, { trace: alone, things: [thing] }), 0)
    const [told, toldAlone] = traces.map((trace) =>
      trace.take(0, true).map(({ events }) => events.map(inWords)),
    )

    expect(toldAlone).toHaveLength(3)
    expect(toldAlone).toEqual(told)
  })
  fc.assert(same, { numRuns: 50 })
})

test.each([[[3]], [[0, 3, 6]]])(
  'alone the things %j have the starts that the plan means for them, when it means them',
  (things) => {
    const scenario = scenarioOf({ things: 7, load: arrivals(10, 4) })
    const trace = new ThingSampler(things.length, { keepsAll: true })
    const { fleet } = new ScriptedFleet(scenario, { trace, things })
    const driver = loadDriver({ scenario, shard: 0, shards: 1, things }, fleet)
    const t0Us = 5 * SECOND_US
    const dueUs: number[] = []
    for (let nextUs = driver.nextUs(t0Us); !driver.isOver(t0Us, nextUs); ) {
      dueUs.push(nextUs - t0Us)
      driver.release(t0Us, nextUs)
      nextUs = driver.nextUs(t0Us)
    }
    const wanted = Array.from({ length: 40 }, (_, start) => start)
      .filter((start) => things.includes(start % 7))
      .map((start) => ((start + 1) * SECOND_US) / 10)

    expect(dueUs).toEqual(wanted)
  },
)
