import { expect, test } from 'vitest'
import type { RetryConfig, RetryCriterion } from '../../src/protocol/job-config.ts'
import { codeOf, executionIn, ServiceProbe } from './service-probe.ts'

const retries = (...criteriaList: RetryCriterion[]): { jobExecutionsRetryConfig: RetryConfig } => ({
  jobExecutionsRetryConfig: { criteriaList },
})
const FAILED_TWICE = retries({ failureType: 'FAILED', numberOfRetries: 2 })
const TIMEOUT = { timeoutConfig: { inProgressTimeoutInMinutes: 1 } }

test('R1 a failed execution with retries left gets a new one: number + 1, QUEUED, version 1', () => {
  const probe = new ServiceProbe()
  probe.job('job', FAILED_TWICE)
  probe.startNext()
  probe.at(5).update('job', 'FAILED', { statusDetails: { why: 'disk' } })
  expect(executionIn(probe.describe('job'))).toEqual({
    jobId: 'job',
    status: 'QUEUED',
    queuedAt: ServiceProbe.epoch(5),
    lastUpdatedAt: ServiceProbe.epoch(5),
    versionNumber: 1,
    executionNumber: 2,
    jobDocument: '{"do":"it"}',
  })
  expect(probe.history('job')).toEqual(['1 FAILED v3', '2 QUEUED v1'])
  expect(probe.executionsOf('job').map((one) => one.retryAttempt)).toEqual([0, 1])
})

test('R1 N16 failure and retry are one notify, and one notify-next with the new number', () => {
  const probe = new ServiceProbe()
  probe.job('job', FAILED_TWICE)
  probe.told()
  probe.update('job', 'FAILED')
  expect(probe.notifications.map(({ notification }) => notification.kind)).toEqual([
    'notify',
    'notify-next',
  ])
  const { notification } = probe.notifications[1] ?? {}
  expect(notification).toMatchObject({ execution: { jobId: 'job', executionNumber: 2 } })
})

test('N16 a retry goes to the back of the queue, so another job is next', () => {
  const probe = new ServiceProbe()
  probe.job('job', FAILED_TWICE)
  probe.job('other')
  probe.told()
  probe.update('job', 'FAILED')
  expect(probe.told()).toEqual(['notify: QUEUED other v1,job v1', 'notify-next: other QUEUED v1'])
})

test('N16 the failure of an execution that is not first is a notify alone', () => {
  const probe = new ServiceProbe()
  probe.job('other')
  probe.job('job', FAILED_TWICE)
  probe.told()
  probe.update('job', 'FAILED')
  expect(probe.told()).toEqual(['notify: QUEUED other v1,job v1'])
})

test('R1 after the last retry the failure stays, and the job is COMPLETED', () => {
  const probe = new ServiceProbe()
  probe.job('job', FAILED_TWICE)
  for (let tries = 0; tries < 3; tries++) {
    expect(probe.view('job').status).toBe('IN_PROGRESS')
    probe.update('job', 'FAILED')
  }
  expect(probe.pending()).toEqual([])
  expect(probe.history('job')).toEqual(['1 FAILED v2', '2 FAILED v2', '3 FAILED v2'])
  expect(probe.view('job').status).toBe('COMPLETED')
})

test('R2 a rejected execution is not tried again', () => {
  const probe = new ServiceProbe()
  probe.job('job', retries({ failureType: 'ALL', numberOfRetries: 5 }))
  probe.update('job', 'REJECTED')
  expect(probe.history('job')).toEqual(['1 REJECTED v2'])
})

test.each(['TIMED_OUT', 'ALL'] as const)('R3 a timeout is tried again by %s', (failureType) => {
  const probe = new ServiceProbe()
  probe.job('job', { ...TIMEOUT, ...retries({ failureType, numberOfRetries: 1 }) })
  probe.startNext()
  probe.at(60).advance()
  expect(probe.history('job')).toEqual(['1 TIMED_OUT v3', '2 QUEUED v1'])
  probe.startNext()
  probe.at(120).advance()
  expect(probe.history('job')).toEqual(['1 TIMED_OUT v3', '2 TIMED_OUT v3'])
})

test('R3 retries for FAILED are not for timeouts', () => {
  const probe = new ServiceProbe()
  probe.job('job', { ...TIMEOUT, ...FAILED_TWICE })
  probe.startNext()
  probe.at(60).advance()
  expect(probe.history('job')).toEqual(['1 TIMED_OUT v3'])
})

test('a kind of failure uses its own retries first, then those for ALL', () => {
  const probe = new ServiceProbe()
  const config = retries(
    { failureType: 'FAILED', numberOfRetries: 1 },
    { failureType: 'ALL', numberOfRetries: 2 },
  )
  probe.job('job', { ...TIMEOUT, ...config })
  probe.startNext()
  probe.at(60).advance() // one of ALL
  probe.update('job', 'FAILED') // its own
  probe.update('job', 'FAILED') // the other of ALL
  expect(probe.pending()).toEqual(['job'])
  probe.update('job', 'FAILED')
  expect(probe.pending()).toEqual([])
})

test.each([
  { why: 'R4 11 in all', ...retries({ failureType: 'ALL', numberOfRetries: 11 }) },
  {
    why: 'R4 6 and 5',
    ...TIMEOUT,
    ...retries(
      { failureType: 'FAILED', numberOfRetries: 6 },
      { failureType: 'TIMED_OUT', numberOfRetries: 5 },
    ),
  },
  { why: 'no criteria', ...retries() },
  {
    why: 'three criteria',
    ...TIMEOUT,
    ...retries(
      { failureType: 'FAILED', numberOfRetries: 1 },
      { failureType: 'TIMED_OUT', numberOfRetries: 1 },
      { failureType: 'ALL', numberOfRetries: 1 },
    ),
  },
  {
    why: 'TIMED_OUT without a timeout',
    ...retries({ failureType: 'TIMED_OUT', numberOfRetries: 1 }),
  },
  { why: 'fewer than none', ...retries({ failureType: 'FAILED', numberOfRetries: -1 }) },
])('$why retries are refused at creation', ({ why: _, ...config }) => {
  const probe = new ServiceProbe()
  expect(probe.job('job', config)).toMatchObject({ code: 'InvalidRequestException' })
  expect(probe.pending()).toEqual([])
})

test('R5 an update without executionNumber reaches the latest, with one the execution it names', () => {
  const probe = new ServiceProbe()
  probe.job('job', FAILED_TWICE)
  probe.update('job', 'FAILED')
  expect(codeOf(probe.update('job', 'IN_PROGRESS', { executionNumber: 1 }))).toBe(
    'InvalidStateTransition',
  )
  expect(codeOf(probe.update('job', 'IN_PROGRESS', { executionNumber: 3 }))).toBe(
    'ResourceNotFound',
  )
  probe.update('job', 'IN_PROGRESS')
  expect(probe.history('job')).toEqual(['1 FAILED v2', '2 IN_PROGRESS v2'])
})

test('a canceled job does not try again', () => {
  const probe = new ServiceProbe()
  probe.job('job', FAILED_TWICE)
  probe.startNext()
  probe.control.cancelJob('job', { force: false }, probe.nowUs)
  probe.update('job', 'FAILED')
  expect(probe.history('job')).toEqual(['1 FAILED v3'])
})

test('a retry that waits counts as open, keeps the job going, and comes after its delay', () => {
  const probe = new ServiceProbe({ switches: { retryDelaySeconds: 30 } })
  probe.job('job', FAILED_TWICE)
  probe.update('job', 'FAILED')
  expect(probe.pending()).toEqual([])
  expect(probe.service.openExecutions()).toBe(1)
  expect(probe.view('job').status).toBe('IN_PROGRESS')
  probe.told()
  probe.at(29.999).advance()
  expect(probe.pending()).toEqual([])
  probe.at(30).advance()
  expect(probe.told()).toEqual(['notify: QUEUED job v1', 'notify-next: job QUEUED v1'])
})

test('a job with a retry that waits is not COMPLETED by the end of another execution', () => {
  const probe = new ServiceProbe({ switches: { retryDelaySeconds: 30 } }).join('g', 0, 1)
  probe.job('job', { ...FAILED_TWICE, targets: [{ kind: 'group', group: 'g' }] })
  probe.update('job', 'FAILED', {}, 0)
  probe.update('job', 'SUCCEEDED', {}, 1)
  expect(probe.view('job').status).toBe('IN_PROGRESS')
})

test('a retry that waits is dropped with its job', () => {
  const probe = new ServiceProbe({ switches: { retryDelaySeconds: 30 } })
  probe.job('job', FAILED_TWICE)
  probe.update('job', 'FAILED')
  probe.control.cancelJob('job', { force: false }, probe.nowUs)
  expect(probe.service.openExecutions()).toBe(0)
  probe.at(60).advance()
  expect(probe.pending()).toEqual([])
})

test('a retry may stand at the front, by a switch', () => {
  const probe = new ServiceProbe({ switches: { retryPlace: 'front' } })
  probe.job('job', FAILED_TWICE)
  probe.job('other')
  probe.update('job', 'FAILED')
  expect(probe.pending()).toEqual(['job', 'other'])
  probe.update('other', 'IN_PROGRESS')
  probe.update('job', 'IN_PROGRESS')
  expect(probe.pending()).toEqual(['job', 'other'])
})

test('an execution that is no retry goes to the back, whatever the switch says', () => {
  const probe = new ServiceProbe({ switches: { retryPlace: 'front' } })
  probe.job('job')
  probe.job('other')
  expect(probe.pending()).toEqual(['job', 'other'])
})
