import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { prepared, type Started, standInOf, started, until } from './command-line.ts'
import { intervalsOf, rowsOf, summaryOf } from './finished-intervals.ts'
import { isAlive } from './processes.ts'

const scenario = (seconds: number) => `
name: stand-in-lost
service: { quotas: unlimited }
fleet:
  things: 20
  connect: { rate: 500/s }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour:
  work: 200ms
  updates: 1
  requestTimeout: 1s
  retry: { kind: fixed, base: 1s, attempts: 100 }
load: { arrivals: [{ name: steady, rate: 20/s, for: ${seconds}s }], drain: 2s }
`

const loadRows = (folder: string) => intervalsOf(folder).filter(({ stage }) => stage === 'load')

async function inLoad(seconds: number): Promise<{ run: Started; standIn: number; out: string }> {
  const { file, out } = prepared(scenario(seconds))
  const run = started('run', file, '--out', out)
  const standIn = await standInOf(run)
  await run.until('the load has begun', () => loadRows(out).length >= 2)
  return { run, standIn, out }
}

describe('a stand-in that', () => {
  test('dies ends the run at once, in good order, and is named as the cause', async () => {
    const { run, standIn, out } = await inLoad(300)
    const rows = loadRows(out).length

    process.kill(standIn, 'SIGKILL')
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(3)
    const { verdict, run: about, ledger, validity } = summaryOf(out)
    expect(verdict).toBe('invalid')
    expect(about.complete).toBe(true)
    expect(about.cause).toBe('The stand-in is gone: it was ended by SIGKILL.')
    expect(stdout).toContain('The stand-in is gone')
    expect(ledger).toMatchObject({ checked: true, balanced: false })
    // Five minutes of load were planned.
    expect(loadRows(out).length).toBeLessThan(rows + 30)
    // What was measured up to then is still whole.
    expect(levelOf(validity, 'accounting')).toBe('ok')
    expect(levelOf(validity, 'ledger')).toBe('invalid')
  })

  test('dies while things connect ends the run before its load', async () => {
    const { file, out } = prepared(scenario(300))
    const run = started('run', file, '--out', out, '--set', 'fleet.connect.rate=1/s')
    const standIn = await standInOf(run)
    await run.until('things connect', () => intervalsOf(out).length > 0)

    process.kill(standIn, 'SIGKILL')
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(3)
    expect(rowsOf(out).some(({ kind }) => kind === 'begin')).toBe(false)
    expect(summaryOf(out)).toMatchObject({
      verdict: 'invalid',
      run: { complete: true, cause: 'The stand-in is gone: it was ended by SIGKILL.' },
    })
  })

  test('answers nothing any more ends the run in the middle of its load, and both are told', async () => {
    const { run, standIn, out } = await inLoad(300)
    const rows = loadRows(out).length

    process.kill(standIn, 'SIGSTOP')
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(3)
    const { verdict, run: about, operations, validity, ledger } = summaryOf(out)
    expect(verdict).toBe('invalid')
    expect(about).toMatchObject({
      complete: true,
      cause: 'The stand-in is gone: it has not answered for 10 s.',
    })
    expect(stderr).toContain('it has not answered for 10 s. Ending the run.')
    expect(operations['start-next']?.timedOut).toBeGreaterThan(0)
    expect(ledger).toMatchObject({ checked: true, balanced: false })
    // Five minutes of load were planned. What was measured up to then is still whole.
    expect(loadRows(out).length).toBeLessThan(rows + 60)
    expect(loadRows(out).length).toBeGreaterThan(rows + 5)
    expect(levelOf(validity, 'accounting')).toBe('ok')
    expect(levelOf(validity, 'interval-coverage')).toBe('ok')
    expect(isAlive(standIn)).toBe(false)
  })

  test('stands still for 1.4 s is no reason to end: the run goes on and its ledger balances', async () => {
    const { run, standIn, out } = await inLoad(8)

    process.kill(standIn, 'SIGSTOP')
    await pause(1_400)
    process.kill(standIn, 'SIGCONT')
    const { stdout, stderr } = await run.ended

    const { run: about, ledger, arrivals } = summaryOf(out)
    expect(about.complete, stdout + stderr).toBe(true)
    expect(about.cause).toBeUndefined()
    expect(ledger).toMatchObject({ checked: true, balanced: true })
    expect(arrivals?.planned).toBe(160)
  })

  test('answers is not blamed for a run that was itself stopped for longer than its patience', {
    timeout: 60_000,
  }, async () => {
    const { run, out } = await inLoad(4)

    process.kill(run.pid, 'SIGSTOP')
    await pause(13_000)
    process.kill(run.pid, 'SIGCONT')
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(3)
    const { run: about, ledger } = summaryOf(out)
    expect(about.cause).toBeUndefined()
    expect(ledger).toMatchObject({ checked: true, balanced: true })
  })
})

describe('a run that is killed', () => {
  test('takes its stand-in with it', async () => {
    const { run, standIn } = await inLoad(300)

    process.kill(run.pid, 'SIGKILL')
    await until('the stand-in is gone', () => !isAlive(standIn), 10_000)
  })

  test('takes with it a stand-in that has only just begun', async () => {
    const { file, out } = prepared(scenario(300))
    const run = started('run', file, '--out', out)
    const standIn = await standInOf(run)

    process.kill(run.pid, 'SIGKILL')
    await until('the stand-in is gone', () => !isAlive(standIn), 10_000)
  })
})

function levelOf(
  { checks }: { checks: readonly { name: string; level: string }[] },
  wanted: string,
): string | undefined {
  return checks.find(({ name }) => name === wanted)?.level
}
