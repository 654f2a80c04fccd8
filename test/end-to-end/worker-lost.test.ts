import { expect, test } from 'vitest'
import { prepared } from './command-line.ts'
import { startedToCrash } from './crashing.ts'
import { intervalsOf, summaryOf } from './finished-intervals.ts'

const SCENARIO = `
name: worker-lost
service: { quotas: unlimited }
fleet: { things: 20, connect: { rate: 500/s } }
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour: { work: 200ms, updates: 1 }
load: { arrivals: [{ name: steady, rate: 20/s, for: 7s }], drain: 5s }
`

const secondsOf = (folder: string, wanted: number) =>
  intervalsOf(folder).filter(({ worker, stage }) => worker === wanted && stage === 'load')

test('when one worker crashes the other goes on to the end of the plan, and the run is invalid', async () => {
  const { file, out, folder } = prepared(SCENARIO)
  const { run, crashWorker } = startedToCrash(folder, 'run', file, '--out', out, '--workers', '2')
  await run.until('both workers load', () => [0, 1].every((one) => secondsOf(out, one).length >= 2))

  crashWorker()
  const { exitCode, stdout, stderr } = await run.ended

  expect(exitCode, stdout + stderr).toBe(3)
  expect(stderr).toContain('a crash that the test wants')
  const { verdict, run: about, validity, ledger } = summaryOf(out)
  expect(verdict).toBe('invalid')
  expect(about.complete).toBe(true)
  expect(validity.checks).toContainEqual(
    expect.objectContaining({ name: 'workers-lost', observed: 1, level: 'invalid' }),
  )
  // What the lost things believed is unknown, so nothing is held against the service.
  expect(ledger).toMatchObject({ checked: false, balanced: null })
  const ends = [0, 1].map((one) => secondsOf(out, one).at(-1)?.second ?? 0).sort((a, b) => a - b)
  expect(ends[1]).toBeGreaterThanOrEqual(6)
  expect(ends[0]).toBeLessThan(6)
})

test('when the only worker crashes the run ends at once and is reported', async () => {
  const { file, out, folder } = prepared(SCENARIO)
  const words = ['run', file, '--out', out, '--workers', '1', '--set', 'load.arrivals.0.for=5m']
  const { run, crashWorker } = startedToCrash(folder, ...words)
  await run.until('the worker loads', () => secondsOf(out, 0).length >= 2)

  crashWorker()
  const { exitCode, stdout, stderr } = await run.ended

  expect(exitCode, stdout + stderr).toBe(3)
  expect(secondsOf(out, 0).length).toBeLessThan(60)
  expect(summaryOf(out)).toMatchObject({ verdict: 'invalid', run: { complete: true } })
})
