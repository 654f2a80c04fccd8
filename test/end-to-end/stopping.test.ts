import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepared, standInOf, started, startedWith } from './command-line.ts'
import { intervalsOf, rowsOf, summaryOf } from './finished-intervals.ts'
import { isAlive } from './processes.ts'

/** Endless quick work for two minutes. @param work how long one execution takes. */
const scenario = (work: string, connect = '500/s') => `
name: stopping
service: { quotas: unlimited }
fleet:
  things: 40
  connect: { rate: ${connect} }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour: { work: ${work}, updates: 1 }
load: { arrivals: [{ name: steady, rate: 20/s, for: 2m }], drain: 60s }
`

const inLoad = (folder: string) =>
  intervalsOf(folder).filter(({ stage }) => stage === 'load').length >= 2

function unanswered(folder: string): number {
  const { operations } = summaryOf(folder)
  return Object.values(operations).reduce((sum, operation) => sum + operation.unanswered, 0)
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('once: work in hand is finished, everything is counted, 105', async () => {
    const { file, out } = prepared(scenario('300ms'))
    const run = started('run', file, '--out', out, '--workers', '2')
    await run.until('the load has begun', () => inLoad(out))

    run.child.kill(signal)
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(105)
    expect(stdout).toMatch(/^STOPPED/m)
    const { verdict, run: about, executions, arrivals, ledger } = summaryOf(out)
    expect({ verdict, complete: about.complete }).toEqual({ verdict: 'stopped', complete: true })
    expect(executions.started).toBeGreaterThan(0)
    expect(executions).toMatchObject({ succeeded: executions.started, stuck: 0 })
    expect(unanswered(out)).toBe(0)
    expect(arrivals?.planned).toBe((arrivals?.started ?? 0) + (arrivals?.dropped ?? 0))
    expect(arrivals?.planned).toBeLessThan(2_400)
    expect(ledger).toMatchObject({ checked: true, balanced: true })
    expect(intervalsOf(out).some(({ stage }) => stage === 'drain')).toBe(true)
    expect(existsSync(join(out, 'report.html'))).toBe(true)
  })

  test('twice: work in hand is left, and the report says how much', async () => {
    const { file, out } = prepared(scenario('50s'))
    const run = started('run', file, '--out', out)
    await run.until('the load has begun', () => inLoad(out))

    run.child.kill(signal)
    await run.until('it says that it drains', () => run.stderr().includes('draining'))
    expect(isAlive(run.pid)).toBe(true)
    const beganMs = performance.now()
    run.child.kill(signal)
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(105)
    // The drain alone would have taken more than 40 s.
    expect(performance.now() - beganMs).toBeLessThan(30_000)
    const { verdict, run: about, executions } = summaryOf(out)
    expect({ verdict, complete: about.complete }).toEqual({ verdict: 'stopped', complete: true })
    // A start whose answer was still on its way is stuck too.
    expect(executions.started).toBeGreaterThan(0)
    expect(executions.stuck).toBeGreaterThanOrEqual(executions.started)
  })
})

test('a third time is not waited for, and what was finished still makes a report', async () => {
  const { file, out } = prepared(scenario('50s'))
  const run = started('run', file, '--out', out)
  await run.until('the load has begun', () => inLoad(out))
  // Nobody answers the question for the ledger, so that the run has something to wait for.
  process.kill(await standInOf(run), 'SIGSTOP')

  run.child.kill('SIGINT')
  await run.until('it says that it drains', () => run.stderr().includes('draining'))
  // One of each kind: two of the same, sent so fast, may arrive as one.
  run.child.kill('SIGINT')
  run.child.kill('SIGTERM')
  const { exitCode } = await run.ended

  expect(exitCode).toBe(105)
  expect(rowsOf(out).some(({ kind }) => kind === 'end')).toBe(false)
  const report = await started('report', out).ended
  expect(report.exitCode, report.stderr).toBe(0)
  expect(summaryOf(out).run.complete).toBe(false)
})

test.skipIf(process.platform === 'win32')(
  'a terminal that is closed, told twice, ends a run as Ctrl-C does once',
  async () => {
    const { file, out } = prepared(scenario('300ms'))
    const run = started('run', file, '--out', out)
    await run.until('it has ended a second', () =>
      intervalsOf(out).some(({ stage }) => stage === 'load'),
    )

    run.child.kill('SIGHUP')
    await run.until('it says that it drains', () => run.stderr().includes('draining'))
    run.child.kill('SIGHUP')
    const { exitCode, stderr } = await run.ended

    expect(exitCode, stderr).toBe(105)
    expect(summaryOf(out)).toMatchObject({
      verdict: 'stopped',
      run: { complete: true },
      executions: { stuck: 0 },
    })
  },
)

test('stopped while its things still connect, a run says that its load never began', async () => {
  const { file, out } = prepared(scenario('1s', '2/s'))
  const run = started('run', file, '--out', out)
  await run.until('things connect', () => intervalsOf(out).length > 0)

  run.child.kill('SIGINT')
  const { exitCode, stdout } = await run.ended

  expect(exitCode).toBe(105)
  expect(summaryOf(out)).toMatchObject({ verdict: 'stopped', executions: { started: 0 } })
  expect(stdout).toContain('begun')
})

test('on a terminal the progress goes on below the word that it drains, and not over it', async () => {
  const { file, out } = prepared(scenario('300ms'))
  const run = startedWith({ terminal: true }, 'run', file, '--out', out)
  await run.until('the load has begun', () => inLoad(out))

  run.child.stdin?.write(CTRL_C)
  const { exitCode, stdout } = await run.ended
  const [before = '', after = ''] = stdout.split('stopping: no new starts, draining')

  expect(exitCode, stdout).toBe(105)
  expect(before).toMatch(/load .* of 120 s/)
  const [untilDrawn = '', ...drawn] = after.split(ERASED)
  expect(untilDrawn).not.toContain(ESCAPE)
  expect(drawn.join('')).toMatch(/(load|finishing) .* s/)
})

const CTRL_C = String.fromCharCode(3)
const ESCAPE = String.fromCharCode(27)
/** Before each line that is drawn. */
const ERASED = `${ESCAPE}[2K`
