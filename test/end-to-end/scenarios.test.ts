import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { SCENARIOS, shakedown, temporaryFolder } from './command-line.ts'

interface Try {
  /** In virtual time, where a busy machine changes nothing. */
  readonly virtual?: boolean
  readonly scenario: string
  /** Makes it short; the shape of the scenario stays. */
  readonly set: readonly string[]
}

/** A busy machine may void the measurement; what the things did and what the ledger says stands. */
async function runOf({ virtual = false, scenario, set }: Try): Promise<Summary> {
  const folder = join(temporaryFolder(), 'run')
  const overrides = set.flatMap((assignment) => ['--set', assignment])
  const { exitCode, stdout, stderr } = await shakedown(
    ...[
      virtual ? 'simulate' : 'run',
      join(SCENARIOS, `${scenario}.yaml`),
      '--out',
      folder,
      ...overrides,
    ],
  )
  expect([0, 3, 99], stdout + stderr).toContain(exitCode)
  const summary: Summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
  expect(summary.ledger).toEqual({ checked: true, balanced: true, differences: [] })
  expect(summary.run.complete).toBe(true)
  for (const [name, operation] of Object.entries(summary.operations)) {
    const rejected = Object.values(operation.rejected).reduce((sum, count) => sum + count, 0)
    const { accepted, empty, throttled, timedOut, lost, unanswered } = operation
    const ended = accepted + empty + throttled + rejected + timedOut + lost + unanswered
    expect({ name, ended }).toEqual({ name, ended: operation.issued })
  }
  return summary
}

test('the quickstart gives each thing one execution and ends all of them as dealt', async () => {
  const { executions, arrivals, operations, throttling } = await runOf({
    scenario: 'quickstart',
    set: [],
  })
  expect(arrivals).toMatchObject({ planned: 1_000, started: 1_000, dropped: 0 })
  expect(executions).toMatchObject({
    ...{ started: 1_000, succeeded: 970, failed: 20, rejected: 10 },
    ...{ timedOut: 0, canceled: 0, stuck: 0 },
  })
  expect(operations['start-next']?.accepted).toBe(1_000)
  expect(operations.update?.accepted).toBe(2_000)
  // 300 writes a second are wanted for ten seconds, and the account gives 200.
  expect(throttling.share).toBeGreaterThan(0)
  expect(throttling.bindingQuota).toContain('writes')
})

test('smoke runs both transports and ends everything', async () => {
  const { executions } = await runOf({ scenario: 'smoke', set: [] })
  expect(executions).toMatchObject({ started: 10, succeeded: 10, stuck: 0 })
})

test('a throttled account loses nothing and stays in balance', async () => {
  const { executions, throttling } = await runOf({
    scenario: 'throttled-account',
    set: [
      ...['fleet.things=200', 'fleet.connect.rate=200/s', 'service.quotas={ writes: 20/s }'],
      ...['load.arrivals.0.for=3s', 'load.arrivals.0.to=12/s'],
      ...['load.arrivals.1.for=6s', 'load.arrivals.1.rate=12/s'],
      ...['behaviour.work=1s', 'behaviour.retry.cap=4s', 'service.faults.0.from=2s'],
      ...['service.faults.0.share=5%', 'behaviour.requestTimeout=2s'],
      // Half a minute of its load is no longer there to look at.
      'thresholds=[]',
    ],
  })
  const { started, succeeded, failed, rejected, timedOut, canceled, stuck } = executions
  expect(started).toBeGreaterThan(0)
  expect(succeeded + failed + rejected + timedOut + canceled + stuck).toBe(started)
  expect(throttling.share).toBeGreaterThan(0)
})

test('the nightly load stays inside its quotas', async () => {
  const { executions, throttling, arrivals } = await runOf({
    scenario: 'nightly-steady',
    set: [
      ...['fleet.things=100', 'load.arrivals.0.for=2s', 'load.arrivals.1.for=3s'],
      'behaviour.work=200ms',
    ],
  })
  expect(throttling.share).toBe(0)
  expect(arrivals?.planned).toBe(160)
  expect(executions.started + (arrivals?.dropped ?? 0)).toBe(160)
})

test('a rollout ends when every execution has ended, long before its limit', async () => {
  const { executions, run } = await runOf({
    scenario: 'rollout-start',
    set: ['fleet.things=100', 'service.minute=2s', 'behaviour.work=200ms', 'load.rollout.poll=1s'],
  })
  expect(executions).toMatchObject({ started: 100, succeeded: 98, failed: 2, stuck: 0 })
  expect(run.durationSeconds).toBeLessThan(120)
})

test('a step that takes longer than its timer is timed out, and its thing goes on', async () => {
  const { executions, operations } = await runOf({
    scenario: 'step-timeout',
    set: [
      ...['fleet.things=40', 'load.arrivals.0.rate=20/s', 'load.arrivals.0.for=2s'],
      ...['service.minute=200ms', 'behaviour.work.median=1200ms', 'behaviour.work.p95=3600ms'],
    ],
  })
  expect(executions.timedOut).toBeGreaterThan(0)
  expect(executions.succeeded + executions.timedOut).toBe(40)
  expect(operations.update?.rejected).toEqual({ InvalidStateTransition: executions.timedOut })
})

test('the timer of a job ends what takes longer, however often its thing reports', async () => {
  const { executions } = await runOf({
    scenario: 'in-progress-timeout',
    set: [
      ...['fleet.things=40', 'load.arrivals.0.rate=20/s', 'load.arrivals.0.for=2s'],
      ...['service.minute=200ms', 'behaviour.work.median=1s', 'behaviour.work.p95=3s'],
    ],
  })
  expect(executions.timedOut).toBeGreaterThan(0)
  expect(executions.succeeded + executions.timedOut).toBe(40)
})

const GIVEN_UP: Try = {
  scenario: 'partial-failure-abort',
  set: [
    ...['fleet.things=400', 'service.minute=1s', 'behaviour.work=200ms', 'load.rollout.poll=1s'],
    ...['jobs.0.rollout.exponential.everySucceeded=20', 'jobs.0.abort.0.minThings=40'],
    'behaviour.outcomes={ SUCCEEDED: 70%, FAILED: 30% }',
  ],
}

test('a rollout that goes wrong is given up by the service, with most things untouched', async () => {
  const { executions } = await runOf({ ...GIVEN_UP, virtual: true })
  const { started, stuck, held } = executions
  expect(started).toBeGreaterThanOrEqual(20)
  expect(started).toBeLessThan(200)
  expect(stuck).toBe(0)
  expect(held?.CANCELED).toBeGreaterThan(0)
})

// How many have begun by then is a matter of the machine: one that stands still lets all begin at once.
test('what has begun of a rollout that is given up is worked off, and the run ends', async () => {
  const { executions, run } = await runOf(GIVEN_UP)
  const { started, succeeded, failed, stuck } = executions
  // It takes 4 failures among 40 things at least, and three in ten fail.
  expect(failed).toBeGreaterThanOrEqual(4)
  expect(started).toBeGreaterThanOrEqual(20)
  expect(succeeded + failed).toBe(started)
  expect(stuck).toBe(0)
  expect(run.durationSeconds).toBeLessThan(120)
})

test('an update that collides with its own success is a success', async () => {
  const { executions, operations } = await runOf({
    scenario: 'version-conflict',
    set: [
      ...['fleet.things=100', 'load.arrivals.0.rate=20/s', 'load.arrivals.0.for=3s'],
      ...['behaviour.work=300ms', 'behaviour.requestTimeout=1s', 'service.faults.0.share=15%'],
      ...['agents.careful.retry.base=50ms', 'agents.careful.retry.cap=200ms'],
    ],
  })
  const { started, succeeded, failed, stuck } = executions
  expect(started).toBe(60)
  expect(succeeded + failed).toBe(60)
  expect(stuck).toBe(0)
  expect(operations.update?.rejected.VersionMismatch).toBeGreaterThan(0)
  expect(operations.describe?.accepted).toBeGreaterThan(0)
})

test('a loop goes round until its time is over', async () => {
  const { executions, arrivals } = await runOf({
    scenario: 'loop-soak',
    set: ['fleet.things=40', 'load.loop.for=5s', 'load.loop.pause=100ms', 'behaviour.work=100ms'],
  })
  expect(arrivals).toBeNull()
  expect(executions.started).toBeGreaterThan(80)
  expect(executions.succeeded + executions.failed + executions.stuck).toBe(executions.started)
})
