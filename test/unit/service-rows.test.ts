import { expect, test } from 'vitest'
import { markOf } from '../../src/ledger/mark.ts'
import { JobsService } from '../../src/service/jobs-service.ts'
import { codeOf, executionIn, rowOfJobs, SETTINGS, ServiceProbe } from './service-probe.ts'

const ENDLESS = Number.POSITIVE_INFINITY

test('perThing 3 queues three jobs, in order, and tells each thing once', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(3), rowOfJobs(1, { id: 'cfg' })] })
  expect(probe.pending(2)).toEqual(['fw-1', 'fw-2', 'fw-3', 'cfg-1'])
  expect(probe.told()).toHaveLength(2 * 3)
})

test('the executions of a row end one by one, and each is found by its own id', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(2)] })
  expect(executionIn(probe.startNext()).jobId).toBe('fw-1')
  expect(codeOf(probe.update('fw-2', 'REJECTED'))).toBe('accepted')
  expect(codeOf(probe.update('fw-1', 'SUCCEEDED'))).toBe('accepted')
  expect(codeOf(probe.describe('fw-1'))).toBe('TerminalStateReached')
  expect(probe.startNext()).toEqual({ kind: 'accepted' })
})

test.each(['fw', 'fw-0', 'fw-3', 'fw-01', 'fw-', 'fw-1-1', 'fw-x', '-1', 'fw-99999999999999999'])(
  'a row of two has no job %s',
  (jobId) => {
    const probe = new ServiceProbe({ jobs: [rowOfJobs(2)] })
    expect(codeOf(probe.describe(jobId))).toBe('ResourceNotFound')
  },
)

test('a job that is created may not take an id of a row', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(2)] })
  expect([probe.create('fw-2'), probe.create('fw-3')]).toEqual([
    'ResourceAlreadyExistsException',
    'created',
  ])
})

test('endless: the next is queued in the change that ends the one before, told once each way', () => {
  const probe = new ServiceProbe({ things: 1, jobs: [rowOfJobs(ENDLESS)] })
  probe.told()
  for (let ordinal = 1; ordinal <= 5; ordinal++) {
    expect(executionIn(probe.startNext()).jobId).toBe(`fw-${ordinal}`)
    expect(probe.told()).toEqual([])
    probe.update(`fw-${ordinal}`, 'SUCCEEDED')
    expect(probe.told()).toEqual([
      `notify: QUEUED fw-${ordinal + 1} v1`,
      `notify-next: fw-${ordinal + 1} QUEUED v1`,
    ])
  }
})

test('endless: of what has ended only the last is kept', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(ENDLESS)] })
  for (const job of ['fw-1', 'fw-2', 'fw-3']) probe.update(job, 'SUCCEEDED')
  const codes = ['fw-1', 'fw-2', 'fw-3', 'fw-4', 'fw-5'].map((job) => codeOf(probe.describe(job)))
  expect(codes).toEqual([
    'ResourceNotFound',
    'ResourceNotFound',
    'TerminalStateReached',
    'accepted',
    'ResourceNotFound',
  ])
  expect(codeOf(probe.update('fw-3', 'SUCCEEDED'))).toBe('InvalidStateTransition')
})

test('endless: an execution that times out is followed by the next, with nothing of the old one', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(ENDLESS, { inProgressTimeoutMinutes: 1 })] })
  for (let ordinal = 1; ordinal <= 4; ordinal++) {
    const seconds = ordinal * 100
    expect(probe.at(seconds).startNext({ statusDetails: { a: '1' } })).toMatchObject({
      execution: {
        jobId: `fw-${ordinal}`,
        versionNumber: 2,
        startedAt: ServiceProbe.epoch(seconds),
      },
    })
    expect(executionIn(probe.at(seconds + 60).describe('$next'))).toEqual({
      jobId: `fw-${ordinal + 1}`,
      status: 'QUEUED',
      queuedAt: ServiceProbe.epoch(seconds + 60),
      lastUpdatedAt: ServiceProbe.epoch(seconds + 60),
      versionNumber: 1,
      executionNumber: 1,
      jobDocument: '{"operation":"install"}',
    })
  }
})

test('endless: a step timer that was never used up does not run on in a later execution', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(ENDLESS)] })
  probe.startNext({ stepTimeoutInMinutes: 5 })
  for (const job of ['fw-1', 'fw-2']) probe.update(job, 'SUCCEEDED')
  const third = executionIn(probe.startNext())
  expect([third.jobId, third.approximateSecondsBeforeTimedOut]).toEqual(['fw-3', undefined])
  expect(executionIn(probe.at(3_600).describe('$next')).status).toBe('IN_PROGRESS')
})

test('the ledger holds endings by status and by thing, their marks, and what is open', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(2)] })
  probe.update('fw-1', 'SUCCEEDED')
  probe.update('fw-2', 'FAILED')
  probe.update('fw-2', 'REJECTED', {}, 1)
  probe.startNext({}, 1)
  const ledger = probe.service.ledger()
  const sum = markOf('fw-1', 1, 'SUCCEEDED') + markOf('fw-2', 1, 'FAILED')
  expect([...ledger.ended]).toEqual([2, 1, 0])
  expect([...ledger.marks]).toEqual([sum % 2 ** 32, markOf('fw-2', 1, 'REJECTED'), 0])
  expect(ledger.byStatus).toEqual({ SUCCEEDED: 1, FAILED: 1, REJECTED: 1 })
  expect(ledger.open).toEqual([
    [1, 'fw-1', 1, 'IN_PROGRESS'],
    [2, 'fw-1', 1, 'QUEUED'],
    [2, 'fw-2', 1, 'QUEUED'],
  ])
})

test('the beginning comes once', () => {
  const probe = new ServiceProbe({ jobs: [rowOfJobs(1)] })
  probe.service.begin(5)
  expect(probe.pending()).toEqual(['fw-1'])
})

test('100,000 things with a job each take less than 1 KiB of memory an execution', () => {
  const things = 100_000
  const before = process.memoryUsage()
  const settings = { ...SETTINGS, things, jobs: [rowOfJobs(1)] }
  const service = new JobsService(settings, () => 1, { notify() {}, notifyNext() {} })
  service.begin(0)
  const after = process.memoryUsage()
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  expect(bytes / things).toBeLessThan(1_024)
  expect(service.ledger().open).toHaveLength(things)
})

test('endless: a deleted thing gets no further execution', () => {
  const probe = new ServiceProbe({ things: 2, jobs: [rowOfJobs(ENDLESS)] })
  probe.service.removeThing(0, probe.nowUs)
  expect(probe.service.ledger().open.map(([thing]) => thing)).toEqual([1])
})
