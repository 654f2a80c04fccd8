import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { warmUp } from '../../src/run/warm-up.ts'
import { warmUpScenario } from '../../src/run/warm-up-scenario.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { prepared, startedWith, temporaryFolder, WARM } from './command-line.ts'
import { rowsOf, summaryOf } from './finished-intervals.ts'

const scenarioOf = (things: number, transports = '{ share: 100%, transport: mqtt }') => `
name: warm-up
service: { quotas: unlimited }
fleet: { things: ${things}, connect: { rate: 2000/s }, mix: [${transports}] }
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour: { work: 0s, updates: 0 }
load: { arrivals: [{ name: steady, rate: 20/s, for: 2s }], drain: 5s }
`

/** Its workers get no port to warm up on, or stand still in the middle of it. */
const CHANGED_WORKER = `--import ${new URL('./warm-up-worker.mjs', import.meta.url).href}`

/** However slow the machine of the test is. */
const A_MINUTE_US = 60_000_000

const warmUpOf = (scenario: string) =>
  warmUpScenario(parseScenario(scenario, { fileName: 'test' }).fleet.mix)

test.each([
  ['MQTT', '{ share: 100%, transport: mqtt }'],
  ['HTTP', '{ share: 100%, transport: http }'],
  ['both', '{ share: 30%, transport: mqtt }, { share: 70%, transport: http }'],
])(
  'a worker of things over %s plays starts of its own before it is up, and leaves no file',
  async (_, mix) => {
    const folder = temporaryFolder()
    vi.stubEnv('TMPDIR', folder)
    onTestFinished(() => void vi.unstubAllEnvs())

    expect(await warmUp(warmUpOf(scenarioOf(10, mix)), 0, A_MINUTE_US)).toBeGreaterThan(0)
    expect(readdirSync(folder)).toEqual([])
  },
)

test('nothing of a warm-up is counted, a worker that cannot warm up says so and runs, and nobody has to', async () => {
  for (const [env, isCold] of [
    // It needs no place for temporary files.
    [{ ...WARM, TMPDIR: '/dev/null/nowhere' }, false],
    [{ ...WARM, NODE_OPTIONS: CHANGED_WORKER }, true],
    [{ SHAKEDOWN_WARM_UP: 'false', NODE_OPTIONS: CHANGED_WORKER }, false],
  ] as const) {
    const { file, out } = prepared(scenarioOf(100))
    const words = ['run', file, '--out', out, '--workers', '1']
    const ended = await startedWith({ env }, ...words).ended
    const { operations, ledger } = summaryOf(out)

    expect(ended.stderr.includes('worker 0 starts cold: ')).toBe(isCold)
    expect(operations['start-next']).toMatchObject({ issued: 40, accepted: 40 })
    expect(ledger).toMatchObject({ checked: true, balanced: true })
  }
})

test('what a warm-up takes is none of the time that the fleet has to connect', async () => {
  const scenario = scenarioOf(1_100)
    .replace('2000/s', '2000/s, limit: 500ms')
    .replace('endless', '1')
    .replace(/load: .*/, 'load: { rollout: { limit: 1s }, drain: 1s }')
  const { file, out } = prepared(scenario)
  await startedWith({ env: WARM }, 'run', file, '--out', out, '--workers', '1').ended
  const begun = rowsOf(out).find((row) => row.kind === 'begin')

  // Half a second of warm-up and half a second of limit, in which not all of them can connect.
  expect(begun?.atMs).toBeGreaterThan(1_000)
})

test('a run that is ended at once in the middle of its warm-up leaves no file behind', async () => {
  const { file, out, folder } = prepared(scenarioOf(100))
  const temporary = temporaryFolder()
  const held = join(folder, 'held')
  const env = { ...WARM, NODE_OPTIONS: CHANGED_WORKER, HOLD_WARM_UP: held, TMPDIR: temporary }
  const run = startedWith({ env }, 'run', file, '--out', out, '--workers', '2')
  await run.until('a worker is in its warm-up, which never ends', () => existsSync(held))

  run.child.kill('SIGINT')
  await run.until('it says that it drains', () => run.stderr().includes('draining'))
  // One of each kind: two of the same, sent so fast, may arrive as one.
  run.child.kill('SIGINT')
  run.child.kill('SIGTERM')
  const { exitCode, stdout } = await run.ended

  expect(exitCode).toBe(105)
  // It was not waited for: there is no report of the run.
  expect(stdout).not.toContain('STOPPED')
  expect(readdirSync(temporary)).toEqual([])
})
