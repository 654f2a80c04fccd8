import { expect, test } from 'vitest'
import { executionIn, MINUTE_US, rowOfJobs, SECOND_US, ServiceProbe } from './service-probe.ts'

/** Minutes after which an execution timed out, looked at every second; undefined when it did not. */
function timedOutAfter(probe: ServiceProbe, untilMinute: number): number | undefined {
  for (let second = probe.nowUs / SECOND_US; second <= untilMinute * 60; second++) {
    probe.at(second).service.advance(probe.nowUs)
    if (probe.service.ledger().byStatus.TIMED_OUT) return second / 60
  }
  return undefined
}

function inProgress(inProgressTimeoutMinutes: number | undefined, stepMinutes?: number) {
  const probe = new ServiceProbe()
  probe.create('job1', [0], { inProgressTimeoutMinutes })
  probe.startNext({ stepTimeoutInMinutes: stepMinutes })
  return probe
}

test('T1 a step timer runs out on its minute', () => {
  expect(timedOutAfter(inProgress(undefined, 7), 10)).toBe(7)
})

test.each([
  { first: 7, second: 9, at: 5, endsAt: 14 },
  { first: 7, second: 1, at: 5, endsAt: 6 },
])('T2 set to $first and at minute $at to $second it runs out at $endsAt', (row) => {
  const probe = inProgress(undefined, row.first).at(row.at * 60)
  probe.update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: row.second })
  expect(timedOutAfter(probe, 20)).toBe(row.endsAt)
})

test('T3 an update without a value leaves the deadline', () => {
  const probe = inProgress(undefined, 7).at(300)
  probe.update('job1', 'IN_PROGRESS')
  expect(timedOutAfter(probe, 20)).toBe(7)
})

test('T4 -1 removes the step timer and not the in-progress timer', () => {
  const probe = inProgress(10, 5)
  probe.update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: -1 })
  expect(timedOutAfter(probe, 20)).toBe(10)
  const without = inProgress(undefined, 5)
  without.update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: -1 })
  expect(timedOutAfter(without, 20)).toBeUndefined()
})

test("T5 the guide's example from 12:00 to 12:20 holds to the minute", () => {
  const probe = inProgress(20)
  const left = () => executionIn(probe.describe('job1')).approximateSecondsBeforeTimedOut
  expect(left()).toBe(1_200)
  probe.at(300).update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: 7 })
  expect(left()).toBe(420)
  probe.at(600).update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: 5 })
  expect(left()).toBe(300)
  probe.at(780).update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: 9 })
  expect(left()).toBe(420)
  expect(timedOutAfter(probe, 30)).toBe(20)
})

test('T6 T7 what waits in the queue never times out; its timer starts with it', () => {
  const probe = new ServiceProbe()
  probe.create('job1', [0], { inProgressTimeoutMinutes: 10 })
  expect(timedOutAfter(probe, 60)).toBeUndefined()
  probe.update('job1', 'IN_PROGRESS')
  expect(timedOutAfter(probe, 90)).toBe(70)
})

test('T8 the seconds left count down, and are absent without a timer', () => {
  const probe = inProgress(undefined, 15)
  const leftAt = (seconds: number) =>
    executionIn(probe.at(seconds).describe('job1')).approximateSecondsBeforeTimedOut
  expect([0, 1, 899.5].map(leftAt)).toEqual([900, 899, 1])
  probe.update('job1', 'IN_PROGRESS', { stepTimeoutInMinutes: -1 })
  expect(leftAt(899.6)).toBeUndefined()
})

test('T9 an end stops both timers, and a step value that comes with it is ignored', () => {
  const probe = inProgress(10, 5)
  probe.update('job1', 'SUCCEEDED', { stepTimeoutInMinutes: 1 })
  expect(timedOutAfter(probe, 20)).toBeUndefined()
  expect(probe.service.nextUs).toBe(Number.POSITIVE_INFINITY)
})

test('start-next on what is in progress sets the step timer over, without a new version', () => {
  const probe = inProgress(undefined, 5).at(240)
  expect(executionIn(probe.startNext({ stepTimeoutInMinutes: 5 }))).toMatchObject({
    versionNumber: 2,
    approximateSecondsBeforeTimedOut: 300,
  })
  expect(timedOutAfter(probe, 20)).toBe(9)
})

test('a request finds executions timed out although nobody called advance', () => {
  const probe = inProgress(undefined, 5).at(300)
  expect(probe.update('job1', 'SUCCEEDED')).toMatchObject({
    code: 'InvalidStateTransition',
    executionState: { status: 'TIMED_OUT', versionNumber: 3 },
  })
})

test('a short minute shortens the timers, and the seconds left are those of the service', () => {
  const probe = new ServiceProbe({ minuteUs: 6 * SECOND_US })
  probe.create('job1')
  const reply = probe.startNext({ stepTimeoutInMinutes: 5 })
  expect(executionIn(reply).approximateSecondsBeforeTimedOut).toBe(300)
  expect(executionIn(probe.at(29).describe('job1')).approximateSecondsBeforeTimedOut).toBe(10)
  expect(timedOutAfter(probe, 2)).toBe(0.5)
})

test('C13 a rollout of 20 a minute queues no more in any minute, and all in the end', () => {
  const probe = new ServiceProbe({ things: 100, jobs: [rowOfJobs(1, { maximumPerMinute: 20 })] })
  probe.service.advance(10 * MINUTE_US)
  const queuedUs = probe.notifications
    .filter(({ notification }) => notification.kind === 'notify')
    .map(({ atUs }) => atUs)
  expect(queuedUs).toHaveLength(100)
  queuedUs.forEach((atUs, at) => {
    expect((queuedUs[at + 20] ?? Number.POSITIVE_INFINITY) - atUs).toBeGreaterThanOrEqual(MINUTE_US)
  })
  expect(queuedUs[99]).toBe(297 * SECOND_US)
  expect(probe.service.nextUs).toBe(Number.POSITIVE_INFINITY)
})

test.each([1_024, 2_048, 5_000])('the timer of execution %d runs out like any other', (index) => {
  const jobs = [rowOfJobs(1, { inProgressTimeoutMinutes: 1 })]
  const probe = new ServiceProbe({ things: index + 1, jobs })
  probe.startNext({}, index)
  probe.at(60).advance()
  expect(probe.counts('fw-1')).toEqual({ QUEUED: index, TIMED_OUT: 1 })
})
