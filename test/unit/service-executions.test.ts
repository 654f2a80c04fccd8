import { expect, test } from 'vitest'
import { codeOf, executionIn, ServiceProbe } from './service-probe.ts'

test('S1 a new execution is QUEUED with version 1 and number 1, and was not started', () => {
  const probe = new ServiceProbe().at(5)
  probe.create('job1')
  expect(executionIn(probe.describe('job1'))).toEqual({
    jobId: 'job1',
    status: 'QUEUED',
    queuedAt: ServiceProbe.epoch(5),
    lastUpdatedAt: ServiceProbe.epoch(5),
    versionNumber: 1,
    executionNumber: 1,
    jobDocument: '{"do":"it"}',
  })
})

test('S2 start-next starts it: version 2, both stamps now', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  const reply = probe.at(9).startNext({ statusDetails: { step: 'boot' } })
  expect(executionIn(reply)).toMatchObject({
    status: 'IN_PROGRESS',
    versionNumber: 2,
    queuedAt: ServiceProbe.epoch(0),
    startedAt: ServiceProbe.epoch(9),
    lastUpdatedAt: ServiceProbe.epoch(9),
    statusDetails: { step: 'boot' },
    jobDocument: '{"do":"it"}',
  })
})

test('S3 start-next again returns the same, untouched', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  const first = probe.startNext({ statusDetails: { step: 'one' } })
  expect(probe.at(3).startNext({ statusDetails: { step: 'two' } })).toEqual(first)
})

test('it was started when it was first in progress, which nothing later changes', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.at(9).startNext()
  probe.at(12).update('job1', 'IN_PROGRESS')
  expect(executionIn(probe.describe('job1'))).toMatchObject({
    startedAt: ServiceProbe.epoch(9),
    lastUpdatedAt: ServiceProbe.epoch(12),
  })
  probe.at(15).update('job1', 'SUCCEEDED')
  expect(probe.executionsOf('job1')).toMatchObject([{ startedAt: ServiceProbe.epoch(9) }])
})

test('what ends without ever being in progress was never started', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.at(9).update('job1', 'SUCCEEDED')
  expect(probe.executionsOf('job1')[0]?.startedAt).toBeUndefined()
})

test('S4 S5 S13 what is in progress comes before what is queued, each in the order of queueing', () => {
  const probe = new ServiceProbe()
  for (const job of ['a', 'b', 'c', 'd']) probe.create(job)
  probe.update('d', 'IN_PROGRESS')
  probe.update('b', 'IN_PROGRESS')
  probe.update('c', 'IN_PROGRESS')
  expect(probe.pending()).toEqual(['b', 'c', 'd', 'a'])
  expect(executionIn(probe.startNext()).jobId).toBe('b')
})

test('S6 S7 every accepted update adds exactly 1 to the version, and no other call does', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.startNext()
  for (let update = 0; update < 5; update++) probe.update('job1', 'IN_PROGRESS')
  probe.update('job1', 'IN_PROGRESS', { expectedVersion: 3 })
  probe.update('job1', 'QUEUED')
  probe.update('job1', 'FAILED', { stepTimeoutInMinutes: 0 })
  probe.describe('$next')
  expect(executionIn(probe.describe('job1')).versionNumber).toBe(7)
})

test.each(['SUCCEEDED', 'FAILED', 'REJECTED'])('S8 a queued execution may become %s', (status) => {
  const probe = new ServiceProbe()
  probe.create('job1')
  const reply = probe.update('job1', status, { includeJobExecutionState: true })
  expect(reply).toMatchObject({ executionState: { status, versionNumber: 2 } })
  expect(probe.pending()).toEqual([])
})

test('S9 S10 a device cannot queue again, and nothing changes what has ended', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.startNext()
  expect(codeOf(probe.update('job1', 'QUEUED'))).toBe('InvalidStateTransition')
  probe.update('job1', 'SUCCEEDED')
  for (const status of ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'QUEUED'])
    expect(probe.update('job1', status)).toMatchObject({
      code: 'InvalidStateTransition',
      executionState: { status: 'SUCCEEDED', versionNumber: 3 },
    })
})

test('S11 details left out are kept, given ones replace all, empty ones are absent', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  const detailsAfter = (statusDetails?: Record<string, string>) => {
    probe.update('job1', 'IN_PROGRESS', { statusDetails })
    return executionIn(probe.describe('job1')).statusDetails
  }
  expect(detailsAfter({ a: '1', b: '2' })).toEqual({ a: '1', b: '2' })
  expect(detailsAfter()).toEqual({ a: '1', b: '2' })
  expect(detailsAfter({ c: '3' })).toEqual({ c: '3' })
  expect(detailsAfter({})).toBeUndefined()
})

test('S12 M13 of two updates that expect one version, the second learns the new one', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  expect(codeOf(probe.update('job1', 'IN_PROGRESS', { expectedVersion: 1 }))).toBe('accepted')
  expect(probe.update('job1', 'IN_PROGRESS', { expectedVersion: 1 })).toEqual({
    kind: 'rejected',
    code: 'VersionMismatch',
    message: 'Expected version 1 but found version 2',
    executionState: { status: 'IN_PROGRESS', versionNumber: 2 },
  })
})

test('checks come in their order: existence, version, transition, timer', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.update('job1', 'SUCCEEDED')
  probe.create('job2')
  const wrong = { expectedVersion: 9, stepTimeoutInMinutes: 0 }
  expect(codeOf(probe.update('none', 'QUEUED', wrong))).toBe('ResourceNotFound')
  expect(codeOf(probe.update('job1', 'QUEUED', wrong))).toBe('VersionMismatch')
  expect(codeOf(probe.update('job1', 'QUEUED', { stepTimeoutInMinutes: 0 }))).toBe(
    'InvalidStateTransition',
  )
  expect(codeOf(probe.update('job2', 'FAILED', { stepTimeoutInMinutes: 0 }))).toBe('InvalidRequest')
})

test('H13 an update answers with what its flags ask for, and no more', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  expect(probe.update('job1', 'IN_PROGRESS')).toEqual({ kind: 'accepted' })
  expect(probe.update('job1', 'IN_PROGRESS', { includeJobDocument: true })).toEqual({
    kind: 'accepted',
    jobDocument: '{"do":"it"}',
  })
  expect(probe.update('job1', 'IN_PROGRESS', { includeJobExecutionState: true })).toEqual({
    kind: 'accepted',
    executionState: { status: 'IN_PROGRESS', versionNumber: 4 },
  })
})

test('H3 H6 H7 H8 describe looks and changes nothing', () => {
  const probe = new ServiceProbe()
  expect(probe.describe('$next')).toEqual({ kind: 'accepted' })
  expect(codeOf(probe.describe('job1'))).toBe('ResourceNotFound')
  probe.create('job1')
  expect(executionIn(probe.describe('$next'))).toEqual(executionIn(probe.describe('job1')))
  expect(executionIn(probe.describe('job1', { includeJobDocument: false })).jobDocument).toBe(
    undefined,
  )
  expect(executionIn(probe.describe('$next')).status).toBe('QUEUED')
  probe.update('job1', 'SUCCEEDED')
  expect(codeOf(probe.describe('job1'))).toBe('TerminalStateReached')
})

test('H29 an execution number that is not there is not found', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  expect(codeOf(probe.describe('job1', { executionNumber: 2 }))).toBe('ResourceNotFound')
  expect(codeOf(probe.update('job1', 'FAILED', { executionNumber: 2 }))).toBe('ResourceNotFound')
  expect(codeOf(probe.update('job1', 'FAILED', { executionNumber: 1 }))).toBe('accepted')
})

test('H23 a step timeout out of range is refused, also when nothing is pending', () => {
  const probe = new ServiceProbe()
  for (const stepTimeoutInMinutes of [0, 10_081, -1])
    expect(codeOf(probe.startNext({ stepTimeoutInMinutes }))).toBe('InvalidRequest')
  probe.create('job1')
  for (const stepTimeoutInMinutes of [1, 10_080])
    expect(codeOf(probe.startNext({ stepTimeoutInMinutes }))).toBe('accepted')
  for (const stepTimeoutInMinutes of [1, 10_080, -1])
    expect(codeOf(probe.update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes }))).toBe('accepted')
})

test('H24 an unknown thing is not found, on every operation', () => {
  const { service } = new ServiceProbe()
  for (const operation of ['start-next', 'update', 'describe', 'get-pending'] as const)
    expect(codeOf(service.handle(undefined, operation, {}, 0))).toBe('ResourceNotFound')
})

test('M19 jobs may be called get, start-next or notify', () => {
  const probe = new ServiceProbe()
  for (const id of ['get', 'start-next', 'notify']) probe.create(id)
  expect(probe.pending()).toEqual(['get', 'start-next', 'notify'])
  expect(codeOf(probe.update('notify', 'FAILED'))).toBe('accepted')
})

test('C4 C24 a job is created once, and gives a thing one execution', () => {
  const probe = new ServiceProbe()
  expect(probe.create('job1', [0, 1, 0])).toBe('created')
  expect(probe.create('job1', [2])).toBe('ResourceAlreadyExistsException')
  expect([0, 1, 2].map((thing) => probe.pending(thing))).toEqual([['job1'], ['job1'], []])
})

test('get-pending shows at most 10, and both lists always', () => {
  const probe = new ServiceProbe()
  expect(probe.request('get-pending', {})).toEqual({
    kind: 'accepted',
    inProgressJobs: [],
    queuedJobs: [],
  })
  for (let job = 0; job < 12; job++) probe.create(`job${job}`)
  expect(probe.pending()).toHaveLength(10)
})

test('a thing is found by its exact name only', () => {
  const { service } = new ServiceProbe()
  expect(service.thingIndex('thing-2')).toBe(2)
  for (const name of ['thing-3', 'thing-02', 'thing-', 'thing--1', 'Thing-0', 'thing-1.0', ''])
    expect(service.thingIndex(name)).toBeUndefined()
  const added = service.addThing('gate')
  expect(service.addThing('gate')).toBe(added)
  expect(service.thingIndex('gate')).toBe(3)
  expect([service.thingName(added), service.thingName(1), service.things]).toEqual([
    'gate',
    'thing-1',
    4,
  ])
  expect(codeOf(service.handle(added, 'start-next', {}, 0))).toBe('accepted')
})
