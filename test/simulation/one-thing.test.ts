import { describe, expect, test } from 'vitest'
import type { ExecutionStatus, Reply } from '../../src/protocol/jobs.ts'
import type { Behaviour } from '../../src/scenario/scenario.ts'
import { arrivals, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { ACCEPTED, brings, execution, rejected, ScriptedFleet } from './scripted.ts'

const TIMEOUT_US = 10 * SECOND_US

interface Wanted extends Partial<Behaviour> {
  readonly mix?: typeof MQTT
  readonly things?: number
}

/** Work of exactly 2 s in two slices, success, and three tries with 1 s between. */
function fleetOf({ mix = MQTT, things = 1, ...behaviour }: Wanted = {}): ScriptedFleet {
  return new ScriptedFleet(
    scenarioOf({
      things,
      mix: [mix],
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

const EMPTY: Reply = { kind: 'accepted' }

describe('one thing and one execution', () => {
  test('goes from connect to the terminal update, each attempt due when its cause came', () => {
    const one = fleetOf({ stepTimeoutMinutes: 5 })
    one.online()
    expect(one.subscribes).toEqual([0])
    one.at(5 * SECOND_US).start()
    expect(one.last).toMatchObject({
      operation: 'start-next',
      token: 1,
      request: { stepTimeoutInMinutes: 5 },
    })
    one.at(5.5 * SECOND_US).answer(brings('job-1', 4))
    expect(one.fleet).toMatchObject({ busy: 1, working: 1, idle: 0, openRequests: 0 })
    one.at(6.5 * SECOND_US - 1)
    expect(one.requests).toHaveLength(1)
    one.at(6.5 * SECOND_US)
    expect(one.lastUpdate).toEqual({
      jobId: 'job-1',
      status: 'IN_PROGRESS',
      statusDetails: { progress: '1/1' },
      executionNumber: 4,
      stepTimeoutInMinutes: 5,
    })
    one.at(7 * SECOND_US).answer(ACCEPTED)
    one.at(8 * SECOND_US)
    expect(one.lastUpdate).toEqual({ jobId: 'job-1', status: 'SUCCEEDED', executionNumber: 4 })
    one.at(8.5 * SECOND_US).answer(ACCEPTED)

    expect(one.told).toEqual(['began job-1 4', 'settled job-1 4 SUCCEEDED'])
    expect(one.fleet).toMatchObject({ busy: 0, working: 0, idle: 1, openRequests: 0, ended: 1 })
    expect(one.meter.counts).toEqual({
      'connect.issued': 1,
      'connect.accepted': 1,
      'subscribe.issued': 1,
      'subscribe.accepted': 1,
      'start.started': 1,
      'planned.issued': 1,
      'start-next.issued': 1,
      'start-next.accepted': 1,
      'start.acquired': 1,
      'update.issued': 2,
      'update.accepted': 2,
      'execution.started': 1,
      'execution.succeeded': 1,
    })
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
  })

  test('works without progress updates and without work, one answer after the other', () => {
    const one = fleetOf({ updates: 0, work: { medianUs: 0, p95Us: 0 } })
    one.working()
    expect(one.lastUpdate.status).toBe('SUCCEEDED')
    one.answer(ACCEPTED)

    expect(one.nowUs).toBe(0)
    expect(one.meter.of('execution.succeeded')).toBe(1)
  })

  test('ends its start when nothing is pending', () => {
    const one = fleetOf()
    one.online().start().answer(EMPTY)

    expect(one.meter.counts).toMatchObject({ 'start-next.empty': 1, 'start.acquired': 1 })
    expect(one.fleet).toMatchObject({ busy: 0, idle: 1 })
    expect(one.told).toEqual([])
  })

  test('says every progress update once, in order', () => {
    const one = fleetOf({ updates: 3 }).working()
    for (const progress of ['1/3', '2/3', '3/3']) {
      one.untilSent()
      expect(one.lastUpdate.statusDetails).toEqual({ progress })
      one.answer(ACCEPTED)
    }
    one.untilSent()

    expect(one.lastUpdate.status).toBe('SUCCEEDED')
    expect(one.nowUs).toBe(2 * SECOND_US)
  })
})

/** What the thing makes of an answer to its terminal update. */
const TERMINAL_ANSWERS: readonly {
  reply: Reply
  event: string
  told: string
  why: string
}[] = [
  { reply: ACCEPTED, event: 'succeeded', told: 'settled job-1 1 SUCCEEDED', why: 'it holds' },
  {
    reply: rejected('InvalidStateTransition', 'SUCCEEDED'),
    event: 'succeeded',
    told: 'settled job-1 1 SUCCEEDED',
    why: 'an earlier copy has worked',
  },
  ...(['TIMED_OUT', 'CANCELED', 'REMOVED', 'FAILED', 'REJECTED'] as const).map((status) => ({
    reply: rejected('InvalidStateTransition', status),
    event:
      { TIMED_OUT: 'timedOut', CANCELED: 'canceled', REMOVED: 'canceled' }[status as string] ??
      status.toLowerCase(),
    told: `settled job-1 1 ${status}`,
    why: 'the service has ended it otherwise',
  })),
  {
    reply: rejected('ResourceNotFound'),
    event: 'canceled',
    told: 'doubtful job-1 1 CANCELED',
    why: 'the execution is gone',
  },
]

/** Answers after which the execution is given up. */
const FINAL_CODES: readonly [string, ExecutionStatus | undefined][] = [
  ['InvalidStateTransition', undefined],
  ['InvalidStateTransition', 'QUEUED'],
  ['InvalidRequest', undefined],
  ['InvalidJson', undefined],
  ['InvalidTopic', undefined],
  ['Malformed', undefined],
  ['Http404', undefined],
]

describe('the answer to a terminal update', () => {
  test.each(TERMINAL_ANSWERS)(
    '$reply.code $reply.executionState.status means $event: $why',
    (row) => {
      const one = fleetOf().ending().answer(row.reply)

      expect(one.told).toEqual(['began job-1 1', row.told])
      expect(one.meter.of(`execution.${row.event}`)).toBe(1)
      expect(one.fleet).toMatchObject({ busy: 0, idle: 1, ended: 1 })
    },
  )

  test('that comes as a rejection with the wanted status is still rejected for the operation', () => {
    const one = fleetOf().ending().answer(rejected('InvalidStateTransition', 'SUCCEEDED'))

    expect(one.meter.counts).toMatchObject({
      'update.rejected': 1,
      'update.rejected.InvalidStateTransition': 1,
      'execution.succeeded': 1,
    })
  })

  test.each(FINAL_CODES)('%s with status %s is final: the execution is stuck', (code, status) => {
    const one = fleetOf().ending().answer(rejected(code, status))

    expect(one.meter.counts).toMatchObject({ 'execution.stuck': 1, [`update.rejected.${code}`]: 1 })
    expect(one.fleet).toMatchObject({ busy: 0, idle: 1, openRequests: 0 })
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
  })

  test('leaves a doubt only where an attempt may have been carried out', () => {
    const refused = fleetOf().ending().answer(rejected('InvalidRequest'))
    const malformed = fleetOf().ending().answer(rejected('Malformed'))
    const timedOut = fleetOf().ending()
    timedOut.untilSent()
    timedOut.answer(rejected('InvalidRequest'))

    expect(refused.told).toEqual(['began job-1 1'])
    expect(malformed.told).toEqual(['began job-1 1', 'doubtful job-1 1 SUCCEEDED'])
    expect(timedOut.told).toEqual(['began job-1 1', 'doubtful job-1 1 SUCCEEDED'])
  })
})

describe('the answer to a progress update', () => {
  function reporting(): ScriptedFleet {
    const one = fleetOf().working()
    one.untilSent()
    return one
  }

  test.each(['TIMED_OUT', 'CANCELED', 'SUCCEEDED'] as const)(
    'that refuses because the execution is %s ends it',
    (status) => {
      const one = reporting().answer(rejected('InvalidStateTransition', status))

      expect(one.told).toEqual(['began job-1 1', `settled job-1 1 ${status}`])
      expect(one.fleet.idle).toBe(1)
    },
  )

  test('that refuses although the execution is in progress lets the work go on', () => {
    const one = reporting().answer(rejected('InvalidStateTransition', 'IN_PROGRESS'))
    one.untilSent()

    expect(one.lastUpdate.status).toBe('SUCCEEDED')
  })

  test('never leaves a doubt about the end', () => {
    const one = reporting()
    one.untilSent()
    one.answer(rejected('InvalidRequest'))

    expect(one.meter.of('execution.stuck')).toBe(1)
    expect(one.told).toEqual(['began job-1 1'])
  })
})

describe('a version mismatch', () => {
  test('is answered by one describe and one more update', () => {
    const one = fleetOf().ending().answer(rejected('VersionMismatch'))
    expect(one.last).toMatchObject({
      operation: 'describe',
      request: { jobId: 'job-1', executionNumber: 1, includeJobDocument: false },
    })
    one.answer({ kind: 'accepted', execution: execution('job-1', 1, 'IN_PROGRESS') })
    expect(one.lastUpdate.status).toBe('SUCCEEDED')
    one.answer(ACCEPTED)

    expect(one.told.at(-1)).toBe('settled job-1 1 SUCCEEDED')
    expect(one.meter.counts).toMatchObject({ 'describe.issued': 1, 'describe.accepted': 1 })
  })

  test('needs no describe when it says how the execution stands', () => {
    const inProgress = fleetOf().ending().answer(rejected('VersionMismatch', 'IN_PROGRESS'))
    const ended = fleetOf().ending().answer(rejected('VersionMismatch', 'TIMED_OUT'))

    expect(inProgress.lastUpdate.status).toBe('SUCCEEDED')
    expect(ended.told.at(-1)).toBe('settled job-1 1 TIMED_OUT')
  })

  test('that comes a second time is final', () => {
    const one = fleetOf().ending().answer(rejected('VersionMismatch', 'IN_PROGRESS'))
    one.answer(rejected('VersionMismatch', 'IN_PROGRESS'))

    expect(one.meter.of('execution.stuck')).toBe(1)
    expect(one.fleet.busy).toBe(0)
  })

  test.each([
    {
      reply: { kind: 'accepted', execution: execution('job-1', 1, 'CANCELED') },
      told: 'settled job-1 1 CANCELED',
    },
    { reply: { kind: 'accepted' }, told: 'doubtful job-1 1 CANCELED' },
    { reply: rejected('ResourceNotFound'), told: 'doubtful job-1 1 CANCELED' },
  ] as const)('whose describe is answered $reply ends in: $told', ({ reply, told }) => {
    const one = fleetOf().ending().answer(rejected('VersionMismatch')).answer(reply)

    expect(one.told.at(-1)).toBe(told)
    expect(one.fleet.busy).toBe(0)
  })

  test('whose describe says only that it has ended asks by one more update how', () => {
    const one = fleetOf().ending().answer(rejected('VersionMismatch'))
    one.answer(rejected('TerminalStateReached'))
    expect(one.last.operation).toBe('update')
    one.answer(rejected('InvalidStateTransition', 'FAILED'))

    expect(one.told.at(-1)).toBe('settled job-1 1 FAILED')
  })

  test('whose describe is throttled asks again, and one that is refused is final', () => {
    const one = fleetOf().ending().answer(rejected('VersionMismatch'))
    one.answer(rejected('RequestThrottled'))
    one.untilSent()
    expect(one.last.operation).toBe('describe')
    one.answer(rejected('InvalidRequest'))

    expect(one.meter.of('execution.stuck')).toBe(1)
  })
})

const PASSING = ['RequestThrottled', 'InternalError', 'ServiceUnavailable', 'Http503', 'Puback151']

describe('a retry', () => {
  test.each(PASSING)('follows %s after the backoff, as an attempt of its own', (code) => {
    const one = fleetOf().online().start()
    one.at(SECOND_US / 2).answer(rejected(code))
    expect(one.fleet).toMatchObject({ busy: 1, openRequests: 0 })
    one.untilSent()

    expect(one.nowUs).toBe(1.5 * SECOND_US)
    expect(one.last).toMatchObject({ operation: 'start-next', token: 2 })
    expect(one.meter.counts).toMatchObject({ 'start-next.issued': 2, 'planned.issued': 1 })
    const outcome = code === 'RequestThrottled' ? 'throttled' : `rejected.${code}`
    expect(one.meter.of(`start-next.${outcome}`)).toBe(1)
  })

  test.each(['InvalidRequest', 'ResourceNotFound', 'Malformed', 'Http404'])(
    'of start-next does not follow %s: the start is stuck',
    (code) => {
      const one = fleetOf().online().start().answer(rejected(code))

      expect(one.meter.counts).toMatchObject({ 'execution.stuck': 1 })
      expect(one.fleet).toMatchObject({ busy: 0, idle: 1 })
      expect(one.meter.of('start.acquired')).toBe(0)
    },
  )

  test('says the same thing again', () => {
    const one = fleetOf().ending()
    const first = one.last.request
    one.answer(rejected('RequestThrottled'))
    one.untilSent()

    expect(one.last.request).toEqual(first)
  })

  test('comes as often as the policy allows, and then the execution is stuck', () => {
    const one = fleetOf().ending()
    for (let tries = 1; tries <= 3; tries++) {
      one.answer(rejected('RequestThrottled'))
      if (tries < 3) one.untilSent()
    }

    expect(one.meter.counts).toMatchObject({ 'update.throttled': 3, 'execution.stuck': 1 })
    expect(one.fleet.nextUs()).toBe(Number.POSITIVE_INFINITY)
    expect(one.told).toEqual(['began job-1 1'])
  })

  test('does not come at all under the policy none', () => {
    const retry = { kind: 'none', baseUs: 0, capUs: 0, attempts: 1_000 } as const
    const one = fleetOf({ retry }).online().start().answer(rejected('RequestThrottled'))

    expect(one.meter.of('execution.stuck')).toBe(1)
  })

  test('starts counting anew with the next request', () => {
    const one = fleetOf().online().start()
    for (let tries = 1; tries <= 2; tries++) {
      one.answer(rejected('RequestThrottled'))
      one.untilSent()
    }
    one.answer(brings('job-1'))
    one.untilSent()
    one.answer(rejected('RequestThrottled'))

    expect(one.meter.of('execution.stuck')).toBe(0)
  })

  test('measures the acquire time from the planned start', () => {
    const durations: number[] = []
    const one = fleetOf()
    one.meter.acquired = (us) => void durations.push(us)
    one.online().at(3 * SECOND_US)
    one.fleet.start(0, 2 * SECOND_US, 3 * SECOND_US)
    one.answer(rejected('RequestThrottled'))
    one.untilSent()
    one.at(5 * SECOND_US).answer(brings('job-1'))

    expect(durations).toEqual([3 * SECOND_US])
  })
})

describe('an execution that the thing has begun before', () => {
  test('is resumed where it stood, and not begun again', () => {
    const one = fleetOf().ending().answer(rejected('InvalidRequest'))
    one.start().answer(brings('job-1'))
    expect(one.lastUpdate.status).toBe('SUCCEEDED')
    one.answer(ACCEPTED)

    expect(one.told).toEqual(['began job-1 1', 'settled job-1 1 SUCCEEDED'])
    expect(one.meter.counts).toMatchObject({
      'execution.started': 1,
      'execution.resumed': 1,
      'execution.stuck': 1,
      'execution.succeeded': 1,
    })
  })

  test.each([
    ['job-1', 2],
    ['job-2', 1],
  ])('is not taken for %s, execution %i', (jobId, executionNumber) => {
    const one = fleetOf().ending().answer(rejected('InvalidRequest'))
    one.start().answer(brings(jobId, executionNumber))

    expect(one.meter.counts).toMatchObject({ 'execution.started': 2 })
    expect(one.meter.of('execution.resumed')).toBe(0)
  })
})

describe('the next execution', () => {
  test('begins with nothing of the one before: its own work, updates and answers', () => {
    const one = fleetOf().ending().answer(ACCEPTED)
    one.start().answer(brings('job-2'))
    one.untilSent()
    expect(one.lastUpdate).toMatchObject({ jobId: 'job-2', status: 'IN_PROGRESS' })
    one.answer(ACCEPTED)
    one.untilSent()
    expect(one.lastUpdate).toMatchObject({ jobId: 'job-2', status: 'SUCCEEDED' })
  })

  test('is begun anew even if the service calls it as the one that has ended', () => {
    const one = fleetOf().ending().answer(ACCEPTED)
    one.start().answer(brings('job-1'))

    expect(one.meter.of('execution.started')).toBe(2)
    expect(one.told.at(-1)).toBe('began job-1 1')
  })

  test('is in no doubt because of an attempt for the one before', () => {
    const one = fleetOf().ending()
    one.at(one.nowUs + TIMEOUT_US)
    one.untilSent()
    one.answer(ACCEPTED)
    one.start().answer(brings('job-2'))
    one.untilSent()
    one.answer(ACCEPTED)
    one.untilSent()
    one.answer(rejected('InvalidRequest'))

    expect(one.told).toEqual(['began job-1 1', 'settled job-1 1 SUCCEEDED', 'began job-2 1'])
  })
})

describe('a request timeout', () => {
  test('ends the attempt, tells the link, and leaves a late answer outside the count', () => {
    const one = fleetOf().online().start()
    one.at(TIMEOUT_US - 1)
    expect(one.cancelled).toEqual([])
    one.at(TIMEOUT_US)
    expect(one.cancelled).toEqual([[0, 1]])
    one.fleet.answered(0, 1, brings('job-1'), one.nowUs)
    one.fleet.answered(0, 1, brings('job-1'), one.nowUs)

    expect(one.meter.counts).toMatchObject({
      'start-next.issued': 1,
      'start-next.timedOut': 1,
      'stray.late': 1,
      'stray.duplicate': 1,
    })
    expect(one.told).toEqual([])
  })

  test('of a request that was never written is no attempt, but a drop', () => {
    const one = fleetOf()
    one.online()
    one.writes = false
    one.start().at(TIMEOUT_US)
    expect(one.meter.of('drop.not-sent')).toBe(1)
    expect(one.cancelled).toEqual([[0, 1]])
    expect(one.meter.of('start-next.issued')).toBe(0)
    one.writes = true
    one.untilSent()

    expect(one.last.token).toBe(2)
    expect(one.meter.of('start-next.issued')).toBe(1)
  })

  test('comes for each of many things at its own time', () => {
    const one = fleetOf({ things: 3 })
    for (const slot of [0, 1, 2]) one.online(slot)
    one
      .start(1)
      .at(SECOND_US)
      .start(0)
      .at(2 * SECOND_US)
      .start(2)
    one.fleet.answered(0, 1, EMPTY, one.nowUs)
    one.at(TIMEOUT_US)
    expect(one.cancelled).toEqual([[1, 1]])
    one.at(TIMEOUT_US + 2 * SECOND_US)

    expect(one.cancelled).toEqual([
      [1, 1],
      [2, 1],
    ])
  })
})

describe('an answer that nobody waits for', () => {
  test('is unmatched without a token of ours', () => {
    const one = fleetOf().online().start()
    for (const token of [undefined, 0, 2, 99, 1.5]) one.fleet.answered(0, token, EMPTY, 1)

    expect(one.meter.of('stray.unmatched')).toBe(5)
    expect(one.fleet.openRequests).toBe(1)
  })

  test('is a duplicate when its request was answered', () => {
    const one = fleetOf().online().start().answer(EMPTY)
    one.fleet.answered(0, 1, EMPTY, 1)

    expect(one.meter.counts).toMatchObject({ 'stray.duplicate': 1, 'start-next.issued': 1 })
  })

  test('is unmatched when its request is more than 32 requests back', () => {
    const one = fleetOf().online()
    for (let round = 0; round < 33; round++) one.start().answer(EMPTY)
    one.fleet.answered(0, 1, EMPTY, 1)
    one.fleet.answered(0, 2, EMPTY, 1)

    expect(one.meter.counts).toMatchObject({ 'stray.unmatched': 1, 'stray.duplicate': 1 })
  })

  test('that comes before its request is known to be written proves that it was', () => {
    const one = fleetOf()
    one.online()
    one.writes = false
    one.start().answer(EMPTY)

    expect(one.meter.counts).toMatchObject({ 'start-next.issued': 1, 'start-next.empty': 1 })
  })
})
