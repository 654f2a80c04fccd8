import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { METERED_OPERATIONS, OUTCOMES } from '../../src/metrics/series.ts'
import type { FaultKind } from '../../src/protocol/admin.ts'
import type { Rejected, Reply } from '../../src/protocol/jobs.ts'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, execution, rejected, ScriptedFleet } from './scripted.ts'
import { type Simulated, simulated } from './simulated.ts'

/** Things that say with each update which version they believe, and two progress updates. */
function fleetOf(expectedVersion = true): ScriptedFleet {
  return new ScriptedFleet(
    scenarioOf({
      things: 1,
      agent: { expectedVersion },
      behaviour: {
        work: { medianUs: 3 * SECOND_US, p95Us: 3 * SECOND_US },
        updates: 2,
        outcomes: [{ outcome: 'SUCCEEDED', sharePercent: 100 }],
        retry: { kind: 'fixed', baseUs: SECOND_US, capUs: SECOND_US, attempts: 3 },
      },
      load: arrivals(1, 1),
    }),
  )
}

/** As far as the first progress update; the execution came with version 2. */
function reporting(): ScriptedFleet {
  const one = fleetOf().working()
  one.untilSent()
  return one
}

/** As far as the terminal update, which expects version 4. */
function ending(): ScriptedFleet {
  const one = reporting()
  for (let update = 0; update < 2; update++) one.answer(ACCEPTED).untilSent()
  return one
}

function state(progress: string | undefined, versionNumber: number): Rejected['executionState'] {
  const base = { status: 'IN_PROGRESS', versionNumber } as const
  return progress === undefined ? base : { ...base, statusDetails: { progress } }
}

function conflict(code: string, executionState: Rejected['executionState']): Rejected {
  const refused = rejected(code)
  return executionState === undefined ? refused : { ...refused, executionState }
}

const reread = (progress: string, versionNumber: number): Reply => ({
  kind: 'accepted',
  execution: {
    ...execution('job-1', 1, 'IN_PROGRESS'),
    ...{ versionNumber, statusDetails: { progress } },
  },
})

describe('the expected version', () => {
  test('is the one that came with the execution, and one more after each accepted update', () => {
    const one = reporting()
    const said = [one.lastUpdate.expectedVersion]
    for (let update = 0; update < 2; update++) {
      one.answer(ACCEPTED).untilSent()
      said.push(one.lastUpdate.expectedVersion)
    }

    expect(said).toEqual([2, 3, 4])
  })

  test('stays the same in a retry', () => {
    const one = reporting().answer(rejected('RequestThrottled'))
    one.untilSent()

    expect(one.lastUpdate.expectedVersion).toBe(2)
  })

  test('is never said by the ideal agent', () => {
    const one = fleetOf(false).working()
    one.untilSent()

    expect(one.lastUpdate).not.toHaveProperty('expectedVersion')
  })

  test('is the one of the resumed execution, not the one from before it got stuck', () => {
    const one = ending().answer(rejected('InvalidRequest'))
    one.start().answer({
      kind: 'accepted',
      execution: { ...execution('job-1', 1, 'IN_PROGRESS'), versionNumber: 9 },
    })

    expect(one.lastUpdate).toMatchObject({ status: 'SUCCEEDED', expectedVersion: 9 })
  })

  test('of one execution is not the one of the next', () => {
    const one = ending().answer(ACCEPTED).start().answer(brings('job-2'))
    one.untilSent()

    expect(one.lastUpdate).toMatchObject({ jobId: 'job-2', expectedVersion: 2 })
  })
})

/** The service says VersionMismatch over MQTT; over HTTP the name is that of a refused transition. */
describe.each(['VersionMismatch', 'InvalidStateTransition'])('a conflict called %s', (code) => {
  test('with the state the progress update wanted is its success', () => {
    const one = reporting().answer(conflict(code, state('1/2', 3)))
    one.untilSent()

    expect(one.lastUpdate).toMatchObject({ statusDetails: { progress: '2/2' }, expectedVersion: 3 })
    expect(one.meter.of('describe.issued')).toBe(0)
  })

  test.each([undefined, 'of somebody else'])(
    'with the progress %s says the same once more, with the version found',
    (progress) => {
      const one = reporting().answer(conflict(code, state(progress, 6)))

      expect(one.lastUpdate).toMatchObject({
        statusDetails: { progress: '1/2' },
        expectedVersion: 6,
      })
    },
  )

  test('with an execution that is queued again says the same once more, whatever it had', () => {
    const queued = { status: 'QUEUED', statusDetails: { progress: '1/2' } } as const
    const one = reporting().answer(conflict(code, { ...queued, versionNumber: 6 }))

    expect(one.lastUpdate).toMatchObject({ statusDetails: { progress: '1/2' }, expectedVersion: 6 })
  })

  test('at the end says the outcome once more, with the version found', () => {
    const one = ending().answer(conflict(code, state('2/2', 7)))
    expect(one.lastUpdate).toMatchObject({ status: 'SUCCEEDED', expectedVersion: 7 })
    one.answer(ACCEPTED)

    expect(one.told).toEqual(['began job-1 1', 'settled job-1 1 SUCCEEDED'])
  })

  test.each(['SUCCEEDED', 'TIMED_OUT', 'CANCELED'] as const)(
    'with an execution that is %s ends it so',
    (status) => {
      for (const one of [reporting(), ending()]) {
        one.answer(rejected(code, status))
        expect(one.told.at(-1)).toBe(`settled job-1 1 ${status}`)
        expect(one.fleet.busy).toBe(0)
      }
    },
  )

  test('a second time is final, unless what was wanted holds by then', () => {
    const stuck = reporting().answer(conflict(code, state('0/2', 6)))
    stuck.answer(conflict(code, state('0/2', 8)))
    const done = reporting().answer(conflict(code, state('0/2', 6)))
    done.answer(conflict(code, state('1/2', 7)))
    const ended = ending().answer(conflict(code, state('2/2', 7)))
    ended.answer(rejected(code, 'SUCCEEDED'))

    expect(stuck.meter.of('execution.stuck')).toBe(1)
    expect(done.untilSent().request).toMatchObject({ expectedVersion: 7 })
    expect(ended.told.at(-1)).toBe('settled job-1 1 SUCCEEDED')
  })
})

describe('a VersionMismatch that does not say how the execution stands', () => {
  const mismatched = () => reporting().answer(rejected('VersionMismatch'))

  test('is followed by one describe of this execution', () => {
    expect(mismatched().last).toMatchObject({
      operation: 'describe',
      request: { jobId: 'job-1', executionNumber: 1, includeJobDocument: false },
    })
  })

  test('goes on with the version found', () => {
    const one = mismatched().answer(reread('0/2', 6))

    expect(one.lastUpdate).toMatchObject({ statusDetails: { progress: '1/2' }, expectedVersion: 6 })
  })

  test('goes on with the work when what was wanted holds', () => {
    const one = mismatched().answer(reread('1/2', 3))
    expect(one.fleet).toMatchObject({ working: 1, openRequests: 0 })
    one.untilSent()

    expect(one.lastUpdate).toMatchObject({ statusDetails: { progress: '2/2' }, expectedVersion: 3 })
  })

  test('expects nothing of an execution of which it only hears that it has ended', () => {
    const one = mismatched().answer(rejected('TerminalStateReached'))

    expect(one.lastUpdate).not.toHaveProperty('expectedVersion')
  })

  test('a second time is final', () => {
    const one = mismatched().answer(reread('0/2', 6)).answer(rejected('VersionMismatch'))

    expect(one.meter.of('execution.stuck')).toBe(1)
    expect(one.fleet.busy).toBe(0)
  })
})

test('a refusal with the version that was expected is about the transition, as ever', () => {
  const one = reporting().answer(rejected('InvalidStateTransition', 'QUEUED'))
  const other = reporting().answer(conflict('InvalidStateTransition', state(undefined, 2)))
  other.untilSent()

  expect(one.lastUpdate.expectedVersion).toBe(7)
  expect(other.lastUpdate).toMatchObject({ statusDetails: { progress: '2/2' }, expectedVersion: 2 })
})

const FAULTS: readonly FaultKind[] = [
  'lost-reply',
  'lost-request',
  'duplicate-reply',
  'internal-error',
  'lost-connection',
]

function run(
  seed: number,
  kinds: readonly FaultKind[],
  strategy: 'start-next' | 'describe-next',
): Simulated {
  return simulated(
    scenarioOf({
      seed,
      things: 60,
      mix: [
        { ...MQTT, sharePercent: 50 },
        { ...HTTP, sharePercent: 50 },
      ],
      agent: { expectedVersion: true, strategy },
      service: {
        faults: kinds.map((kind) => ({
          ...{ kind, sharePercent: 10, fromUs: 0 },
          ...{ forUs: Number.POSITIVE_INFINITY, byUs: 0 },
        })),
      },
      behaviour: { updates: 2 },
      load: arrivals(20, 15, 3_600),
    }),
  )
}

test('without faults no version is ever wrong', () => {
  const { meter, verdict } = run(1, [], 'start-next')

  expect(verdict.balanced).toBe(true)
  expect(meter.of('update.rejected')).toBe(0)
  expect(meter.of('execution.started')).toBe(meter.of('start.started'))
})

test('a lost reply makes the retry collide with its own success, which nobody loses anything by', () => {
  const { meter, verdict } = run(1, ['lost-reply'], 'start-next')

  expect(verdict.differences).toEqual([])
  expect(meter.of('update.rejected.VersionMismatch')).toBeGreaterThan(20)
  expect(meter.of('execution.stuck')).toBe(0)
  expect(meter.of('execution.started')).toBe(meter.of('start.started'))
})

test('whatever the seed and the faults, everything ends once and both sides agree', () => {
  const drawn = fc.record({
    seed: fc.nat(),
    kinds: fc.uniqueArray(fc.constantFrom(...FAULTS), { minLength: 1 }),
    strategy: fc.constantFrom('start-next', 'describe-next'),
  })
  const ends = fc.property(drawn, ({ seed, kinds, strategy }) => {
    const { meter, verdict, cutOff } = run(seed, kinds, strategy)
    expect(verdict.differences).toEqual([])
    expect(cutOff).toBe(false)
    expect(meter.of('execution.stuck')).toBe(0)
    expect(meter.of('execution.started')).toBe(meter.of('start.started'))
    for (const operation of METERED_OPERATIONS) {
      const ended = OUTCOMES.reduce((sum, name) => sum + meter.of(`${operation}.${name}`), 0)
      expect([operation, meter.of(`${operation}.issued`)]).toEqual([operation, ended])
    }
  })
  fc.assert(ends, { numRuns: 25 })
})
