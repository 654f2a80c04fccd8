import { expect, test } from 'vitest'
import { isRefusal } from '../../src/service/job-control.ts'
import { codeOf, executionIn, rowOfJobs, ServiceProbe } from './service-probe.ts'

const BOTH = [
  { kind: 'thing', thing: 0 },
  { kind: 'thing', thing: 1 },
] as const
/** A rate at which the first two things are reached within 60 ms. */
function probeWithBoth(): ServiceProbe {
  const probe = new ServiceProbe()
  probe.job('job', { targets: BOTH })
  return probe.at(1).advance()
}
const NO_FORCE = { force: false }
const FORCE = { force: true }

test('C4 a job id that exists is refused', () => {
  const probe = new ServiceProbe()
  probe.job('job')
  expect(probe.job('job')).toMatchObject({ code: 'ResourceAlreadyExistsException' })
})

test('an id that only looks like one of an endless row is free', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(Number.POSITIVE_INFINITY)] })
  expect(probe.create('fw-3')).toBe('ResourceAlreadyExistsException')
  for (const jobId of ['fw', 'fw-x', 'fw-0', 'other-3']) expect(probe.create(jobId)).toBe('created')
})

test('C5 a snapshot job is COMPLETED when its last execution ends', () => {
  const probe = probeWithBoth()
  probe.update('job', 'SUCCEEDED', {}, 0)
  expect(probe.view('job')).toMatchObject({ status: 'IN_PROGRESS', completedAt: undefined })
  probe.at(9).update('job', 'REJECTED', {}, 1)
  expect(probe.view('job')).toMatchObject({
    status: 'COMPLETED',
    createdAt: ServiceProbe.epoch(0),
    completedAt: ServiceProbe.epoch(9),
    lastUpdatedAt: ServiceProbe.epoch(9),
  })
})

test('C5 a job with an execution in progress is not COMPLETED by the end of another', () => {
  const probe = probeWithBoth()
  probe.startNext({}, 0)
  probe.update('job', 'SUCCEEDED', {}, 1)
  expect(probe.view('job').status).toBe('IN_PROGRESS')
})

test('C5 a snapshot job without things is COMPLETED at once', () => {
  const probe = new ServiceProbe()
  probe.job('job', { targets: [{ kind: 'group', group: 'empty' }] })
  expect(probe.view('job')).toMatchObject({ status: 'COMPLETED', isConcurrent: false })
})

test('C8 CancelJob cancels what is queued; with force also what is in progress', () => {
  const probe = probeWithBoth()
  probe.startNext({}, 0)
  probe.told()
  const reason = { reasonCode: 'BROKEN', comment: 'not this one' }
  probe.control.cancelJob('job', { ...NO_FORCE, ...reason }, probe.nowUs)
  expect(probe.counts('job')).toEqual({ IN_PROGRESS: 1, CANCELED: 1 })
  expect(probe.view('job')).toMatchObject({
    status: 'CANCELED',
    ...reason,
    forceCanceled: undefined,
  })
  expect(probe.notifications.map(({ thing }) => thing)).toEqual([1, 1])
  probe.told()
  probe.control.cancelJob('job', FORCE, probe.nowUs)
  expect(probe.counts('job')).toEqual({ CANCELED: 2 })
  expect(probe.view('job')).toMatchObject({ forceCanceled: true, ...reason })
  expect(probe.told()).toEqual(['notify: none', 'notify-next: none'])
  expect(probe.executionsOf('job').map((one) => one.forceCanceled)).toEqual([true, undefined])
})

test('an execution that runs on in a canceled job may succeed, and the job stays CANCELED', () => {
  const probe = probeWithBoth()
  probe.startNext({}, 0)
  probe.control.cancelJob('job', NO_FORCE, probe.nowUs)
  expect(codeOf(probe.update('job', 'SUCCEEDED', {}, 0))).toBe('accepted')
  expect(probe.counts('job')).toEqual({ SUCCEEDED: 1, CANCELED: 1 })
  expect(probe.view('job').status).toBe('CANCELED')
})

test('C9 after a forced cancel the update of the device learns that it is CANCELED', () => {
  const probe = probeWithBoth()
  probe.startNext()
  probe.control.cancelJob('job', FORCE, probe.nowUs)
  expect(probe.update('job', 'SUCCEEDED')).toMatchObject({
    code: 'InvalidStateTransition',
    executionState: { status: 'CANCELED', versionNumber: 3 },
  })
})

test('a COMPLETED job cannot be canceled', () => {
  const probe = new ServiceProbe()
  probe.job('job')
  probe.update('job', 'SUCCEEDED')
  expect(probe.control.cancelJob('job', FORCE, probe.nowUs)).toMatchObject({
    code: 'InvalidRequestException',
  })
})

test('C10 CancelJobExecution: force for what is in progress, and the version it expects', () => {
  const probe = probeWithBoth()
  const cancel = (more: object) =>
    probe.control.cancelExecution(0, 'job', { force: false, ...more }, probe.nowUs)
  probe.startNext()
  expect(cancel({})).toMatchObject({ code: 'InvalidStateTransitionException' })
  expect(cancel({ force: true, expectedVersion: 1 })).toEqual({
    code: 'VersionConflictException',
    message: 'Expected version 1 but found version 2',
  })
  probe.told()
  const statusDetails = { why: 'operator' }
  expect(cancel({ force: true, expectedVersion: 2, statusDetails })).toBeUndefined()
  expect(probe.told()).toEqual(['notify: none', 'notify-next: none'])
  expect(probe.control.describeExecution(0, 'job', undefined, probe.nowUs)).toMatchObject({
    ...{ status: 'CANCELED', versionNumber: 3, forceCanceled: true, statusDetails },
  })
  expect(cancel({ force: true })).toMatchObject({ code: 'InvalidStateTransitionException' })
})

test('N9 N10 canceling a queued execution that is not first is a notify alone, the first one both', () => {
  const probe = new ServiceProbe()
  for (const job of ['a', 'b']) probe.job(job)
  probe.told()
  probe.control.cancelExecution(0, 'b', NO_FORCE, probe.nowUs)
  expect(probe.told()).toEqual(['notify: QUEUED a v1'])
  probe.control.cancelExecution(0, 'a', NO_FORCE, probe.nowUs)
  expect(probe.told()).toEqual(['notify: none', 'notify-next: none'])
})

test('C11 DeleteJob without force wants the job COMPLETED or CANCELED', () => {
  const probe = probeWithBoth()
  const refusal = { code: 'InvalidStateTransitionException' }
  expect(probe.control.deleteJob('job', false, probe.nowUs)).toMatchObject(refusal)
  probe.control.cancelJob('job', NO_FORCE, probe.nowUs)
  expect(probe.control.deleteJob('job', false, probe.nowUs)).toBeUndefined()
})

test('C12 N12 a job deleted by force is gone for the control plane and for devices', () => {
  const probe = probeWithBoth()
  probe.startNext()
  probe.told()
  expect(probe.control.deleteJob('job', true, probe.nowUs)).toBeUndefined()
  expect(probe.notifications.filter(({ thing }) => thing === 0)).toHaveLength(2)
  const missing = { code: 'ResourceNotFoundException' }
  expect(probe.control.describeJob('job', probe.nowUs)).toMatchObject(missing)
  expect(probe.control.jobDocument('job')).toMatchObject(missing)
  expect(probe.control.executionsForJob('job', {}, probe.nowUs)).toMatchObject(missing)
  expect(codeOf(probe.update('job', 'SUCCEEDED'))).toBe('ResourceNotFound')
  expect(codeOf(probe.describe('job'))).toBe('ResourceNotFound')
  expect(probe.service.openExecutions()).toBe(0)
})

test('the id of a deleted job may be used again, and its executions count from 1', () => {
  const probe = probeWithBoth()
  probe.control.deleteJob('job', true, probe.nowUs)
  probe.job('job')
  expect(probe.history('job')).toEqual(['1 QUEUED v1'])
  expect(probe.history('job', 1)).toEqual([])
})

test('a large job is DELETION_IN_PROGRESS for a while, and its counters tell what is left', () => {
  const probe = new ServiceProbe({ things: 2_500 })
  for (let thing = 0; thing < 2_500; thing++) probe.join('all', thing)
  probe.job('job', { targets: [{ kind: 'group', group: 'all' }] })
  probe.at(180).advance()
  probe.control.deleteJob('job', true, probe.nowUs)
  expect(probe.view('job').status).toBe('DELETION_IN_PROGRESS')
  expect(probe.counts('job')).toEqual({ QUEUED: 1_500 })
  expect(probe.control.deleteJob('job', true, probe.nowUs)).toMatchObject({
    code: 'InvalidStateTransitionException',
  })
  expect(probe.job('job')).toMatchObject({ code: 'ResourceAlreadyExistsException' })
  probe.at(181).advance()
  expect(isRefusal(probe.control.describeJob('job', probe.nowUs))).toBe(true)
})

test('no more than 10 jobs are deleted at a time', () => {
  const probe = new ServiceProbe({ things: 1_001 })
  for (let thing = 0; thing < 1_001; thing++) probe.join('all', thing)
  for (let job = 0; job < 11; job++)
    probe.job(`job-${job}`, { targets: [{ kind: 'group', group: 'all' }] })
  probe.at(120).advance()
  for (let job = 0; job < 10; job++)
    expect(probe.control.deleteJob(`job-${job}`, true, probe.nowUs)).toBeUndefined()
  expect(probe.control.deleteJob('job-10', true, probe.nowUs)).toMatchObject({
    code: 'LimitExceededException',
  })
  probe.at(121).advance()
  expect(probe.control.deleteJob('job-10', true, probe.nowUs)).toBeUndefined()
})

test('DeleteJobExecution: queued and ended ones go, one in progress wants force', () => {
  const probe = probeWithBoth()
  const remove = (thing: number, number: number, force = false) =>
    probe.control.deleteExecution(thing, 'job', number, force, probe.nowUs)
  probe.startNext()
  expect(remove(0, 1)).toMatchObject({ code: 'InvalidStateTransitionException' })
  expect(remove(0, 2, true)).toMatchObject({ code: 'ResourceNotFoundException' })
  probe.told()
  expect(remove(0, 1, true)).toBeUndefined()
  expect(probe.told()).toEqual(['notify: none', 'notify-next: none'])
  expect(codeOf(probe.update('job', 'SUCCEEDED'))).toBe('ResourceNotFound')
  expect(remove(1, 1)).toBeUndefined()
  expect(probe.counts('job')).toEqual({})
  expect(probe.view('job').status).toBe('COMPLETED')
})

test('deleting the latest of several executions brings the one before it back into sight', () => {
  const probe = new ServiceProbe()
  const criteriaList = [{ failureType: 'FAILED', numberOfRetries: 2 }] as const
  probe.job('job', { jobExecutionsRetryConfig: { criteriaList } })
  probe.update('job', 'FAILED')
  probe.update('job', 'FAILED')
  probe.control.deleteExecution(0, 'job', 2, false, probe.nowUs)
  expect(probe.history('job')).toEqual(['1 FAILED v2', '3 QUEUED v1'])
  probe.control.deleteExecution(0, 'job', 3, false, probe.nowUs)
  expect(probe.history('job')).toEqual(['1 FAILED v2'])
  expect(codeOf(probe.describe('job'))).toBe('TerminalStateReached')
})

test('C15 an abort cancels what is queued, and says why', () => {
  const probe = new ServiceProbe({ things: 5 })
  probe.join('all', 0, 1, 2, 3, 4)
  const criterion = { failureType: 'FAILED', action: 'CANCEL' } as const
  probe.job('job', {
    targets: [{ kind: 'group', group: 'all' }],
    abortConfig: {
      criteriaList: [{ ...criterion, thresholdPercentage: 40, minNumberOfExecutedThings: 3 }],
    },
  })
  probe.at(1).advance()
  probe.startNext({}, 4)
  probe.update('job', 'FAILED', {}, 0)
  probe.update('job', 'REJECTED', {}, 1)
  expect(probe.view('job').status).toBe('IN_PROGRESS')
  probe.told()
  probe.update('job', 'FAILED', {}, 2)
  expect(probe.counts('job')).toEqual({ FAILED: 2, REJECTED: 1, CANCELED: 1, IN_PROGRESS: 1 })
  expect(probe.view('job')).toMatchObject({
    status: 'CANCELED',
    reasonCode: 'ABORT_THRESHOLD_REACHED',
    comment: expect.stringContaining('abort'),
  })
  expect(probe.notifications.map(({ thing }) => thing).sort()).toEqual([2, 2, 3, 3])
})

test('C15 an abort waits until enough things were notified, and then looks at once', () => {
  const probe = new ServiceProbe({ things: 5 })
  probe.join('all', 0, 1, 2, 3, 4)
  const criterion = { failureType: 'ALL', action: 'CANCEL' } as const
  probe.job('job', {
    targets: [{ kind: 'group', group: 'all' }],
    jobExecutionsRolloutConfig: { maximumPerMinute: 1 },
    abortConfig: {
      criteriaList: [{ ...criterion, thresholdPercentage: 30, minNumberOfExecutedThings: 3 }],
    },
  })
  probe.update('job', 'REJECTED')
  expect(probe.view('job').status).toBe('IN_PROGRESS')
  probe.at(119).advance()
  expect(probe.counts('job')).toEqual({ REJECTED: 1, QUEUED: 1 })
  probe.at(120).advance()
  expect(probe.view('job').status).toBe('CANCELED')
  expect(probe.counts('job')).toEqual({ REJECTED: 1, CANCELED: 2 })
  expect(probe.service.openExecutions()).toBe(0)
})

test.each(['FAILED', 'REJECTED', 'TIMED_OUT'])(
  'C15 for an abort by ALL %s is a failure',
  (status) => {
    const probe = new ServiceProbe()
    const criterion = { failureType: 'ALL', action: 'CANCEL' } as const
    const limits = { thresholdPercentage: 100, minNumberOfExecutedThings: 1 }
    probe.job('job', {
      timeoutConfig: { inProgressTimeoutInMinutes: 1 },
      abortConfig: { criteriaList: [{ ...criterion, ...limits }] },
    })
    probe.startNext()
    if (status !== 'TIMED_OUT') probe.update('job', status)
    probe.at(60).advance()
    expect(probe.view('job').status).toBe('CANCELED')
    expect(probe.counts('job')).toEqual({ [status]: 1 })
  },
)

test('C15 an abort comes before a retry', () => {
  const probe = new ServiceProbe()
  const failureType = 'FAILED'
  const limits = { thresholdPercentage: 50, minNumberOfExecutedThings: 1 }
  probe.job('job', {
    abortConfig: { criteriaList: [{ failureType, action: 'CANCEL', ...limits }] },
    jobExecutionsRetryConfig: { criteriaList: [{ failureType, numberOfRetries: 3 }] },
  })
  probe.update('job', 'FAILED')
  expect(probe.history('job')).toEqual(['1 FAILED v2'])
  expect(probe.view('job').status).toBe('CANCELED')
})

test('C24 a thing reached through several targets gets one execution', () => {
  const probe = new ServiceProbe().join('one', 0, 1).join('other', 1, 2)
  const targets = [...['one', 'other'].map((group) => ({ kind: 'group', group }) as const), BOTH[0]]
  probe.job('job', { targets })
  probe.at(1).advance()
  expect(probe.executionsOf('job').map(({ thing }) => thing)).toEqual([0, 1, 2])
})

test('a change of the timeout is for executions that start later', () => {
  const probe = probeWithBoth()
  const change = (minutes: number) =>
    probe.control.updateJob(
      'job',
      { timeoutConfig: { inProgressTimeoutInMinutes: minutes }, description: 'slower' },
      probe.nowUs,
    )
  change(1)
  probe.startNext({}, 0)
  change(5)
  probe.startNext({}, 1)
  expect(executionIn(probe.startNext({}, 0)).approximateSecondsBeforeTimedOut).toBe(60)
  expect(executionIn(probe.startNext({}, 1)).approximateSecondsBeforeTimedOut).toBe(300)
  expect(probe.view('job')).toMatchObject({
    description: 'slower',
    timeoutConfig: { inProgressTimeoutInMinutes: 5 },
  })
})

test('lists go on behind a place, also when what stood there was deleted', () => {
  const probe = new ServiceProbe({ things: 6 }).join('all', 0, 1, 2, 3, 4, 5)
  probe.job('job', { targets: [{ kind: 'group', group: 'all' }] })
  probe.at(1).advance()
  const page = (after: number) => {
    const found = probe.control.executionsForJob('job', { after }, probe.nowUs)
    if (isRefusal(found)) throw new Error(found.message)
    return [...found].slice(0, 2).map(({ place, value }) => [place, value.thing] as const)
  }
  const first = page(0)
  expect(first.map(([, thing]) => thing)).toEqual([0, 1])
  probe.control.deleteExecution(1, 'job', 1, false, probe.nowUs)
  expect(page(first[1]?.[0] ?? 0).map(([, thing]) => thing)).toEqual([2, 3])
})

test('ListJobs goes by creation and lets through what the filter names', () => {
  const probe = new ServiceProbe().join('g', 0)
  probe.job('a')
  probe.job('b', { targets: [{ kind: 'group', group: 'g' }], targetSelection: 'CONTINUOUS' })
  probe.job('c')
  probe.update('a', 'SUCCEEDED')
  const ids = (filter: Parameters<typeof probe.control.listJobs>[0]) =>
    [...probe.control.listJobs(filter, probe.nowUs)].map(({ value }) => value.jobId)
  expect(ids({})).toEqual(['a', 'b', 'c'])
  expect(ids({ status: 'IN_PROGRESS' })).toEqual(['b', 'c'])
  expect(ids({ targetSelection: 'CONTINUOUS' })).toEqual(['b'])
  expect(ids({ group: 'g' })).toEqual(['b'])
  const [first] = probe.control.listJobs({}, probe.nowUs)
  probe.control.deleteJob('a', false, probe.nowUs)
  expect(ids({ after: first?.place })).toEqual(['b', 'c'])
})

test('C3 the control plane describes an execution that has ended, and each number', () => {
  const probe = new ServiceProbe()
  const criteriaList = [{ failureType: 'FAILED', numberOfRetries: 1 }] as const
  probe.job('job', { jobExecutionsRetryConfig: { criteriaList } })
  probe.update('job', 'FAILED')
  const describe = (number?: number) => probe.control.describeExecution(0, 'job', number, 0)
  expect(describe()).toMatchObject({ executionNumber: 2, status: 'QUEUED', retryAttempt: 1 })
  expect(describe(1)).toMatchObject({ executionNumber: 1, status: 'FAILED', retryAttempt: 0 })
  expect(describe(3)).toMatchObject({ code: 'ResourceNotFoundException' })
})
