import { describe, expect, test } from 'vitest'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import type { AgentProfile, Behaviour } from '../../src/scenario/scenario.ts'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, execution, rejected, ScriptedFleet } from './scripted.ts'
import { simulated } from './simulated.ts'

/** A thing that looks at `$next` and begins by an update. */
function fleetOf(
  agent: Partial<AgentProfile> = {},
  behaviour: Partial<Behaviour> = {},
): ScriptedFleet {
  return new ScriptedFleet(
    scenarioOf({
      things: 1,
      agent: { strategy: 'describe-next', ...agent },
      behaviour: {
        work: { medianUs: 2 * SECOND_US, p95Us: 2 * SECOND_US },
        outcomes: [{ outcome: 'SUCCEEDED', sharePercent: 100 }],
        retry: { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts: 3 },
        ...behaviour,
      },
      load: arrivals(1, 1),
    }),
  )
}

const waiting = (jobId = 'job-1', executionNumber = 4, versionNumber = 1) =>
  ({
    kind: 'accepted',
    execution: { ...execution(jobId, executionNumber, 'QUEUED'), versionNumber },
  }) as const

const looking = (agent?: Partial<AgentProfile>) => fleetOf(agent).online().start()
/** As far as the update that is to begin what was found. */
const beginning = (agent?: Partial<AgentProfile>) => looking(agent).answer(waiting())

describe('a look at what comes next', () => {
  test('is the first request of a planned start', () => {
    const one = looking()

    expect(one.last).toMatchObject({ operation: 'describe', request: { jobId: '$next' } })
    expect(one.last.request).not.toHaveProperty('includeJobDocument')
    expect(one.meter.counts).toMatchObject({ 'describe.issued': 1, 'planned.issued': 1 })
  })

  test('that finds an execution waiting begins it by an update, and works on it then', () => {
    const one = fleetOf({}, { stepTimeoutMinutes: 5 }).online().start().answer(waiting())
    expect(one.lastUpdate).toEqual({
      ...{ jobId: 'job-1', status: 'IN_PROGRESS', executionNumber: 4 },
      stepTimeoutInMinutes: 5,
    })
    expect(one.fleet).toMatchObject({ busy: 1, working: 0 })
    expect(one.told).toEqual([])
    one.at(SECOND_US / 2).answer(ACCEPTED)
    expect(one.fleet).toMatchObject({ busy: 1, working: 1 })
    one.untilSent()

    expect(one.lastUpdate).toMatchObject({ statusDetails: { progress: '1/1' }, executionNumber: 4 })
    expect(one.nowUs).toBe(1.5 * SECOND_US)
    expect(one.told).toEqual(['began job-1 4'])
    expect(one.meter.counts).toMatchObject({
      ...{ 'planned.issued': 1, 'describe.accepted': 1, 'update.issued': 2 },
      ...{ 'start.acquired': 1, 'execution.started': 1 },
    })
    expect(one.meter.of('start-next.issued')).toBe(0)
  })

  test('that finds nothing ends the start, and counts as empty', () => {
    const one = looking().answer(ACCEPTED)

    expect(one.meter.counts).toMatchObject({ 'describe.empty': 1, 'start.acquired': 1 })
    expect(one.fleet).toMatchObject({ busy: 0, idle: 1 })
  })

  test('that finds an execution in progress works on it without another request', () => {
    const one = looking().answer(brings('job-1', 2))

    expect(one.told).toEqual(['began job-1 2'])
    expect(one.fleet).toMatchObject({ working: 1, openRequests: 0 })
  })

  test('that finds what the thing has begun before resumes it where it stood', () => {
    const one = fleetOf().working()
    one.untilSent()
    one.answer(rejected('InvalidRequest')).start().answer(brings('job-1'))

    expect(one.lastUpdate.statusDetails).toEqual({ progress: '1/1' })
    expect(one.meter.counts).toMatchObject({ 'execution.started': 1, 'execution.resumed': 1 })
  })

  test.each(['InvalidRequest', 'ResourceNotFound', 'TerminalStateReached', 'Malformed'])(
    'that is answered %s comes to nothing',
    (code) => {
      const one = looking().answer(rejected(code))

      expect(one.meter.of('execution.stuck')).toBe(1)
      expect(one.fleet).toMatchObject({ busy: 0, idle: 1 })
      expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
    },
  )

  test.each(['RequestThrottled', 'InternalError'])('that is answered %s is repeated', (code) => {
    const one = looking().answer(rejected(code))
    one.untilSent()

    expect(one.last).toMatchObject({ operation: 'describe', request: { jobId: '$next' } })
    expect(one.meter.of('planned.issued')).toBe(1)
  })
})

describe('the update that begins what was found', () => {
  test.each(['RequestThrottled', 'InternalError'])('is repeated after %s', (code) => {
    const one = beginning().answer(rejected(code))
    const [, first] = one.requests
    one.untilSent()

    expect(one.last.request).toEqual(first?.request)
    expect(one.nowUs).toBe(SECOND_US)
  })

  test('is repeated when nobody answers, and its success counts once', () => {
    const one = beginning()
    one.untilSent()
    one.answer(ACCEPTED)

    expect(one.meter.counts).toMatchObject({ 'update.timedOut': 1, 'update.accepted': 1 })
    expect(one.told).toEqual(['began job-1 4'])
  })

  test.each(['VersionMismatch', 'InvalidStateTransition'])(
    'has worked when a %s says that it is in progress',
    (code) => {
      const one = beginning({ expectedVersion: true })
      expect(one.lastUpdate.expectedVersion).toBe(1)
      one.answer(rejected(code, 'IN_PROGRESS'))
      expect(one.told).toEqual(['began job-1 4'])
      one.untilSent()

      expect(one.lastUpdate.expectedVersion).toBe(7)
    },
  )

  test('raises the version that the thing believes', () => {
    const one = beginning({ expectedVersion: true }).answer(ACCEPTED)
    one.untilSent()

    expect(one.lastUpdate.expectedVersion).toBe(2)
  })

  test.each([
    rejected('InvalidStateTransition', 'CANCELED'),
    rejected('InvalidStateTransition'),
    rejected('VersionMismatch', 'QUEUED'),
    rejected('ResourceNotFound'),
    rejected('TerminalStateReached'),
  ])('that comes too late ($code $executionState.status) looks once more', (reply) => {
    const one = beginning().answer(reply)
    expect(one.last).toMatchObject({ operation: 'describe', request: { jobId: '$next' } })
    one.answer(waiting('job-2', 1))
    expect(one.lastUpdate.jobId).toBe('job-2')
    one.answer(reply)

    expect(one.meter.counts).toMatchObject({ 'execution.stuck': 1, 'describe.issued': 2 })
    expect(one.fleet).toMatchObject({ busy: 0, idle: 1 })
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
  })

  test('looks once more in each start anew', () => {
    const one = beginning().answer(rejected('ResourceNotFound')).answer(waiting())
    one.answer(rejected('ResourceNotFound')).start().answer(waiting())
    one.answer(rejected('ResourceNotFound'))

    expect(one.meter.of('execution.stuck')).toBe(1)
    expect(one.last.operation).toBe('describe')
  })

  test('that is wrong is not repeated', () => {
    const one = beginning().answer(rejected('InvalidRequest'))

    expect(one.meter.of('execution.stuck')).toBe(1)
    expect(one.told).toEqual([])
  })

  test('given up leaves nothing behind: the next start looks again', () => {
    const one = beginning().answer(rejected('InvalidRequest')).start()
    one.answer(waiting('job-2', 1)).answer(ACCEPTED)

    expect(one.told).toEqual(['began job-2 1'])
  })

  test('at the end of a run is a start that came to nothing', () => {
    const one = beginning()
    one.fleet.finish(one.nowUs)

    expect(one.meter.counts).toMatchObject({ 'update.unanswered': 1, 'execution.stuck': 1 })
    expect(one.told).toEqual([])
  })
})

describe('a fleet that looks first', () => {
  const mix = [
    { ...MQTT, sharePercent: 50 },
    { ...HTTP, sharePercent: 50 },
  ]
  const agent = { strategy: 'describe-next' } as const

  test('reads once for each execution and writes as often as by start-next', () => {
    const run = simulated(scenarioOf({ things: 300, mix, agent, load: arrivals(30, 10) }))

    expect(run.verdict.differences).toEqual([])
    expect(run.meter.counts).toMatchObject({
      ...{ 'planned.issued': 300, 'describe.accepted': 300, 'update.accepted': 900 },
      ...{ 'execution.started': 300, 'start.acquired': 300 },
    })
    expect(run.ledger.operations['start-next'].received).toBe(0)
  })

  test('is told of nothing pending by reads alone', () => {
    const run = simulated(scenarioOf({ things: 10, perThing: 1, agent, load: arrivals(5, 6) }))

    expect(run.verdict.differences).toEqual([])
    expect(run.meter.counts).toMatchObject({ 'describe.empty': 20, 'update.accepted': 30 })
    expect(run.ledger.operations.describe.empty).toBe(20)
  })

  test('is throttled by the quota of reads apart from that of writes', () => {
    const quotas = { ...AWS_QUOTAS, readsPerSecond: 10, writesPerSecond: Number.POSITIVE_INFINITY }
    const run = simulated(scenarioOf({ things: 200, quotas, agent, load: arrivals(40, 5) }))

    expect(run.verdict.differences).toEqual([])
    expect(run.meter.of('describe.throttled')).toBeGreaterThan(0)
    expect(run.meter.of('update.throttled')).toBe(0)
    expect(run.meter.of('execution.started')).toBe(200)
  })

  test('works a rollout off, told by notifications or by polling', () => {
    const times = { limitUs: 3_600 * SECOND_US, pollUs: 30 * SECOND_US, drainUs: 600 * SECOND_US }
    const load = { kind: 'rollout', ...times } as const
    const run = simulated(scenarioOf({ things: 100, mix, perThing: 1, agent, load }))

    expect(run.verdict.differences).toEqual([])
    expect(run.cutOff).toBe(false)
    expect(run.meter.of('execution.started')).toBe(100)
  })

  test('that loses answers and gives up soon is accounted for all the same', () => {
    const fault = { kind: 'lost-reply', sharePercent: 30, fromUs: 0, byUs: 0 } as const
    const retry = { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts: 2 } as const
    const run = simulated(
      scenarioOf({
        ...{ things: 100, mix, perThing: 1, agent, load: arrivals(10, 10) },
        service: { faults: [{ ...fault, forUs: Number.POSITIVE_INFINITY }] },
        behaviour: { retry },
      }),
    )

    expect(run.meter.of('execution.stuck')).toBeGreaterThan(5)
    expect(run.verdict.differences).toEqual([])
  })
})

test('each request of a thing waits by a draw of its own, in every round', () => {
  const wide = 1_000 * SECOND_US
  const retry = { kind: 'full-jitter', baseUs: wide, capUs: wide, attempts: 2 } as const
  const one = fleetOf({}, { retry }).online()
  const waitsUs: number[] = []
  const throttledOnce = () => {
    const refusedUs = one.answer(rejected('RequestThrottled')).nowUs
    one.untilSent()
    waitsUs.push(one.nowUs - refusedUs)
  }
  for (const jobId of ['job-1', 'job-2', 'job-3']) {
    one.start()
    throttledOnce()
    one.answer(waiting(jobId))
    throttledOnce()
    one.answer(ACCEPTED)
    for (const operation of ['update', 'update']) {
      expect(one.untilSent().operation).toBe(operation)
      throttledOnce()
      one.answer(ACCEPTED)
    }
  }
  expect(new Set(waitsUs).size).toBe(12)
})
