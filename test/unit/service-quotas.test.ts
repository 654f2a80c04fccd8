import { expect, test } from 'vitest'
import { AWS_QUOTAS, UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import { codeOf, SECOND_US, ServiceProbe } from './service-probe.ts'

const TEN = { ...UNLIMITED_QUOTAS, writesPerSecond: 10, readsPerSecond: 5 }

test('B14 StartNext and Update share one quota, Describe and GetPending another', () => {
  const probe = new ServiceProbe({ quotas: TEN })
  const codes = Array.from({ length: 12 }, (_, at) =>
    codeOf(at % 2 ? probe.startNext() : probe.update('none', 'FAILED')),
  )
  expect(codes.slice(0, 10)).not.toContain('RequestThrottled')
  expect(codes.slice(10)).toEqual(['RequestThrottled', 'RequestThrottled'])
  const reads = Array.from({ length: 6 }, (_, at) =>
    codeOf(at % 2 ? probe.describe('$next') : probe.request('get-pending', {})),
  )
  expect(reads.filter((code) => code === 'RequestThrottled')).toHaveLength(1)
  expect(codeOf(probe.at(0.1).startNext())).toBe('accepted')
})

test('a throttled request changes nothing', () => {
  const probe = new ServiceProbe({ quotas: { ...TEN, writesPerSecond: 1 } })
  probe.create('job1')
  probe.startNext()
  expect(probe.update('job1', 'SUCCEEDED')).toEqual({
    kind: 'rejected',
    code: 'RequestThrottled',
    message: 'Rate exceeded',
  })
  expect(probe.pending()).toEqual(['job1'])
})

test('a malformed request counts and takes from the quota, and a throttle wins over it', () => {
  const { service } = new ServiceProbe({ quotas: { ...TEN, writesPerSecond: 1 } })
  const rejected = { kind: 'rejected', code: 'InvalidJson', message: '' } as const
  expect(service.refuse('update', rejected, 0)).toBe(rejected)
  expect(codeOf(service.refuse('update', rejected, 0))).toBe('RequestThrottled')
  expect(service.ledger().operations.update).toEqual({
    received: 2,
    accepted: 0,
    empty: 0,
    throttled: 1,
    rejected: 1,
  })
})

test('every request is counted once, under what it came to', () => {
  const probe = new ServiceProbe({ quotas: TEN })
  probe.create('job1')
  probe.startNext()
  probe.startNext({}, 1)
  probe.update('job1', 'IN_PROGRESS')
  probe.update('job1', 'QUEUED')
  probe.service.handle(undefined, 'update', { jobId: 'job1', status: 'FAILED' }, 0)
  for (let more = 0; more < 7; more++) probe.update('job1', 'IN_PROGRESS')
  for (const job of ['$next', 'job1', 'none']) probe.describe(job)
  probe.request('get-pending', {}, 2)
  const { operations } = probe.service.ledger()
  expect(operations).toEqual({
    'start-next': { received: 2, accepted: 1, empty: 1, throttled: 0, rejected: 0 },
    update: { received: 10, accepted: 6, empty: 0, throttled: 2, rejected: 2 },
    describe: { received: 3, accepted: 2, empty: 0, throttled: 0, rejected: 1 },
    'get-pending': { received: 1, accepted: 1, empty: 0, throttled: 0, rejected: 0 },
  })
})

test('connects and subscribed filters have quotas of their own', () => {
  const { service } = new ServiceProbe({ quotas: AWS_QUOTAS })
  const connects = Array.from({ length: 600 }, () => service.admitConnect(0))
  expect(connects.filter(Boolean)).toHaveLength(500)
  const subscribes = Array.from({ length: 100 }, () => service.admitSubscribe(8, 0))
  expect(subscribes.filter(Boolean)).toHaveLength(62)
  expect(service.admitSubscribe(8, SECOND_US)).toBe(true)
})
