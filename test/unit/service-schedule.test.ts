import { expect, test } from 'vitest'
import type { SchedulingConfig } from '../../src/protocol/job-config.ts'
import type { JobSpec } from '../../src/service/job-control.ts'
import { scheduleSeconds } from '../../src/service/schedule-time.ts'
import { ServiceProbe } from './service-probe.ts'

/** `YYYY-MM-DDTHH:MM`, so many minutes after the probe's beginning, which is 40 s into a minute. */
function time(minutes: number): string {
  return new Date((ServiceProbe.epoch(0) + minutes * 60) * 1_000).toISOString().slice(0, 16)
}
/** Seconds of the probe at that time. */
const at = (minutes: number) => (scheduleSeconds(time(minutes)) ?? 0) - ServiceProbe.epoch(0)

const GROUP = [{ kind: 'group', group: 'g' }] as const

function probeWith(schedulingConfig: SchedulingConfig, more: Partial<JobSpec> = {}): ServiceProbe {
  const probe = new ServiceProbe().join('g', 0)
  expect(probe.job('job', { targets: GROUP, schedulingConfig, ...more })).toBeUndefined()
  return probe
}

test('a job with a start time is SCHEDULED, and rolled out from that time on', () => {
  const probe = probeWith({ startTime: time(60) })
  expect(probe.view('job')).toMatchObject({ status: 'SCHEDULED', isConcurrent: false })
  expect(probe.service.openExecutions()).toBe(1)
  probe.at(at(60) - 1).advance()
  expect(probe.pending()).toEqual([])
  probe.told()
  probe.at(at(60)).advance()
  expect(probe.view('job').status).toBe('IN_PROGRESS')
  expect(probe.told()).toEqual(['notify: QUEUED job v1', 'notify-next: job QUEUED v1'])
})

test('the things of a scheduled snapshot are those of its creation, of a continuous job those of its start', () => {
  const snapshot = probeWith({ startTime: time(60) })
  const continuous = probeWith({ startTime: time(60) }, { targetSelection: 'CONTINUOUS' })
  for (const probe of [snapshot, continuous]) {
    probe.at(60).join('g', 1).control.thingLeft('g', 0, probe.nowUs)
    probe.at(at(60) + 60).advance()
  }
  expect(snapshot.executionsOf('job').map(({ thing }) => thing)).toEqual([0])
  expect(continuous.executionsOf('job').map(({ thing }) => thing)).toEqual([1])
})

test('a scheduled job can be canceled before it begins', () => {
  const probe = probeWith({ startTime: time(60) })
  probe.control.cancelJob('job', { force: false }, probe.nowUs)
  expect(probe.service.openExecutions()).toBe(0)
  probe.at(at(60)).advance()
  expect(probe.view('job').status).toBe('CANCELED')
  expect(probe.pending()).toEqual([])
})

test('after STOP_ROLLOUT a continuous job goes on, and reaches nobody who joins', () => {
  const probe = probeWith({ endTime: time(90) }, { targetSelection: 'CONTINUOUS' })
  probe.at(at(90) - 1).join('g', 1)
  probe.at(at(90)).advance()
  probe.join('g', 2)
  expect(probe.counts('job')).toEqual({ QUEUED: 2 })
  expect(probe.view('job').status).toBe('IN_PROGRESS')
})

test('after STOP_ROLLOUT a group that is associated is not reached', () => {
  const probe = probeWith({ endTime: time(90) }, { targetSelection: 'CONTINUOUS' }).join('h', 1)
  probe.at(at(90)).advance()
  probe.control.associateTargets('job', ['h'], undefined, probe.nowUs)
  probe.at(at(90) + 60).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
})

test('another rate for a scheduled job leaves its beginning where it is', () => {
  const probe = probeWith({ startTime: time(60) })
  const change = { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } }
  expect(probe.control.updateJob('job', change, probe.nowUs)).toBeUndefined()
  probe.at(at(60)).advance()
  expect(probe.pending()).toEqual(['job'])
})

test('STOP_ROLLOUT completes a snapshot job once what was rolled out has ended', () => {
  const things = Array.from({ length: 100 }, (_, thing) => thing)
  const probe = new ServiceProbe({ things: 100 }).join('g', ...things)
  probe.job('job', {
    targets: GROUP,
    schedulingConfig: { endTime: time(31) },
    jobExecutionsRolloutConfig: { maximumPerMinute: 1 },
  })
  probe.at(at(31)).advance()
  const out = probe.executionsOf('job').length
  expect(out).toBeLessThan(40)
  expect(probe.service.openExecutions()).toBe(out)
  for (let thing = 0; thing < out; thing++) probe.update('job', 'SUCCEEDED', {}, thing)
  expect(probe.view('job').status).toBe('COMPLETED')
})

test.each([
  { endBehavior: 'CANCEL', counts: { CANCELED: 1, IN_PROGRESS: 1 } },
  { endBehavior: 'FORCE_CANCEL', counts: { CANCELED: 2 } },
] as const)('$endBehavior at the end leaves $counts', ({ endBehavior, counts }) => {
  const probe = new ServiceProbe().join('g', 0, 1)
  probe.job('job', { targets: GROUP, schedulingConfig: { endTime: time(60), endBehavior } })
  probe.at(1).startNext({}, 0)
  probe.at(at(60)).advance()
  expect(probe.counts('job')).toEqual(counts)
  expect(probe.view('job')).toMatchObject({ status: 'CANCELED', reasonCode: 'END_TIME_REACHED' })
})

test('a job that has ended by itself is not touched by its end time', () => {
  const probe = probeWith({ endTime: time(60), endBehavior: 'FORCE_CANCEL' })
  probe.update('job', 'SUCCEEDED')
  probe.at(at(61)).advance()
  expect(probe.view('job').status).toBe('COMPLETED')
})

test.each<{ why: string; given: SchedulingConfig }>([
  { why: 'less than 30 minutes ahead', given: { startTime: time(29) } },
  { why: 'more than a year ahead', given: { startTime: time(366 * 24 * 60) } },
  { why: 'no time', given: { startTime: 'tomorrow' } },
  { why: 'no day', given: { startTime: '2027-02-30T08:00' } },
  { why: 'an end right after the start', given: { startTime: time(60), endTime: time(80) } },
  { why: 'an end after two years', given: { endTime: time(2 * 366 * 24 * 60) } },
  { why: 'a behaviour without an end', given: { endBehavior: 'CANCEL' } },
])('a schedule with $why is refused', ({ given }) => {
  expect(new ServiceProbe().job('job', { schedulingConfig: given })).toMatchObject({
    code: 'InvalidRequestException',
    message: expect.stringContaining('schedulingConfig'),
  })
})

test.each([
  { what: 'half an hour ahead, for half an hour', startTime: 30, endTime: 60 },
  { what: 'a year ahead, until two years ahead', startTime: 365 * 24 * 60, endTime: 730 * 24 * 60 },
])('a schedule may begin $what', ({ startTime, endTime }) => {
  // 20 s later a minute begins, and a schedule knows whole minutes only.
  const probe = new ServiceProbe().at(20)
  const after = (minutes: number) => time(minutes + 1 / 3)
  const schedulingConfig = { startTime: after(startTime), endTime: after(endTime) }
  expect(probe.job('job', { schedulingConfig })).toBeUndefined()
})
