import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ExecutionStatus,
  isTerminal,
  type JobsNotification,
  type Reply,
} from '../../src/protocol/jobs.ts'
import { rowOfJobs, SECOND_US, ServiceProbe } from './service-probe.ts'

/**
 * The service again, as plainly as can be: lists that are filtered and sorted anew for each question.
 * It shares no line with the service.
 */
class Model {
  readonly executions: Modelled[] = []
  #sequence = 0

  queue(thing: number, jobId: string, inProgressSeconds: number): void {
    const sequence = this.#sequence++
    this.executions.push({
      ...{ thing, jobId, sequence, inProgressSeconds, status: 'QUEUED', version: 1 },
      ...{ boundAt: Number.POSITIVE_INFINITY, stepAt: Number.POSITIVE_INFINITY },
    })
  }

  pending(thing: number): Modelled[] {
    const rank = (one: Modelled) => (one.status === 'IN_PROGRESS' ? 0 : 1)
    return this.executions
      .filter((one) => one.thing === thing && !isTerminal(one.status))
      .sort((one, other) => rank(one) - rank(other) || one.sequence - other.sequence)
  }

  find(thing: number, jobId: string): Modelled | undefined {
    return this.executions.find((one) => one.thing === thing && one.jobId === jobId)
  }

  become(one: Modelled, status: ExecutionStatus, second: number): void {
    if (one.status === 'QUEUED' && status === 'IN_PROGRESS')
      one.boundAt = second + one.inProgressSeconds
    one.status = status
    one.version += 1
    if (!isTerminal(status) || !one.jobId.startsWith('endless-')) return
    const ordinal = Number(one.jobId.slice('endless-'.length))
    // The service keeps the last ended one only.
    const old = this.executions.findIndex(
      (other) => other.thing === one.thing && other.jobId === `endless-${ordinal - 1}`,
    )
    if (old >= 0) this.executions.splice(old, 1)
    this.queue(one.thing, `endless-${ordinal + 1}`, one.inProgressSeconds)
  }

  /** Ends whatever has run out, one second of the past after the other. */
  timeOut(fromSecond: number, toSecond: number): void {
    for (let second = fromSecond; second <= toSecond; second++)
      for (const one of [...this.executions])
        if (one.status === 'IN_PROGRESS' && Math.min(one.boundAt, one.stepAt) <= second)
          this.become(one, 'TIMED_OUT', second)
  }
}

interface Modelled {
  thing: number
  jobId: string
  sequence: number
  inProgressSeconds: number
  status: ExecutionStatus
  version: number
  boundAt: number
  stepAt: number
}

const THINGS = 2
const thing = fc.nat(THINGS - 1)
const jobId = fc.oneof(
  fc.constantFrom('row-1', 'row-2', 'row-3', 'made-0', 'made-1', 'made-2'),
  fc.integer({ min: 1, max: 6 }).map((ordinal) => `endless-${ordinal}`),
)
const minutes = fc.option(fc.constantFrom(-1, 1, 2, 5), { nil: undefined })
const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('start-next' as const), thing, minutes }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      thing,
      // Mostly one that is pending, by its place in the list.
      place: fc.nat(5),
      jobId: fc.option(jobId, { nil: undefined, freq: 2 }),
      status: fc.oneof(
        { weight: 4, arbitrary: fc.constant('IN_PROGRESS' as const) },
        { weight: 4, arbitrary: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const) },
        { weight: 1, arbitrary: fc.constantFrom('QUEUED' as const, 'REJECTED' as const) },
      ),
      expectedVersion: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 2 }),
      minutes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('describe' as const), thing, jobId }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      id: fc.constantFrom('made-0', 'made-1', 'made-2'),
      targets: fc.uniqueArray(thing, { minLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(200) }) },
)
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

const ENDLESS_MINUTES = 3

function bothWithJobs(): { probe: ServiceProbe; model: Model } {
  const endless = { id: 'endless', inProgressTimeoutMinutes: ENDLESS_MINUTES }
  const probe = new ServiceProbe({
    things: THINGS,
    jobs: [rowOfJobs(2, { id: 'row' }), rowOfJobs(Number.POSITIVE_INFINITY, endless)],
  })
  const model = new Model()
  for (let at = 0; at < THINGS; at++) {
    model.queue(at, 'row-1', Number.POSITIVE_INFINITY)
    model.queue(at, 'row-2', Number.POSITIVE_INFINITY)
    model.queue(at, 'endless-1', ENDLESS_MINUTES * 60)
  }
  return { probe, model }
}

/** What the model says an update comes to; it changes when that is `accepted`. */
function updateModel(model: Model, step: Act & { kind: 'update' }, id: string, second: number) {
  const one = model.find(step.thing, id)
  if (one === undefined) return 'ResourceNotFound'
  if (step.expectedVersion !== undefined && step.expectedVersion !== one.version)
    return 'VersionMismatch'
  const mayBe = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'].includes(step.status)
  if (isTerminal(one.status) || !mayBe) return 'InvalidStateTransition'
  model.become(one, step.status, second)
  if (step.minutes === -1) one.stepAt = Number.POSITIVE_INFINITY
  else if (step.minutes !== undefined) one.stepAt = second + step.minutes * 60
  return 'accepted'
}

function apply(probe: ServiceProbe, model: Model, step: Act, second: number): void {
  if (step.kind === 'start-next') {
    const reply = probe.startNext({ stepTimeoutInMinutes: step.minutes }, step.thing)
    if (step.minutes === -1) {
      expectCode(reply, 'InvalidRequest')
      return
    }
    const [first] = model.pending(step.thing)
    if (first?.status === 'QUEUED') model.become(first, 'IN_PROGRESS', second)
    if (first && step.minutes !== undefined) first.stepAt = second + step.minutes * 60
    const { jobId: id, version: versionNumber, status } = first ?? {}
    const execution = first && expect.objectContaining({ jobId: id, versionNumber, status })
    expect(reply).toEqual({ kind: 'accepted', execution })
  } else if (step.kind === 'update') {
    const pending = model.pending(step.thing)
    const id = step.jobId ?? pending[step.place % pending.length]?.jobId ?? 'none'
    const { status, expectedVersion, minutes: stepTimeoutInMinutes } = step
    const more = { expectedVersion, stepTimeoutInMinutes, includeJobExecutionState: true }
    const one = model.find(step.thing, id)
    const code = updateModel(model, step, id, second)
    const reply = probe.update(id, status, more, step.thing)
    expectCode(reply, code)
    expect(reply.executionState).toEqual(
      one && { status: one.status, versionNumber: one.version, statusDetails: undefined },
    )
  } else if (step.kind === 'describe') {
    const one = model.find(step.thing, step.jobId)
    const reply = probe.request('describe', { jobId: step.jobId }, step.thing)
    if (one === undefined) expectCode(reply, 'ResourceNotFound')
    else if (isTerminal(one.status)) expectCode(reply, 'TerminalStateReached')
    else
      expect(reply).toMatchObject({ execution: { status: one.status, versionNumber: one.version } })
  } else if (step.kind === 'create') {
    const isNew = !model.executions.some((one) => one.jobId === step.id)
    expect(probe.create(step.id, step.targets)).toBe(
      isNew ? 'created' : 'ResourceAlreadyExistsException',
    )
    if (isNew)
      for (const target of step.targets) model.queue(target, step.id, Number.POSITIVE_INFINITY)
  }
}

function expectCode(reply: Reply, code: string): void {
  expect(reply.kind === 'rejected' ? reply.code : 'accepted').toBe(code)
}

const idsOf = (list: readonly { jobId: string }[]) => list.map((one) => one.jobId)

test('whatever devices and timers do, the service agrees with a plain model of it', () => {
  const agrees = fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (steps) => {
    const { probe, model } = bothWithJobs()
    let second = 0
    for (const step of steps) {
      const before = Array.from({ length: THINGS }, (_, at) => idsOf(model.pending(at)))
      probe.notifications.length = 0
      if (step.kind === 'wait') {
        model.timeOut(second, second + step.seconds)
        second += step.seconds
        probe.at(second).service.advance(second * SECOND_US)
      } else apply(probe, model, step, second)
      for (let at = 0; at < THINGS; at++) {
        const after = idsOf(model.pending(at))
        expect(probe.pending(at)).toEqual(after)
        if (step.kind !== 'wait') expectNotified(probe, at, before[at] ?? [], after)
      }
    }
    expectLedger(probe, model)
  })
  fc.assert(agrees, { numRuns: 60 })
})

/** `notify` exactly when the set changed, `notify-next` exactly when the first did, once each. */
function expectNotified(probe: ServiceProbe, at: number, before: string[], after: string[]): void {
  const told: JobsNotification[] = probe.notifications
    .filter((one) => one.thing === at)
    .map(({ notification }) => notification)
  const hasSetChanged = [...before].sort().join() !== [...after].sort().join()
  const kinds = [
    ...(hasSetChanged ? ['notify'] : []),
    ...(before[0] === after[0] ? [] : ['notify-next']),
  ]
  expect(told.map(({ kind }) => kind)).toEqual(kinds)
  for (const notification of told) {
    if (notification.kind === 'notify-next') expect(notification.execution?.jobId).toBe(after[0])
    else
      expect(
        idsOf([...(notification.jobs.IN_PROGRESS ?? []), ...(notification.jobs.QUEUED ?? [])]),
      ).toEqual(after)
  }
}

function expectLedger(probe: ServiceProbe, model: Model): void {
  const { open, ended, byStatus } = probe.service.ledger()
  const pending = model.executions.filter((one) => !isTerminal(one.status))
  expect(open.map(([at, id, , status]) => `${at} ${id} ${status}`).sort()).toEqual(
    pending.map((one) => `${one.thing} ${one.jobId} ${one.status}`).sort(),
  )
  const count = Object.values(byStatus).reduce((sum, more) => sum + more, 0)
  expect(ended.reduce((sum, more) => sum + more, 0)).toBe(count)
}
