import { expect, test } from 'vitest'
import {
  DEFAULT_SWITCHES,
  type ServiceSwitches,
  SWITCH_RANGES,
} from '../../src/protocol/switches.ts'
import { codeOf, executionIn, ServiceProbe } from './service-probe.ts'

const probeWith = (switches: Partial<ServiceSwitches>) => new ServiceProbe({ switches })

test.each(Object.entries(SWITCH_RANGES))('the default of %s is in its range', (name, range) => {
  const value = DEFAULT_SWITCHES[name as keyof ServiceSwitches]
  if ('min' in range) expect(value).toSatisfy((at: number) => at >= range.min && at <= range.max)
  else expect(range).toContain(value)
})

test.each(['CANCELED', 'REMOVED', 'TIMED_OUT'])('4: what a device hears that sets %s', (status) => {
  for (const [switches, code] of [
    [{}, 'InvalidRequest'],
    [{ serviceOnlyStatus: 'InvalidStateTransition' }, 'InvalidStateTransition'],
  ] as const) {
    const probe = probeWith(switches)
    probe.job('job')
    expect(codeOf(probe.update('job', status))).toBe(code)
    expect(probe.history('job')).toEqual(['1 QUEUED v1'])
  }
})

test('7: start-next on an execution in progress sets its step timer, or does not', () => {
  for (const [switches, seconds] of [
    [{}, 120],
    [{ startNextStepTimeout: 'ignored' }, 60],
  ] as const) {
    const probe = probeWith(switches)
    probe.job('job')
    probe.startNext({ stepTimeoutInMinutes: 1 })
    const again = executionIn(probe.startNext({ stepTimeoutInMinutes: 2 }))
    expect(again).toMatchObject({ approximateSecondsBeforeTimedOut: seconds, versionNumber: 2 })
  }
})

test('8: given details replace those that are stored, or are added to them', () => {
  for (const [switches, details] of [
    [{}, { b: '2' }],
    [{ statusDetails: 'merge' }, { a: '1', b: '2' }],
  ] as const) {
    const probe = probeWith(switches)
    probe.job('job')
    probe.startNext({ statusDetails: { a: '1' } })
    probe.update('job', 'IN_PROGRESS', { statusDetails: { b: '2' } })
    expect(executionIn(probe.describe('job')).statusDetails).toEqual(details)
  }
})

test('9: a change by the service adds 1 to the version, or nothing', () => {
  for (const [switches, version] of [
    [{}, 2],
    [{ serviceChangeVersions: 0 }, 1],
  ] as const) {
    const probe = probeWith(switches)
    probe.job('job')
    probe.control.cancelJob('job', { force: false }, 0)
    expect(probe.history('job')).toEqual([`1 CANCELED v${version}`])
  }
})

test('10: a thing that there is not has nothing pending, by a switch', () => {
  const { service } = probeWith({ unknownThing: 'empty' })
  const ask = service.handle.bind(service, undefined)
  expect(ask('start-next', {}, 0)).toEqual({ kind: 'accepted' })
  expect(ask('describe', { jobId: '$next' }, 0)).toEqual({ kind: 'accepted' })
  expect(ask('get-pending', {}, 0)).toMatchObject({ inProgressJobs: [], queuedJobs: [] })
  expect(codeOf(ask('describe', { jobId: 'job' }, 0))).toBe('ResourceNotFound')
  expect(codeOf(probeWith({}).service.handle(undefined, 'start-next', {}, 0))).toBe(
    'ResourceNotFound',
  )
})

test('15: lists have 10 entries, or 15', () => {
  for (const [switches, most] of [
    [{}, 10],
    [{ pendingEntries: 15 }, 15],
  ] as const) {
    const probe = probeWith(switches)
    for (let job = 0; job < 20; job++) probe.job(`job-${job}`)
    expect(probe.pending()).toHaveLength(most)
    const { notification } = probe.notifications.at(-1) ?? {}
    expect(notification).toMatchObject({ kind: 'notify' })
    expect(notification?.kind === 'notify' && notification.jobs.QUEUED).toHaveLength(most)
  }
})

test('T1 16: timeouts come between 0 and 60 s late, each by its own draw, the same in each run', () => {
  const timedOutAfter = () => {
    const probe = new ServiceProbe({ things: 50, switches: { timeoutLatenessSeconds: 60 } })
    const things = Array.from({ length: 50 }, (_, thing) => thing)
    probe.join('all', ...things)
    const targets = [{ kind: 'group', group: 'all' }] as const
    probe.job('job', { targets, timeoutConfig: { inProgressTimeoutInMinutes: 1 } })
    probe.at(3).advance()
    for (const thing of things) probe.startNext({}, thing)
    probe.at(3 + 59).advance()
    expect(probe.counts('job')).toEqual({ IN_PROGRESS: 50 })
    probe.at(3 + 120).advance()
    expect(probe.counts('job')).toEqual({ TIMED_OUT: 50 })
    return probe.executionsOf('job').map((one) => one.lastUpdatedAt - ServiceProbe.epoch(63))
  }
  const late = timedOutAfter()
  expect(new Set(late).size).toBeGreaterThan(10)
  expect(Math.min(...late)).toBeLessThan(15)
  expect(Math.max(...late)).toBeGreaterThan(45)
  expect(timedOutAfter()).toEqual(late)
})

test('T8 16: an execution that is late to time out has 0 seconds left', () => {
  const probe = probeWith({ timeoutLatenessSeconds: 60 })
  probe.job('job')
  probe.startNext({ stepTimeoutInMinutes: 1 })
  probe.at(60)
  expect(executionIn(probe.describe('job')).approximateSecondsBeforeTimedOut).toBe(0)
})

test('17: describe and get-pending do not see a new execution for a while; start-next does', () => {
  const probe = probeWith({ describeLagMs: 2_000 })
  probe.job('job')
  expect(probe.describe('$next')).toEqual({ kind: 'accepted' })
  expect(codeOf(probe.describe('job'))).toBe('ResourceNotFound')
  expect(probe.pending()).toEqual([])
  probe.at(2)
  expect(executionIn(probe.describe('$next')).jobId).toBe('job')
  expect(probe.pending()).toEqual(['job'])
  probe.job('other')
  expect(probe.pending()).toEqual(['job'])
  probe.update('job', 'SUCCEEDED')
  expect(executionIn(probe.startNext()).jobId).toBe('other')
})
