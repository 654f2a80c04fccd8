import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTerminal } from '../../src/protocol/jobs.ts'
import type { ServiceSwitches } from '../../src/protocol/switches.ts'
import {
  type ControlExecution,
  isRefusal,
  type JobSpec,
  type JobStatus,
} from '../../src/service/job-control.ts'
import { SECOND_US, ServiceProbe } from './service-probe.ts'

/**
 * Random devices, operators and clocks against what must hold at every moment, whatever they do. The
 * notifications are held against lists that are read anew before and after each step.
 */
const THINGS = 4
const JOBS = ['a', 'b', 'c']
const GROUPS = ['g', 'h']

const thing = fc.nat(THINGS - 1)
const jobId = fc.constantFrom(...JOBS)
const group = fc.constantFrom(...GROUPS)
const target = fc.oneof(
  thing.map((index) => ({ kind: 'thing', thing: index }) as const),
  group.map((name) => ({ kind: 'group', group: name }) as const),
)
const retryConfig = fc.constantFrom(
  undefined,
  { criteriaList: [{ failureType: 'ALL', numberOfRetries: 2 }] } as const,
  { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 1 }] } as const,
)
const abortConfig = fc.option(
  fc.record({
    failureType: fc.constantFrom('FAILED' as const, 'ALL' as const),
    action: fc.constant('CANCEL' as const),
    thresholdPercentage: fc.constantFrom(30, 60),
    minNumberOfExecutedThings: fc.integer({ min: 1, max: 3 }),
  }),
  { nil: undefined },
)
const spec: fc.Arbitrary<JobSpec> = fc
  .record({
    jobId,
    targets: fc.array(target, { minLength: 1, maxLength: 3 }),
    targetSelection: fc.constantFrom('SNAPSHOT' as const, 'CONTINUOUS' as const),
    retry: retryConfig,
    abort: abortConfig,
    perMinute: fc.constantFrom(undefined, 1, 4),
    minutes: fc.constantFrom(undefined, 1, 3),
  })
  .map(({ retry, abort, perMinute, minutes, ...job }) => ({
    ...job,
    documentText: '{}',
    jobExecutionsRetryConfig: retry,
    abortConfig: abort && { criteriaList: [abort] },
    jobExecutionsRolloutConfig: perMinute && { maximumPerMinute: perMinute },
    timeoutConfig: minutes && { inProgressTimeoutInMinutes: minutes },
  }))

const kind = <Kind extends string>(name: Kind) => fc.constant(name)
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('create'), spec }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('start-next'), thing }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: kind('update'),
      thing,
      jobId,
      status: fc.constantFrom('IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('cancel'), jobId, force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('delete'), jobId, force: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('cancel-one'), thing, jobId, force: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('delete-one'), thing, jobId, force: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('join'), thing, group }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('leave'), thing, group }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('associate'), jobId, group }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('wait'), seconds: fc.nat(120) }) },
)
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

const switches: fc.Arbitrary<Partial<ServiceSwitches>> = fc.record({
  retryDelaySeconds: fc.constantFrom(0, 0, 20),
  retryPlace: fc.constantFrom('back' as const, 'front' as const),
})

test('whatever devices, operators and the clock do, no invariant breaks', () => {
  const holds = fc.property(
    switches,
    fc.array(act, { maxLength: 80, size: 'max' }),
    (given, steps) => {
      const probe = new ServiceProbe({ things: THINGS, switches: given })
      const watch = new Watch(probe)
      for (const step of steps) {
        perform(probe, step)
        // Advancing must have done all that is due, so that nothing is left for the looks below.
        probe.advance()
        watch.look()
      }
    },
  )
  fc.assert(holds, { numRuns: 60 })
})

test('seven days of timers, retries and rollouts take no time of ours', () => {
  const probe = new ServiceProbe({ things: THINGS }).join('g', 0, 1, 2, 3)
  probe.job('a', {
    targets: [{ kind: 'group', group: 'g' }],
    timeoutConfig: { inProgressTimeoutInMinutes: 10_080 },
    jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'TIMED_OUT', numberOfRetries: 1 }] },
  })
  const watch = new Watch(probe)
  for (let week = 0; week < 2; week++) {
    probe.at(week * 604_800 + 1).advance()
    for (let at = 0; at < THINGS; at++) probe.startNext({}, at)
    probe.at((week + 1) * 604_800).advance()
    watch.look()
    expect(probe.counts('a')).toMatchObject({ IN_PROGRESS: THINGS })
  }
  probe.at(3 * 604_800).advance()
  expect(probe.counts('a')).toEqual({ TIMED_OUT: 2 * THINGS })
  expect(probe.view('a').status).toBe('COMPLETED')
})

function perform(probe: ServiceProbe, step: Act): void {
  const { control, nowUs } = probe
  switch (step.kind) {
    case 'create':
      control.createJob(step.spec, nowUs)
      return
    case 'start-next':
      probe.startNext({}, step.thing)
      return
    case 'update':
      probe.update(step.jobId, step.status, {}, step.thing)
      return
    case 'cancel':
      control.cancelJob(step.jobId, { force: step.force }, nowUs)
      return
    case 'delete':
      control.deleteJob(step.jobId, step.force, nowUs)
      return
    case 'cancel-one':
      control.cancelExecution(step.thing, step.jobId, { force: step.force }, nowUs)
      return
    case 'delete-one': {
      const latest = control.describeExecution(step.thing, step.jobId, undefined, nowUs)
      if (isRefusal(latest)) return
      control.deleteExecution(step.thing, step.jobId, latest.executionNumber, step.force, nowUs)
      return
    }
    case 'join':
      control.thingJoined(step.group, step.thing, nowUs)
      return
    case 'leave':
      control.thingLeft(step.group, step.thing, nowUs)
      return
    case 'associate':
      control.associateTargets(step.jobId, [step.group], undefined, nowUs)
      return
    case 'wait':
      probe.nowUs += step.seconds * SECOND_US
  }
}

/** Sees the whole service after each step, and holds it against itself and against the step before. */
class Watch {
  readonly #probe: ServiceProbe
  #executions = new Map<string, ControlExecution>()
  readonly #jobs = new Map<string, { created: number; status: JobStatus }>()
  readonly #pending: string[][] = Array.from({ length: THINGS }, () => [])

  constructor(probe: ServiceProbe) {
    this.#probe = probe
    this.look()
  }

  look(): void {
    this.#checkNotifications()
    this.#checkExecutions()
    this.#checkJobs()
    this.#checkLedger()
  }

  /** By their notifications alone, devices always know the list and its first member. */
  #checkNotifications(): void {
    for (let at = 0; at < THINGS; at++) {
      const { inProgress, queued } = this.#listOf(at)
      const after = [...inProgress, ...queued]
      const told = this.#probe.notifications.filter((one) => one.thing === at)
      const notified = told.filter(({ notification }) => notification.kind === 'notify')
      const next = told.filter(({ notification }) => notification.kind === 'notify-next')
      const before = this.#pending[at] ?? []
      if (notified.length === 0) expect([...after].sort()).toEqual([...before].sort())
      if (next.length === 0) expect(after[0]).toBe(before[0])
      // One that has the news each time: as many as there were changes, none that says the same.
      const firsts = next.map(({ notification: one }) =>
        one.kind === 'notify-next' && one.execution
          ? `${one.execution.jobId} ${one.execution.executionNumber}`
          : undefined,
      )
      let last = before[0]
      for (const first of firsts) {
        expect(first).not.toBe(last)
        last = first
      }
      expect(last).toBe(after[0])
      let list = [...before].sort().join()
      for (const { notification: one } of notified) {
        if (one.kind !== 'notify') continue
        const shown = [...(one.jobs.IN_PROGRESS ?? []), ...(one.jobs.QUEUED ?? [])]
        const names = shown.map((job) => `${job.jobId} ${job.executionNumber}`)
        expect(names.sort().join()).not.toBe(list)
        list = names.join()
      }
      this.#pending[at] = after
    }
    this.#probe.notifications.length = 0
  }

  /** IN_PROGRESS first, each in the order of queueing, as the thing's own records say. */
  #listOf(at: number): { inProgress: string[]; queued: string[] } {
    const reply = this.#probe.request('get-pending', {}, at)
    if (reply.kind === 'rejected') throw new Error(reply.message)
    const name = (one: { jobId: string; executionNumber: number }) =>
      `${one.jobId} ${one.executionNumber}`
    const inProgress = (reply.inProgressJobs ?? []).map(name)
    const queued = (reply.queuedJobs ?? []).map(name)
    const open = [...this.#probe.control.executionsForThing(at, {}, this.#probe.nowUs)].map(
      ({ value }) => value,
    )
    expect(inProgress).toEqual(open.filter((one) => one.status === 'IN_PROGRESS').map(name))
    expect(queued).toEqual(open.filter((one) => one.status === 'QUEUED').map(name))
    return { inProgress, queued }
  }

  /** Versions rise when anything changes, what is terminal stays, one execution of a job is open. */
  #checkExecutions(): void {
    const now = new Map<string, ControlExecution>()
    const open = new Set<string>()
    for (const job of JOBS)
      for (const one of this.#executionsOf(job)) {
        const created = this.#createdAt(job)
        const key = `${job} ${created} ${one.thing} ${one.executionNumber} ${one.queuedAt}`
        const before = this.#executions.get(key)
        now.set(key, one)
        if (!isTerminal(one.status)) {
          expect(open).not.toContain(`${job} ${one.thing}`)
          open.add(`${job} ${one.thing}`)
        }
        if (before === undefined) continue
        expect(one.versionNumber).toBeGreaterThanOrEqual(before.versionNumber)
        if (isTerminal(before.status)) expect(one).toEqual(before)
        else if (before.status !== one.status)
          expect(one.versionNumber).toBeGreaterThan(before.versionNumber)
      }
    this.#executions = now
  }

  #checkJobs(): void {
    for (const jobId of JOBS) {
      const job = this.#probe.control.describeJob(jobId, this.#probe.nowUs)
      if (isRefusal(job)) {
        this.#jobs.delete(jobId)
        continue
      }
      // C16: the counters add up to the executions, status by status.
      const counted: Record<string, number> = {}
      for (const { status } of this.#executionsOf(jobId))
        counted[status] = (counted[status] ?? 0) + 1
      expect(this.#probe.counts(jobId)).toEqual(counted)
      const isOpen = job.counts.QUEUED + job.counts.IN_PROGRESS > 0
      if (job.status === 'COMPLETED') expect(isOpen || job.isConcurrent).toBe(false)
      if (job.status === 'CANCELED') expect(job.counts.QUEUED).toBe(0)
      expect(job.completedAt !== undefined).toBe(job.status === 'COMPLETED')
      if (job.targetSelection === 'CONTINUOUS') expect(job.status).not.toBe('COMPLETED')
      const before = this.#jobs.get(jobId)
      if (before?.created === job.createdAt && before.status !== 'IN_PROGRESS')
        expect([before.status, 'IN_PROGRESS']).toContain(job.status)
      this.#jobs.set(jobId, { created: job.createdAt, status: job.status })
    }
  }

  #checkLedger(): void {
    const { open, ended, byStatus } = this.#probe.service.ledger()
    const sum = (values: Iterable<number>) => [...values].reduce((all, one) => all + one, 0)
    expect(sum(ended)).toBe(sum(Object.values(byStatus)))
    const held = JOBS.flatMap((jobId) => this.#executionsOf(jobId))
    expect(open).toHaveLength(held.filter((one) => !isTerminal(one.status)).length)
    expect(this.#probe.service.openExecutions()).toBeGreaterThanOrEqual(open.length)
  }

  #executionsOf(jobId: string): ControlExecution[] {
    const found = this.#probe.control.executionsForJob(jobId, {}, this.#probe.nowUs)
    return isRefusal(found) ? [] : [...found].map(({ value }) => value)
  }

  #createdAt(jobId: string): number {
    const job = this.#probe.control.describeJob(jobId, this.#probe.nowUs)
    return isRefusal(job) ? 0 : job.createdAt
  }
}
