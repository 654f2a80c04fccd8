import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { commandFirst } from '../../src/cli/command-first.ts'
import { environmentOptions } from '../../src/cli/environment.ts'
import { prepared, SCENARIOS, shakedown, startedWith } from './command-line.ts'
import { summaryOf } from './finished-intervals.ts'
import { ForeignService } from './foreign-service.ts'

const SMOKE = join(SCENARIOS, 'smoke.yaml')

async function planned(env: Record<string, string>, ...words: string[]) {
  const given = ['validate', SMOKE, '--json', ...words]
  const { exitCode, stdout, stderr } = await startedWith({ env }, ...given).ended
  expect(exitCode, stderr).toBe(0)
  const { seed, things } = JSON.parse(stdout)
  return { seed, things }
}

describe('defaults, then the file, then the environment, then flags', () => {
  test.each<{ env: Record<string, string>; words: string[]; plan: object }>([
    { env: {}, words: [], plan: { seed: 1, things: 10 } },
    { env: { SHAKEDOWN_SEED: '7' }, words: [], plan: { seed: 7, things: 10 } },
    {
      env: { SHAKEDOWN_SET: 'seed=8; fleet.things=12' },
      words: [],
      plan: { seed: 8, things: 12 },
    },
    {
      env: { SHAKEDOWN_SEED: '7', SHAKEDOWN_SET: 'fleet.things=12' },
      words: ['--set', 'seed=9'],
      plan: { seed: 9, things: 12 },
    },
  ])('$env with $words', async ({ env, words, plan }) => {
    expect(await planned(env, ...words)).toEqual(plan)
  })
})

test('a run takes its target, folder, workers and silence from the environment', async () => {
  const service = await ForeignService.open()
  onTestFinished(() => service.close())
  const { file, out } = prepared(`
name: from-outside
fleet: { things: 10 }
load: { arrivals: [{ name: steady, rate: 10/s, for: 1s }] }
`)
  const env = {
    SHAKEDOWN_TARGET: `${service.targets.mqtt}; ${service.targets.http}`,
    SHAKEDOWN_OUT: out,
    SHAKEDOWN_WORKERS: '1',
    SHAKEDOWN_QUIET: 'true',
    SHAKEDOWN_THINGS: '5',
    // Of another command, so it says nothing here.
    SHAKEDOWN_HTTP: '8080',
  }
  const { exitCode, stdout, stderr } = await startedWith({ env }, 'run', file, '--seed', '3').ended

  expect([0, 3], stdout + stderr).toContain(exitCode)
  expect(stdout).toBe('')
  expect(summaryOf(out).run).toMatchObject({ seed: 3, things: 5, workers: 1 })
  expect(summaryOf(out).run.targets).toEqual(Object.values(service.targets))
})

test('the stand-in of a run does not take its ports from the environment', async () => {
  const { out } = prepared('')
  const env = { SHAKEDOWN_HTTP: '1', SHAKEDOWN_MQTT: '1', SHAKEDOWN_OUT: out }
  const { exitCode, stderr } = await startedWith({ env }, 'run', SMOKE).ended
  expect([0, 3], stderr).toContain(exitCode)
  expect(summaryOf(out).executions.succeeded).toBe(10)
})

test.each<{ env: Record<string, string>; says: string }>([
  {
    env: { SHAKEDOWN_SEDE: '3' },
    says: 'SHAKEDOWN_SEDE, which sets nothing: did you mean SHAKEDOWN_SEED?',
  },
  {
    env: { SHAKEDOWN_VERSION: '3' },
    says: 'SHAKEDOWN_VERSION, which sets nothing: behind SHAKEDOWN_ there is THINGS, SEED,',
  },
  { env: { SHAKEDOWN_SEED: 'x' }, says: 'SHAKEDOWN_SEED=x: seed: write a whole number' },
  { env: { SHAKEDOWN_QUIET: 'maybe' }, says: 'SHAKEDOWN_QUIET=maybe is neither yes nor no' },
  { env: { SHAKEDOWN_OUT: '' }, says: 'The environment has SHAKEDOWN_OUT, which is empty' },
  {
    env: { SHAKEDOWN_TARGET: ' ; ' },
    says: 'The environment has SHAKEDOWN_TARGET, which is empty',
  },
  { env: { SHAKEDOWN_SET: 'fleet.thigns=3' }, says: 'SHAKEDOWN_SET fleet.thigns=3: ' },
  {
    env: { SHAKEDOWN_WORKERS: 'all' },
    says: '--workers comes from SHAKEDOWN_WORKERS in the environment.',
  },
])('$env is refused', async ({ env, says }) => {
  const { exitCode, stderr } = await startedWith({ env }, 'run', SMOKE).ended
  expect(exitCode).toBe(2)
  expect(stderr).toContain(says)
})

test('a flag that was written is not said to come from the environment', async () => {
  const env = { SHAKEDOWN_WORKERS: '1', SHAKEDOWN_QUIET: 'true' }
  const { exitCode, stderr } = await startedWith({ env }, 'run', SMOKE, '--workers', 'all').ended
  expect(exitCode).toBe(2)
  expect(stderr).toContain('--workers is all')
  expect(stderr).not.toContain('in the environment')
})

test.each<{ env: Record<string, string>; words: string[] }>([
  { env: { SHAKEDOWN_CALIBRATION: 'kept.json' }, words: ['doctor', SMOKE] },
  { env: { SHAKEDOWN_PROBE_SECONDS: '3' }, words: ['doctor', SMOKE] },
  { env: { SHAKEDOWN_SEEDS: '1..3' }, words: ['plan', SMOKE] },
  { env: { SHAKEDOWN_SWEEP: 'fleet.things=1,2' }, words: ['plan', SMOKE, '--no-simulate'] },
  { env: { SHAKEDOWN_CSV: 'a.csv', SHAKEDOWN_HTML: 'a.html' }, words: ['plan', SMOKE] },
  { env: { SHAKEDOWN_SEEDS: '1..3' }, words: ['plan', SMOKE, '--simulate', '--seed', '4'] },
  { env: { SHAKEDOWN_OUT: 'kept' }, words: ['simulate', SMOKE, '--seeds', '1..2'] },
  { env: { SHAKEDOWN_OUT: 'kept', SHAKEDOWN_SEEDS: '1..2' }, words: ['simulate', SMOKE] },
  { env: { SHAKEDOWN_SEEDS: '1..3' }, words: ['simulate', SMOKE, '--out', 'written'] },
])('$env does not refuse $words, where it means nothing', async ({ env, words }) => {
  const { folder } = prepared('')
  const { exitCode, stderr } = await startedWith({ env, cwd: folder }, ...words).ended
  expect(exitCode, stderr).toBe(0)
  expect(existsSync(join(folder, 'written'))).toBe(words.includes('written'))
  expect(existsSync(join(folder, 'kept'))).toBe(false)
})

test.each([
  { words: ['doctor', SMOKE, '--probe-seconds', '3'], says: 'nothing is calibrated' },
  { words: ['plan', SMOKE, '--seeds', '1..3'], says: 'nothing is simulated' },
  { words: ['simulate', SMOKE, '--seeds', '1..3', '--out', 'x'], says: 'beside --seeds' },
])('$words, written where it means nothing, is refused', async ({ words, says }) => {
  const env = { SHAKEDOWN_SEEDS: '1..2', SHAKEDOWN_PROBE_SECONDS: '4' }
  const { exitCode, stderr } = await startedWith({ env }, ...words).ended
  expect(exitCode).toBe(2)
  expect(stderr).toContain(says)
})

test('what says how to simulate is heard where the environment asks for it too', async () => {
  const env = { SHAKEDOWN_SIMULATE: 'true', SHAKEDOWN_SEEDS: '4..5', SHAKEDOWN_JSON: 'true' }
  const { exitCode, stdout, stderr } = await startedWith({ env }, 'plan', SMOKE).ended
  expect(exitCode, stderr).toBe(0)
  expect(JSON.parse(stdout).variants[0].runs).toHaveLength(2)
})

/** Not settings but questions, or read in another way. */
const NO_SETTINGS = ['help', 'version', 'json-schema', 'parent']
/** Asks for something else to be done, which nobody wants of every `doctor` in a shell. */
const ACTIONS = ['doctor --calibrate']
const OVERRIDES = ['set', 'things', 'seed', 'quotas', 'name-prefix']

test('the environment speaks to the command and not to a folder that is named like one', async () => {
  const { folder } = prepared('')
  // Of `run`: to `simulate` it would mean nothing, and be refused.
  const env = { SHAKEDOWN_WORKERS: '1', SHAKEDOWN_QUIET: 'true' }
  const words = ['--out', 'run', 'simulate', SMOKE]
  const { exitCode, stdout, stderr } = await startedWith({ env, cwd: folder }, ...words).ended

  expect(exitCode, stderr).toBe(0)
  expect(stdout).toBe('')
  expect(summaryOf(join(folder, 'run')).run.scenario).toBe('smoke')
})

test('the options that take no value are known before their command is', async () => {
  for (const command of await commandNames()) {
    const { stdout } = await shakedown(command, '--help')
    const flags = stdout
      .split(/^(?= +--)/m)
      .flatMap((option) => (/\[boolean\]/.test(option) ? (option.match(/--[a-z-]+/) ?? []) : []))
    expect(flags, command).toContain('--help')
    for (const flag of flags) {
      expect(commandFirst([flag, command], [command]), `${flag} ${command}`).toEqual([
        command,
        flag,
      ])
    }
  }
})

test('an option stands before the command as well as after it', async () => {
  const { exitCode, stdout, stderr } = await shakedown('--json', '--set', 'seed=4', 'plan', SMOKE)

  expect(exitCode, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ plan: { seed: 4 } })
})

async function commandNames(): Promise<string[]> {
  const { stdout } = await shakedown('--help')
  return [...stdout.matchAll(/^ {2}shakedown ([a-z-]+)/gm)].map(([, name]) => name ?? '')
}

test('every option of every command can be given in the environment', async () => {
  const commands = await commandNames()
  expect(commands).toContain('run')
  for (const command of commands) {
    const { stdout } = await shakedown(command, '--help')
    const options = [...stdout.matchAll(/^ +--([a-z-]+) /gm)]
      .map(([, option]) => option ?? '')
      .filter((option) => ![...NO_SETTINGS, ...OVERRIDES].includes(option))
      .filter((option) => !ACTIONS.includes(`${command} --${option}`))
    for (const option of options) {
      const name = `SHAKEDOWN_${option.toUpperCase().replaceAll('-', '_')}`
      expect(environmentOptions({ [name]: '1' }, command), `${command} --${option}`).toHaveProperty(
        option,
      )
    }
  }
})
