import { expect, test } from 'vitest'
import { AWS_QUOTAS, UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import { ClientConnects } from '../../src/service/client-connects.ts'
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
  const { broker } = new ServiceProbe({ quotas: AWS_QUOTAS }).service
  const connects = Array.from({ length: 600 }, (_, client) => broker.admitConnect(client, 0))
  expect(connects.filter((verdict) => verdict === 'admitted')).toHaveLength(500)
  expect(connects.filter((verdict) => verdict === 'account')).toHaveLength(100)
  const subscribes = Array.from({ length: 100 }, () => broker.admitSubscribe(8, 0))
  expect(subscribes.filter(Boolean)).toHaveLength(62)
  expect(broker.admitSubscribe(8, SECOND_US)).toBe(true)
})

test('B3 a client id connects once a second, and one without an id as often as it likes', () => {
  const { broker } = new ServiceProbe({ quotas: AWS_QUOTAS }).service
  const connect = (client: string | undefined, atUs: number) => broker.admitConnect(client, atUs)
  expect(connect('twin', 0)).toBe('admitted')
  expect(connect('twin', SECOND_US - 1)).toBe('client')
  expect(connect('other', SECOND_US - 1)).toBe('admitted')
  expect(connect('twin', SECOND_US)).toBe('admitted')
  for (let again = 0; again < 3; again++) expect(connect(undefined, SECOND_US)).toBe('admitted')
})

test('a refused CONNECT takes nothing from the rate of its account or its client id', () => {
  const quotas = { ...AWS_QUOTAS, connectsPerSecond: 1 }
  const { broker } = new ServiceProbe({ quotas }).service
  expect(broker.admitConnect('first', 0)).toBe('admitted')
  expect(broker.admitConnect('second', 0)).toBe('account')
  expect(broker.admitConnect('first', SECOND_US - 1)).toBe('client')
  expect(broker.admitConnect('second', SECOND_US)).toBe('admitted')
})

test('client ids are forgotten once their rate has room again', () => {
  const clients = new ClientConnects(1, 1)
  for (let client = 0; client < 10_000; client++) clients.passed(client, client * 1_000)
  expect(clients.size).toBeLessThanOrEqual(2_002)
  expect(clients.mayPass(9_999, 10 * SECOND_US)).toBe(false)
  expect(clients.mayPass(8_000, 10 * SECOND_US)).toBe(true)
})

test('B13 of publishes on a connection 100 pass in a second, however slowly they come', () => {
  const { service } = new ServiceProbe({ quotas: AWS_QUOTAS })
  const { broker } = service
  const [one, other] = [broker.connections.open(), broker.connections.open()]
  const admitted = (connection: number, atUs: number) =>
    broker.admitPublish(connection, 'start-next', atUs)
  for (let publish = 0; publish < 100; publish++) expect(admitted(one, publish * 9_000)).toBe(true)
  expect(admitted(one, SECOND_US - 1)).toBe(false)
  expect(admitted(other, SECOND_US - 1)).toBe(true)
  expect(admitted(one, SECOND_US)).toBe(true)
  expect(service.ledger().lostRequests?.['start-next']).toBe(1)
})

test('B13 what the rate of a connection drops is counted, in and out', () => {
  const { service } = new ServiceProbe({
    quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 },
  })
  const { broker } = service
  const connection = broker.connections.open()
  expect(service.ledger().limits).toEqual({ connectionPublishes: 0 })
  expect(broker.admitPublish(connection, 'update', 0)).toBe(true)
  expect(broker.admitDelivery(connection, SECOND_US - 1)).toBe(false)
  expect(broker.admitPublish(connection, 'update', SECOND_US - 1)).toBe(false)
  expect(broker.admitPublish(connection, undefined, SECOND_US - 1)).toBe(false)
  expect(broker.admitDelivery(connection, SECOND_US)).toBe(true)
  expect(service.ledger()).toMatchObject({
    limits: { connectionPublishes: 3 },
    lostRequests: { update: 1 },
  })
})

test('a new connection has publishes of its own', () => {
  const { broker } = new ServiceProbe({
    quotas: { ...UNLIMITED_QUOTAS, connectionPublishesPerSecond: 1 },
  }).service
  const old = broker.connections.open()
  expect(broker.admitPublish(old, undefined, 0)).toBe(true)
  broker.connections.close(old)
  const young = broker.connections.open()
  expect(broker.admitPublish(young, undefined, 1)).toBe(true)
  expect(broker.admitPublish(young, undefined, 2)).toBe(false)
})

test('broker rates of 0 let nothing pass, and those without a limit everything', () => {
  const rates = (perSecond: number) => ({
    clientConnectsPerSecond: perSecond,
    connectionPublishesPerSecond: perSecond,
  })
  const shut = new ServiceProbe({ quotas: { ...UNLIMITED_QUOTAS, ...rates(0) } }).service.broker
  expect(shut.admitConnect('one', 0)).toBe('client')
  expect(shut.admitPublish(0, undefined, 0)).toBe(false)
  expect(shut.admitPublish(0, undefined, 3_600 * SECOND_US)).toBe(false)
  const open = new ServiceProbe({ quotas: UNLIMITED_QUOTAS }).service.broker
  for (let again = 0; again < 1_000; again++) {
    expect(open.admitConnect('one', 0)).toBe('admitted')
    expect(open.admitPublish(0, undefined, 0)).toBe(true)
  }
})
