import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { prepared, type Started, started } from './command-line.ts'
import { Door } from './door.ts'
import { intervalsOf, summaryOf } from './finished-intervals.ts'
import { ForeignService } from './foreign-service.ts'

const scenario = (seconds: number) => `
name: target-away
fleet:
  things: 40
  connect: { rate: 200/s }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
behaviour:
  work: 100ms
  updates: 1
  requestTimeout: 1s
  retry: { kind: full-jitter, base: 1s, cap: 4s, attempts: 1000 }
load: { arrivals: [{ name: steady, rate: 20/s, for: ${seconds}s }], drain: 4s }
`

interface Away {
  readonly run: Started
  readonly out: string
  readonly doors: readonly Door[]
}

async function begun(seconds: number): Promise<Away> {
  const service = await ForeignService.open()
  onTestFinished(() => service.close())
  const doors = [new Door(service.targets.mqtt), new Door(service.targets.http)]
  for (const door of doors) await door.open()
  const { file, out } = prepared(scenario(seconds))
  const targets = doors.flatMap(({ url }) => ['--target', url])
  const run = started('run', file, ...targets, '--out', out)
  await run.until('the load has begun', () => lastSecond(out) >= 2)
  return { run, out, doors }
}

function lastSecond(folder: string): number {
  return intervalsOf(folder).findLast(({ stage }) => stage === 'load')?.second ?? 0
}

function acceptedFrom(folder: string, second: number): number {
  return intervalsOf(folder)
    .filter((row) => row.stage === 'load' && row.second >= second)
    .reduce((sum, { counters }) => sum + (counters['update.accepted'] ?? 0), 0)
}

/** Every attempt that was issued has one end, whatever became of its connection. */
function expectWhole({ run, operations, validity }: Summary): void {
  expect(run.complete).toBe(true)
  expect(operations.connect?.lost).toBeGreaterThan(0)
  expect(validity.checks.find(({ name }) => name === 'accounting')?.level).toBe('ok')
}

test('a target that goes away for five seconds: things come back and the run goes on', {
  timeout: 120_000,
}, async () => {
  const { run, out, doors } = await begun(22)
  const gone = lastSecond(out)

  for (const door of doors) await door.shut()
  await pause(5_000)
  for (const door of doors) await door.open()
  const { exitCode, stdout, stderr } = await run.ended

  expect([0, 3], stdout + stderr).toContain(exitCode)
  expectWhole(summaryOf(out))
  // Reconnecting backs off for some seconds; after that most of the 40 have come a second time.
  expect(summaryOf(out).operations.connect?.accepted).toBeGreaterThanOrEqual(60)
  expect(acceptedFrom(out, gone + 14)).toBeGreaterThan(0)
})

test('a target that goes away for ever: the run ends with its plan and its drain', {
  timeout: 120_000,
}, async () => {
  const { run, out, doors } = await begun(6)

  for (const door of doors) await door.shut()
  const { exitCode, stdout, stderr } = await run.ended

  expect([0, 3], stdout + stderr).toContain(exitCode)
  const summary = summaryOf(out)
  expectWhole(summary)
  expect(summary.executions.stuck + (summary.arrivals?.dropped ?? 0)).toBeGreaterThan(0)
  expect(summary.ledger).toMatchObject({ checked: false })
})
