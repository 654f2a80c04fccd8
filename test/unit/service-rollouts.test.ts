import { expect, test } from 'vitest'
import type { RolloutConfig } from '../../src/protocol/job-config.ts'
import { rowOfJobs, ServiceProbe } from './service-probe.ts'

const ALL = [{ kind: 'group', group: 'all' }] as const

function probeWith(things: number, rollout?: RolloutConfig): ServiceProbe {
  const probe = new ServiceProbe({ things })
  for (let thing = 0; thing < things; thing++) probe.join('all', thing)
  const refusal = probe.job('job', { targets: ALL, jobExecutionsRolloutConfig: rollout })
  expect(refusal).toBeUndefined()
  return probe
}

/** How many executions each service minute saw queued. */
function byMinute(probe: ServiceProbe, jobId = 'job'): number[] {
  const minutes: number[] = []
  for (const { queuedAt } of probe.executionsOf(jobId)) {
    const minute = Math.floor((queuedAt - ServiceProbe.epoch(0)) / 60)
    minutes[minute] = (minutes[minute] ?? 0) + 1
  }
  return minutes
}

test('C13 at a rate R no minute sees more than R, wherever it begins', () => {
  const probe = probeWith(50, { maximumPerMinute: 10 })
  probe.at(600).advance()
  expect(byMinute(probe)).toEqual([10, 10, 10, 10, 10])
  const times = probe.notifications.map(({ atUs }) => atUs).filter((_, at) => at % 2 === 0)
  for (const [at, time] of times.entries())
    expect((times[at + 10] ?? Number.POSITIVE_INFINITY) - time).toBeGreaterThanOrEqual(60_000_000)
})

test('without a rate a job of the control plane reaches 1,000 things a minute', () => {
  const probe = probeWith(2_500)
  probe.at(300).advance()
  expect(byMinute(probe)).toEqual([1_000, 1_000, 500])
})

test('without a rate what is due in a second comes at its beginning, so a small job is there at once', () => {
  const probe = probeWith(40)
  expect(probe.counts('job')).toEqual({ QUEUED: 17 })
  probe.at(1).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 34 })
  probe.at(2).advance()
  expect(probe.view('job')).toMatchObject({ isConcurrent: false })
  expect(new Set(probe.executionsOf('job').map(({ queuedAt }) => queuedAt)).size).toBe(3)
})

test('what is not rolled out does not exist for the device, and is counted as open', () => {
  const probe = probeWith(3, { maximumPerMinute: 1 })
  expect(probe.pending(1)).toEqual([])
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
  expect(probe.service.openExecutions()).toBe(3)
  expect(probe.view('job')).toMatchObject({ isConcurrent: true, processingTargets: ALL })
  probe.at(120).advance()
  expect(probe.view('job')).toMatchObject({ isConcurrent: false, processingTargets: undefined })
})

test('C14 base 50, factor 2, every 1,000 notified: 50, 100, 200, 400 a minute', () => {
  const probe = probeWith(5_000, {
    exponentialRate: {
      baseRatePerMinute: 50,
      incrementFactor: 2,
      rateIncreaseCriteria: { numberOfNotifiedThings: 1_000 },
    },
  })
  probe.at(3_600).advance()
  const times = (count: number, rate: number) => Array.from({ length: count }, () => rate)
  // 1,000 at 50 a minute take 20 minutes, at 100 ten, at 200 five, and at 400 two and a half.
  const steps = [...times(20, 50), ...times(10, 100), ...times(5, 200), 400, 400]
  expect(byMinute(probe).slice(0, 37)).toEqual(steps)
})

test('an exponential rate stops at maximumPerMinute', () => {
  const probe = probeWith(400, {
    maximumPerMinute: 60,
    exponentialRate: {
      baseRatePerMinute: 50,
      incrementFactor: 5,
      rateIncreaseCriteria: { numberOfNotifiedThings: 100 },
    },
  })
  probe.at(3_600).advance()
  expect(Math.max(...byMinute(probe))).toBeLessThanOrEqual(60)
  expect(byMinute(probe)[3]).toBe(60)
})

test('succeeded things raise the rate from the moment they do, without making up for the past', () => {
  const probe = probeWith(100, {
    exponentialRate: {
      baseRatePerMinute: 1,
      incrementFactor: 5,
      rateIncreaseCriteria: { numberOfSucceededThings: 2 },
    },
  })
  probe.at(120).advance() // three are there
  probe.update('job', 'SUCCEEDED', {}, 0)
  expect(probe.counts('job')).toEqual({ QUEUED: 2, SUCCEEDED: 1 })
  probe.at(175).update('job', 'SUCCEEDED', {}, 1)
  // 5 a minute from now on: 12 s each, the first at once as 12 s have passed since the last.
  expect(probe.advance().service.openExecutions()).toBe(98)
  expect(probe.counts('job')).toEqual({ QUEUED: 2, SUCCEEDED: 2 })
  probe.at(187).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 3, SUCCEEDED: 2 })
  probe.at(175 + 60).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 7, SUCCEEDED: 2 })
})

test('UpdateJob changes the rate of what is still to come', () => {
  const probe = probeWith(100, { maximumPerMinute: 1 })
  probe.at(59)
  const change = { jobExecutionsRolloutConfig: { maximumPerMinute: 60 } }
  expect(probe.control.updateJob('job', change, probe.nowUs)).toBeUndefined()
  probe.at(59 + 10).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 12 })
})

test('a rate that changes between two things counts from the last of them', () => {
  const probe = probeWith(10, { maximumPerMinute: 1 })
  const change = { jobExecutionsRolloutConfig: { maximumPerMinute: 2 } }
  probe.at(10).control.updateJob('job', change, probe.nowUs)
  probe.at(29).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 1 })
  probe.at(30).advance()
  expect(probe.counts('job')).toEqual({ QUEUED: 2 })
})

test('a thing that is deleted before its turn is passed over, and the job completes', () => {
  const probe = probeWith(3, { maximumPerMinute: 1 })
  probe.service.removeThing(1, probe.nowUs)
  probe.service.removeThing(2, probe.nowUs)
  probe.update('job', 'SUCCEEDED', {}, 0)
  probe.at(180).advance()
  expect(probe.counts('job')).toEqual({ SUCCEEDED: 1 })
  expect(probe.view('job').status).toBe('COMPLETED')
  expect(probe.service.openExecutions()).toBe(0)
})

test('a thing that is deleted takes no other thing with it', () => {
  const probe = probeWith(3, { maximumPerMinute: 1 })
  probe.service.removeThing(1, probe.nowUs)
  probe.at(180).advance()
  expect([0, 1, 2].map((thing) => probe.pending(thing))).toEqual([['job'], [], ['job']])
})

test('a row of a scenario goes thing by thing for its first job, then for its second', () => {
  const probe = new ServiceProbe({
    things: 3,
    jobs: [rowOfJobs(2, { id: 'row', maximumPerMinute: 1 })],
  })
  expect(probe.service.openExecutions()).toBe(6)
  probe.at(120).advance()
  expect([0, 1, 2].map((thing) => probe.pending(thing))).toEqual([['row-1'], ['row-1'], ['row-1']])
  probe.at(180).advance()
  expect(probe.pending(0)).toEqual(['row-1', 'row-2'])
  for (const thing of [0, 1, 2]) probe.update('row-1', 'SUCCEEDED', {}, thing)
  expect(probe.view('row-1').status).toBe('COMPLETED')
  expect(probe.view('row-2').status).toBe('IN_PROGRESS')
  probe.at(300).advance()
  expect(probe.counts('row-2')).toEqual({ QUEUED: 3 })
})

test('a job of a row can be canceled, and those behind it go on', () => {
  const probe = new ServiceProbe({
    things: 3,
    jobs: [rowOfJobs(2, { id: 'row', maximumPerMinute: 1 })],
  })
  probe.control.cancelJob('row-1', { force: false }, probe.nowUs)
  expect(probe.counts('row-1')).toEqual({ CANCELED: 1 })
  expect(probe.service.openExecutions()).toBe(3)
  expect(probe.control.deleteJob('row-1', false, probe.nowUs)).toBeUndefined()
  probe.at(600).advance()
  expect(probe.counts('row-2')).toEqual({ QUEUED: 3 })
})

test('with an endless row there is no end of open executions', () => {
  const jobs = [rowOfJobs(Number.POSITIVE_INFINITY)]
  expect(new ServiceProbe({ jobs }).service.openExecutions()).toBe(Number.POSITIVE_INFINITY)
})
