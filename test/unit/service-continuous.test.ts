import { expect, test } from 'vitest'
import type { JobSpec } from '../../src/service/job-control.ts'
import { codeOf, ServiceProbe } from './service-probe.ts'

const GROUP = [{ kind: 'group', group: 'g' }] as const
const CONTINUOUS: Partial<JobSpec> = { targets: GROUP, targetSelection: 'CONTINUOUS' }

test('C6 a continuous job never completes, and a thing that joins gets it at once', () => {
  const probe = new ServiceProbe().join('g', 0)
  probe.job('job', CONTINUOUS)
  probe.update('job', 'SUCCEEDED')
  expect(probe.view('job').status).toBe('IN_PROGRESS')
  probe.told()
  probe.at(5).join('g', 1)
  expect(probe.told()).toEqual(['notify: QUEUED job v1', 'notify-next: job QUEUED v1'])
  expect(probe.counts('job')).toEqual({ SUCCEEDED: 1, QUEUED: 1 })
})

test('C6 who joins while the job is rolled out does not wait, and is not reached twice', () => {
  const probe = new ServiceProbe({ things: 4 }).join('g', 0, 1, 2)
  probe.job('job', { ...CONTINUOUS, jobExecutionsRolloutConfig: { maximumPerMinute: 1 } })
  probe.join('g', 3)
  expect(probe.pending(3)).toEqual(['job'])
  // Thing 2 leaves and comes back before its turn.
  probe.control.thingLeft('g', 2, probe.nowUs)
  expect(probe.pending(2)).toEqual([])
  probe.join('g', 2)
  expect(probe.pending(2)).toEqual(['job'])
  probe.at(600).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 4 })
  expect(probe.service.openExecutions()).toBe(4)
})

test('a thing that leaves before its turn is not reached', () => {
  const probe = new ServiceProbe().join('g', 0, 1)
  probe.job('job', { ...CONTINUOUS, jobExecutionsRolloutConfig: { maximumPerMinute: 1 } })
  probe.control.thingLeft('g', 1, probe.nowUs)
  probe.at(600).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
})

test.each(['QUEUED', 'IN_PROGRESS'])(
  'C7 what is %s of a thing that leaves is REMOVED',
  (status) => {
    const probe = new ServiceProbe().join('g', 0)
    probe.job('job', CONTINUOUS)
    if (status === 'IN_PROGRESS') probe.startNext()
    probe.told()
    probe.control.thingLeft('g', 0, probe.nowUs)
    expect(probe.counts('job')).toEqual({ REMOVED: 1 })
    expect(probe.told()).toEqual(['notify: none', 'notify-next: none'])
    expect(probe.update('job', 'SUCCEEDED')).toMatchObject({
      code: 'InvalidStateTransition',
      executionState: { status: 'REMOVED' },
    })
  },
)

test('C7 what has ended stays as it ended when the thing leaves', () => {
  const probe = new ServiceProbe().join('g', 0)
  probe.job('job', CONTINUOUS)
  probe.update('job', 'FAILED')
  probe.control.thingLeft('g', 0, probe.nowUs)
  expect(probe.counts('job')).toEqual({ FAILED: 1 })
})

test('a thing that is still a target through another group keeps its execution', () => {
  const probe = new ServiceProbe().join('g', 0).join('h', 0)
  const targets = [...GROUP, { kind: 'group', group: 'h' }] as const
  probe.job('job', { ...CONTINUOUS, targets })
  probe.control.thingLeft('g', 0, probe.nowUs)
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
  probe.control.thingLeft('h', 0, probe.nowUs)
  expect(probe.counts('job')).toEqual({ REMOVED: 1 })
})

test('a snapshot job does not care who joins and leaves', () => {
  const probe = new ServiceProbe().join('g', 0)
  probe.job('job', { targets: GROUP })
  probe.join('g', 1)
  probe.control.thingLeft('g', 0, probe.nowUs)
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
})

test('a thing that comes back gets the next number, and its retries count anew', () => {
  const probe = new ServiceProbe().join('g', 0)
  const criteriaList = [{ failureType: 'FAILED', numberOfRetries: 1 }] as const
  probe.job('job', { ...CONTINUOUS, jobExecutionsRetryConfig: { criteriaList } })
  probe.update('job', 'FAILED')
  probe.control.thingLeft('g', 0, probe.nowUs)
  probe.join('g', 0)
  expect(probe.history('job')).toEqual(['1 FAILED v2', '2 REMOVED v2', '3 QUEUED v1'])
  probe.update('job', 'FAILED')
  expect(probe.history('job').at(-1)).toBe('4 QUEUED v1')
  probe.update('job', 'FAILED')
  expect(probe.pending()).toEqual([])
})

test('leaving ends a retry that waits', () => {
  const probe = new ServiceProbe({ switches: { retryDelaySeconds: 10 } }).join('g', 0)
  const criteriaList = [{ failureType: 'FAILED', numberOfRetries: 1 }] as const
  probe.job('job', { ...CONTINUOUS, jobExecutionsRetryConfig: { criteriaList } })
  probe.update('job', 'FAILED')
  probe.control.thingLeft('g', 0, probe.nowUs)
  expect(probe.service.openExecutions()).toBe(0)
  probe.at(60).advance()
  expect(probe.pending()).toEqual([])
})

test('more targets are reached at the pace of the job', () => {
  const probe = new ServiceProbe({ things: 4 }).join('g', 0).join('h', 0, 1, 2, 3)
  probe.job('job', { ...CONTINUOUS, jobExecutionsRolloutConfig: { maximumPerMinute: 1 } })
  probe.at(600)
  expect(probe.control.associateTargets('job', ['h'], 'more', probe.nowUs)).toMatchObject({
    comment: 'more',
    targets: [...GROUP, { kind: 'group', group: 'h' }],
    isConcurrent: true,
  })
  expect(probe.counts('job')).toEqual({ QUEUED: 2 })
  probe.at(660).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 3 })
  probe.at(720).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 4 })
  probe.control.thingLeft('h', 3, probe.nowUs)
  expect(probe.counts('job')).toEqual({ QUEUED: 3, REMOVED: 1 })
})

test('targets are associated with continuous jobs in progress only, 100 in all', () => {
  const probe = new ServiceProbe()
  const associate = (jobId: string, groups: string[]) =>
    probe.control.associateTargets(jobId, groups, undefined, probe.nowUs)
  probe.job('snapshot')
  expect(associate('snapshot', ['g'])).toMatchObject({ code: 'InvalidRequestException' })
  expect(associate('none', ['g'])).toMatchObject({ code: 'ResourceNotFoundException' })
  probe.job('job', CONTINUOUS)
  const many = Array.from({ length: 100 }, (_, at) => `g-${at}`)
  expect(associate('job', many)).toMatchObject({ code: 'LimitExceededException' })
  expect(associate('job', many.slice(1))).toMatchObject({ jobId: 'job' })
  probe.control.cancelJob('job', { force: false }, probe.nowUs)
  expect(associate('job', [])).toMatchObject({ code: 'InvalidRequestException' })
})

test('a deleted thing leaves everything: REMOVED, unknown to devices, and its name is free', () => {
  const probe = new ServiceProbe().join('g', 0, 1)
  probe.job('snapshot')
  probe.job('job', CONTINUOUS)
  probe.at(1).advance()
  probe.service.removeThing(0, probe.nowUs)
  expect(probe.counts('snapshot')).toEqual({ REMOVED: 1 })
  expect(probe.view('snapshot').status).toBe('COMPLETED')
  expect(probe.counts('job')).toEqual({ REMOVED: 1, QUEUED: 1 })
  expect(probe.service.thingIndex('thing-0')).toBeUndefined()
  const again = probe.service.addThing('thing-0')
  expect(again).toBe(3)
  expect(probe.pending(again)).toEqual([])
  expect(codeOf(probe.describe('job'))).toBe('TerminalStateReached')
})

test('a deleted thing may keep its executions, by a switch', () => {
  const probe = new ServiceProbe({ switches: { deletedThing: 'kept' } })
  probe.job('job')
  probe.service.removeThing(0, probe.nowUs)
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
})
