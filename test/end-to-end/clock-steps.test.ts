import { expect, test } from 'vitest'
import { prepared, startedWith } from './command-line.ts'
import { intervalsOf, rowsOf, summaryOf } from './finished-intervals.ts'

const STEP = new URL('./step-clock.mjs', import.meta.url).href

const SCENARIO = `
name: clock-steps
service: { quotas: aws, latency: { median: 10ms, p99: 20ms } }
fleet:
  things: 20
  connect: { rate: 100/s }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
jobs: [{ id: job, document: { operation: install }, perThing: endless, timeout: { inProgressMinutes: 5 } }]
behaviour: { work: 200ms, updates: 1, stepTimeoutMinutes: 5, requestTimeout: 5s }
load: { arrivals: [{ name: steady, rate: 10/s, for: 5s }], drain: 10s }
`

test('a wall clock that jumps by two hours twice a second changes nothing but stamps', async () => {
  const { file, out } = prepared(SCENARIO)
  const env = { NODE_OPTIONS: `--import ${STEP}` }
  const { exitCode, stdout, stderr } = await startedWith({ env }, 'run', file, '--out', out).ended

  // A busy machine may make the run invalid by its lag, and nothing else may.
  expect([0, 3], stdout + stderr).toContain(exitCode)
  const { run, arrivals, executions, operations, ledger } = summaryOf(out)
  expect(arrivals).toMatchObject({ planned: 50, started: 50, dropped: 0 })
  expect(executions).toMatchObject({ started: 50, succeeded: 50, timedOut: 0, stuck: 0 })
  expect(ledger).toMatchObject({ checked: true, balanced: true })
  expect(run.durationSeconds).toBeGreaterThan(4)
  expect(run.durationSeconds).toBeLessThan(20)
  for (const name of ['start-next', 'update'] as const) {
    expect(operations[name]?.timedOut).toBe(0)
    expect(operations[name]?.responseMs.max).toBeLessThan(5_000)
  }
  for (const { fromMs, toMs } of intervalsOf(out)) {
    expect(toMs).toBeGreaterThan(fromMs)
    expect(toMs).toBeLessThan(60_000)
  }
  const [first] = rowsOf(out)
  const offMs = Math.abs(Date.parse(first?.kind === 'run' ? first.startedAt : '') - Date.now())
  // The stamp shows that the clock was in fact moved.
  expect(offMs).toBeGreaterThan(3_000_000)
})
