import { setTimeout as pause } from 'node:timers/promises'
import type { Histogram } from 'hdr-histogram-js'
import { expect } from 'vitest'
import type { LatencySummary, Summary } from '../../src/results/summary.ts'
import { prepared, type Started, shakedown, standInOf } from './command-line.ts'
import { startedToCrash } from './crashing.ts'
import { histogramOf, rowsOf, summaryOf, sumsOf } from './finished-intervals.ts'

export const VICTIMS = ['run', 'worker', 'stand-in'] as const
export type Victim = (typeof VICTIMS)[number]

/** More than six seconds from the first row to the last, with throttling, retries, lost answers and both transports. */
const SCENARIO = `
name: killed
service:
  quotas: { writes: 60/s }
  latency: { median: 5ms, p99: 40ms }
  faults: [{ kind: lost-reply, share: 2%, from: 0s, for: 1h }]
fleet:
  things: 60
  connect: { rate: 60/s }
  mix: [{ share: 60%, transport: mqtt }, { share: 40%, transport: http }]
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour: { work: 100ms, updates: 1, outcomes: { SUCCEEDED: 80%, FAILED: 20% }, requestTimeout: 1s }
load: { arrivals: [{ name: steady, rate: 30/s, for: 5s }], drain: 1s }
`
const LONGEST_MS = 6_000

/**
 * One round: a run of two workers loses something at a moment of its life, and `report` makes a
 * summary from what is left, in which every count is that of the finished intervals.
 *
 * @param moment 0..1, of the time from the first row of the run to about its end.
 */
export async function killedAt(victim: Victim, moment: number): Promise<void> {
  const { file, out, folder } = prepared(SCENARIO)
  const { run, crashWorker } = startedToCrash(folder, 'run', file, '--out', out, '--workers', '2')
  const standIn = await standInOf(run)
  await run.until('the run row stands', () => rowsOf(out).length > 0)
  await pause(moment * LONGEST_MS)

  if (victim === 'run') kill(run.pid)
  if (victim === 'worker') crashWorker()
  if (victim === 'stand-in') kill(standIn)
  await run.ended

  const own = victim === 'run' ? undefined : ownSummary(run, out)
  const report = await shakedown('report', out)
  expect(report.exitCode, report.stdout + report.stderr).toBe(0)
  const summary = summaryOf(out)
  expectCountsOf(out, summary)
  if (victim === 'run') expectKilled(summary, out)
  else expect(summary).toEqual(own)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // The moment may lie behind the end of the run.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A run that could end by itself has made the same report from the same files. */
function ownSummary(run: Started, folder: string): Summary {
  expect(run.child.exitCode, run.stdout() + run.stderr()).toBe(3)
  const summary = summaryOf(folder)
  expect(summary).toMatchObject({ verdict: 'invalid', run: { complete: true } })
  return summary
}

function expectKilled({ run, verdict }: Summary, folder: string): void {
  const ended = rowsOf(folder).some(({ kind }) => kind === 'end')
  expect(run.complete).toBe(ended)
  if (!ended) expect(verdict).toBe('invalid')
}

function expectCountsOf(folder: string, summary: Summary): void {
  const sums = sumsOf(folder)
  const count = (name: string) => sums.get(name) ?? 0
  for (const [name, operation] of Object.entries(summary.operations)) {
    const { issued, accepted, empty, throttled, timedOut, lost, unanswered, rejected } = operation
    const told = { issued, accepted, empty, throttled, timedOut, lost, unanswered }
    expect(told, name).toEqual(mapped(Object.keys(told), (key) => count(`${name}.${key}`)))
    const codes = [...sums.keys()].filter((key) => key.startsWith(`${name}.rejected.`))
    expect(
      Object.values(rejected).reduce((sum, one) => sum + one, 0),
      name,
    ).toBe(codes.reduce((sum, key) => sum + count(key), 0))
    const { responseMs, serviceMs, lagMs } = operation
    expectLatency(responseMs, histogramOf(folder, `${name}.accepted.response`))
    expectLatency(serviceMs, histogramOf(folder, `${name}.accepted.service`))
    expectLatency(lagMs, histogramOf(folder, `${name}.lag`))
  }
  const { durationMs, ...executions } = summary.executions
  expect(executions).toEqual(mapped(Object.keys(executions), (key) => count(`execution.${key}`)))
  expectLatency(durationMs, histogramOf(folder, 'execution.duration'))
  const { started, dropped, reassigned, acquireMs } = summary.arrivals ?? {}
  expect({ started, dropped, reassigned }).toEqual(
    mapped(['started', 'dropped', 'reassigned'], (key) => count(`start.${key}`)),
  )
  expectLatency(acquireMs ?? {}, histogramOf(folder, 'start.acquire'))
}

function expectLatency(told: LatencySummary, measured: Histogram): void {
  expect(told.count ?? 0).toBe(measured.totalCount)
  if (measured.totalCount === 0) return
  expect(told.p50).toBe(measured.getValueAtPercentile(50) / 1e3)
  expect(told.p99).toBe(measured.getValueAtPercentile(99) / 1e3)
  expect(told.max).toBe(measured.maxValue / 1e3)
}

function mapped(names: readonly string[], value: (name: string) => number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, value(name)]))
}
