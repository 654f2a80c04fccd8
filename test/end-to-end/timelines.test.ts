import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { KeptTimeline } from '../../src/results/kept-timelines.ts'
import type { Summary } from '../../src/results/summary.ts'
import { prepared, shakedown, started } from './command-line.ts'

/** Replies are lost, so that updates time out; some are lost for good, with one try only. */
const SCENARIO = `
name: timelines
service:
  quotas: unlimited
  faults: [{ kind: lost-reply, share: 20%, from: 0s, for: 1h }]
fleet: { things: 20, connect: { rate: 100/s }, mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }] }
behaviour: { work: 50ms, updates: 1, requestTimeout: 500ms, retry: { kind: fixed, base: 100ms, attempts: 2 } }
load: { arrivals: [{ name: steady, rate: 10/s, for: FORs }], drain: 20s }
`

function linesOf(folder: string, name: string): KeptTimeline[] {
  const path = join(folder, name)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

function summaryOf(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
}

test('a run keeps a timeline of each attempt that failed, and names the files', async () => {
  const { file, out } = prepared(SCENARIO.replace('FOR', '3'))
  const { exitCode, stdout, stderr } = await shakedown('run', file, '--out', out, '--workers', '2')
  const { operations, executions, timelines } = summaryOf(out)
  const kept = linesOf(out, 'timelines.ndjson')
  const ends = kept.flatMap(({ events }) => events.filter((event) => event.what === 'end'))
  const timedOut = (operation: string) =>
    ends.filter((end) => end.operation === operation && end.outcome === 'timedOut').length

  expect([0, 3], stdout + stderr).toContain(exitCode)
  expect(stdout).toMatch(/timelines\.ndjson, trace\.json/)
  for (const operation of ['start-next', 'update']) {
    expect(timedOut(operation), operation).toBe(operations[operation]?.timedOut)
  }
  expect(timedOut('update')).toBeGreaterThan(0)
  expect(kept.filter(({ why }) => why.includes('stuck'))).toHaveLength(executions.stuck)
  expect(timelines).toMatchObject({ kept: kept.length, leftOut: 0, crowdedOut: 0 })
  expect(kept.every(({ ended }) => ended)).toBe(true)
  for (const end of ends) expect(end.sentMs).toBeGreaterThanOrEqual(end.dueMs)
  const trace = JSON.parse(readFileSync(join(out, 'trace.json'), 'utf8'))
  expect(trace.traceEvents.length).toBeGreaterThan(kept.length)
})

test('what was kept before a run was killed is in its report', async () => {
  const { file, out } = prepared(SCENARIO.replace('FOR', '60'))
  const run = started('run', file, '--out', out, '--workers', '1', '--quiet')
  await run.until('a failed attempt is written down', () =>
    linesOf(out, 'worker-0.timelines.ndjson').some(({ why }) => why?.[0]?.endsWith('timedOut')),
  )
  run.child.kill('SIGKILL')
  await run.ended
  const { exitCode } = await shakedown('report', out)
  const written = linesOf(out, 'worker-0.timelines.ndjson').flatMap(({ id }) => id ?? [])
  const kept = linesOf(out, 'timelines.ndjson')

  expect(exitCode).toBe(0)
  expect(kept.some(({ why }) => why[0]?.endsWith('timedOut'))).toBe(true)
  expect(kept).toHaveLength(new Set(written).size)
})
