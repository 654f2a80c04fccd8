import { expect, test } from 'vitest'
import { ServiceProbe } from './service-probe.ts'

test("N1 the guide's example notifies in its nine steps as the guide says", () => {
  const probe = new ServiceProbe()
  const step = (act: () => unknown): string[] => {
    act()
    return probe.told()
  }

  expect(step(() => probe.create('job1'))).toEqual([
    'notify: QUEUED job1 v1',
    'notify-next: job1 QUEUED v1',
  ])
  expect(step(() => probe.create('job2'))).toEqual(['notify: QUEUED job1 v1,job2 v1'])
  expect(step(() => probe.startNext())).toEqual([])
  // The guide has no version 3 in the next row, so its row 4 is looked at by itself below.
  expect(step(() => probe.create('job3'))).toEqual([
    'notify: IN_PROGRESS job1 v2; QUEUED job2 v1,job3 v1',
  ])
  expect(step(() => probe.update('job1', 'IN_PROGRESS'))).toEqual([])
  expect(step(() => probe.update('job1', 'SUCCEEDED'))).toEqual([
    'notify: QUEUED job2 v1,job3 v1',
    'notify-next: job2 QUEUED v1',
  ])
  expect(step(() => probe.update('job3', 'IN_PROGRESS'))).toEqual([
    'notify-next: job3 IN_PROGRESS v2',
  ])
  expect(step(() => probe.update('job2', 'REJECTED'))).toEqual(['notify: IN_PROGRESS job3 v2'])
  expect(step(() => probe.update('job3', 'FAILED'))).toEqual(['notify: none', 'notify-next: none'])
})

test('N2 a job for an idle thing is notified both ways', () => {
  const probe = new ServiceProbe()
  probe.create('job1', [1])
  expect(probe.notifications.map(({ thing }) => thing)).toEqual([1, 1])
})

test('N8 notify holds at most 10 entries, those in progress first', () => {
  const probe = new ServiceProbe()
  for (let job = 0; job < 14; job++) probe.create(`job${job}`)
  probe.update('job12', 'IN_PROGRESS')
  probe.told()
  probe.create('job14')
  const nine = Array.from({ length: 9 }, (_, job) => `job${job} v1`)
  expect(probe.told()).toEqual([`notify: IN_PROGRESS job12 v2; QUEUED ${nine}`])
})

test('N9 N10 ending a queued execution tells notify, and notify-next only if it was first', () => {
  const probe = new ServiceProbe()
  for (const job of ['job1', 'job2', 'job3']) probe.create(job)
  probe.told()
  probe.update('job2', 'REJECTED')
  expect(probe.told()).toEqual(['notify: QUEUED job1 v1,job3 v1'])
  probe.update('job1', 'REJECTED')
  expect(probe.told()).toEqual(['notify: QUEUED job3 v1', 'notify-next: job3 QUEUED v1'])
})

test('N11 TIMED_OUT of the first is told both ways, at its own time', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.create('job2')
  probe.startNext({ stepTimeoutInMinutes: 1 })
  probe.told()
  probe.at(100).service.advance(probe.nowUs)
  expect(probe.notifications.map(({ atUs }) => atUs)).toEqual([60_000_000, 60_000_000])
  expect(probe.told()).toEqual(['notify: QUEUED job2 v1', 'notify-next: job2 QUEUED v1'])
})

test('N13 notify-next carries id, document and number', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  expect(probe.notifications[1]?.notification).toMatchObject({
    execution: { jobId: 'job1', executionNumber: 1, jobDocument: '{"do":"it"}' },
  })
})

test('N15 start-next of what is in progress, and every refusal, tells nothing', () => {
  const probe = new ServiceProbe()
  probe.create('job1')
  probe.startNext()
  probe.told()
  probe.startNext()
  probe.update('job1', 'QUEUED')
  probe.update('job1', 'FAILED', { expectedVersion: 9 })
  probe.update('none', 'FAILED')
  expect(probe.told()).toEqual([])
})
