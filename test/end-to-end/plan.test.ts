import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS, shakedown, started, temporaryFolder } from './command-line.ts'

const THROTTLED = join(SCENARIOS, 'throttled-account.yaml')

test('plan says first which quota binds, in which phase and by how much', async () => {
  const { exitCode, stdout, stderr } = await shakedown('plan', THROTTLED)

  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  const [headline, above] = stdout.split('\n')
  expect(headline).toBe('binding: writes (StartNext + Update), 120%: 240/s of 200/s in steady')
  expect(above).toContain('40.0/s')
  expect(stdout).toMatch(/^execution +3 writes each/m)
  expect(stdout).toMatch(/^connects +500\/s +80\.0\/s +16% +connect$/m)
  expect(stdout).toMatch(/^steady .* 16\.1% /m)
  expect(stdout).toMatch(/^local ports for one address +\d/m)
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})

test('plan of every scenario of the folder leaves with 0', async () => {
  for (const name of readdirSync(SCENARIOS).filter((file) => file.endsWith('.yaml'))) {
    const { exitCode, stdout } = await shakedown('plan', join(SCENARIOS, name))
    expect({ name, exitCode }).toEqual({ name, exitCode: 0 })
    expect(stdout).toMatch(/^binding: /)
  }
}, 60_000)

test('plan --json has the figures of the text, with flags on top of the file', async () => {
  const set = ['--set', 'load.arrivals=[{ name: only, rate: 50/s, for: 1m }]', '--things', '5000']
  const { exitCode, stdout } = await shakedown('plan', THROTTLED, '--json', ...set)

  expect(exitCode).toBe(0)
  const { plan, forecast, quotas, machine } = JSON.parse(stdout)
  expect(plan).toMatchObject({ things: 5_000, starts: 3_000 })
  expect(quotas.binding).toMatchObject({ quota: 'writes', phase: 'only', limit: 200, peak: 150 })
  expect(forecast.predicted).toMatchObject({ executions: 3_000, throttledShare: 0 })
  expect(forecast.startUp.pacedUs).toBe(50_000_000)
  expect(machine.map(({ name }: { name: string }) => name)).toContain('free memory')
})

test('plan of a scenario with mistakes says them and leaves with 2', async () => {
  const file = join(temporaryFolder(), 'wrong.yaml')
  writeFileSync(file, 'name: wrong\nfleet: { things: 0 }\nload: {}\n')
  const { exitCode, stdout, stderr } = await shakedown('plan', file)

  expect(exitCode).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain('fleet.things')
})

test('validate says in a few lines what a scenario amounts to, and all of it as JSON', async () => {
  const { exitCode, stdout } = await shakedown('validate', THROTTLED)

  expect(exitCode).toBe(0)
  expect(stdout).toContain('2,000: 1,600 mqtt (ideal), 400 http (ideal)')
  expect(stdout).toContain('steady: 80.0/s for 2 min 00 s, 9,600 starts')
  expect(stdout).toContain('firmware-1_2_3: endless, in-progress timer 30 min')
  expect(stdout).toContain('1,940 SUCCEEDED (97%), 40 FAILED (2%), 20 REJECTED (1%)')
  const json = await shakedown('validate', THROTTLED, '--json')
  const plan = JSON.parse(json.stdout)
  expect(plan).toMatchObject({ starts: 10_800, things: 2_000 })
  expect(stdout).toContain(plan.planHash)
})

const ROLLOUT = `
name: paced
service: { latency: 15ms }
fleet: { things: 100, connect: { rate: 1000/s } }
jobs:
  - { id: a, perThing: 1, rollout: { maximumPerMinute: 100 } }
behaviour: { work: 10s, outcomes: { SUCCEEDED: 90%, FAILED: 10% } }
load: { rollout: { limit: 1h } }
`

test('plan --simulate says when a rollout is done, by what is swept, as table, CSV and page', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'paced.yaml')
  const [csv, page] = [join(folder, 'eta.csv'), join(folder, 'eta.html')]
  writeFileSync(file, ROLLOUT)
  const sweep = ['--sweep', 'fleet.things=100,1000', '--sweep', 'behaviour.updates=0,1']
  const output = ['--csv', csv, '--html', page, '--quiet']
  const words = ['plan', file, '--simulate', '--seeds', '1..3', ...sweep, ...output]
  const { exitCode, stdout, stderr } = await shakedown(...words)

  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  // The last of 100 is told after 59.4 s, and works for ten.
  expect(stdout).toMatch(
    /^fleet.things=100 behaviour.updates=0: done after 1 min 09 s \(p50 of 3 seeds\)/,
  )
  expect(stdout).toMatch(/^fleet.things=1000 behaviour.updates=1 +10 min 09 s/m)
  const rows = readFileSync(csv, 'utf8').trimEnd().split('\r\n')
  expect(rows).toHaveLength(1 + 4 * 3)
  // Two writes for each of 100 executions, 90 of which succeed, and one for what each thing asks first.
  expect(rows[1]).toMatch(/^100,0,100,1,69\.4\d+,1,100,0,2\.222222,0,,,\d+$/)
  expect(readFileSync(page, 'utf8')).toContain('id="outlook-data"')
})

test('plan --simulate tells where an abort stops a rollout', async () => {
  const file = join(temporaryFolder(), 'abort.yaml')
  writeFileSync(file, ROLLOUT)
  const abort = 'jobs.0.abort=[{ failure: FAILED, share: 5%, minThings: 20 }]'
  const { exitCode, stdout, stderr } = await shakedown(
    ...['plan', file, '--simulate', '--seeds', '1..2', '--quiet', '--json', '--set', abort],
  )

  expect(exitCode, stderr).toBe(0)
  const [{ runs }] = JSON.parse(stdout).variants
  for (const { abort, ended } of runs) {
    expect(abort.executions).toBeGreaterThanOrEqual(20)
    expect(abort.executions).toBeLessThan(100)
    expect(ended).toBe(abort.executions)
  }
})

test.each([
  { words: ['--seeds', '1..3'], says: '--seeds says how to simulate' },
  { words: ['--simulate', '--seeds', '3..1'], says: 'no range of seeds' },
  { words: ['--simulate', '--sweep', 'fleet.things'], says: 'names no values of a key' },
  { words: ['--simulate', '--sweep', 'fleet.thing=1,2'], says: 'fleet.thing' },
  { words: ['--simulate', '--seeds', '1..20000'], says: 'at most 10,000' },
  { words: ['--simulate', '--sweep', 'seed=1,2'], says: '--sweep seed means nothing' },
  { words: ['--simulate', '--csv', '/nowhere/eta.csv'], says: 'cannot be written' },
  { words: ['--simulate', '--seeds', '1..2', '--seed', '7'], says: '--seed means nothing beside' },
  { words: ['--simulate', '--csv', 'a', '--csv', 'b'], says: '--csv is given more than once' },
  { words: ['--simulate', '--html', 'a', '--html', 'b'], says: '--html is given more than once' },
  {
    words: ['--simulate', '--csv', '/nowhere/eta', '--html', '/nowhere/../nowhere/eta'],
    says: '--csv and --html are the same file, /nowhere/../nowhere/eta',
  },
  {
    words: ['--simulate', '--sweep', 'fleet.things=10,010'],
    says: 'fleet.things=10 and fleet.things=010 are the same scenario',
  },
  {
    words: [
      '--simulate',
      '--sweep',
      'behaviour.updates=0,1',
      '--sweep',
      'service.minute=1s,1000ms',
    ],
    says: 'behaviour.updates=0 service.minute=1s and behaviour.updates=0 service.minute=1000ms are',
  },
  { words: ['--target', 'mqtt://127.0.0.1'], says: '--target means nothing in a plan' },
])('plan $words leaves with 2 and says why', async ({ words, says }) => {
  const { exitCode, stderr } = await shakedown('plan', THROTTLED, ...words)

  expect(exitCode).toBe(2)
  expect(stderr).toContain(says)
})

test('a run writes what it predicts into its plan, and tells it beside what came of it', async () => {
  const out = join(temporaryFolder(), 'run')
  const { exitCode, stdout, stderr } = await shakedown(
    ...['run', join(SCENARIOS, 'smoke.yaml'), '--out', out],
  )

  // A busy machine may void the measurement; what was predicted stands.
  expect([0, 3], stdout + stderr).toContain(exitCode)
  const { predicted } = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8'))
  expect(predicted).toMatchObject({ executions: 10, throttledShare: 0, isCutOff: false })
  const { prediction } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
  expect(prediction.rows.map(({ name }: { name: string }) => name)).toHaveLength(3)
  expect(prediction.leftOut).toEqual(predicted.leftOut)
  expect(stdout).toMatch(/^predicted +accepted writes/m)
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('id="prediction"')
})

test('a file for results that never came is not left behind', async () => {
  const csv = join(temporaryFolder(), 'eta.csv')
  const outputs = ['--simulate', '--csv', csv, '--html', '/nowhere/eta.html']
  const { exitCode, stderr } = await shakedown('plan', THROTTLED, ...outputs)

  expect(exitCode, stderr).toBe(2)
  expect(stderr).toContain('/nowhere/eta.html cannot be written: its folder does not exist.')
  expect(existsSync(csv)).toBe(false)
})

test('plan --simulate that is stopped says how far it came, and writes nothing', async () => {
  const csv = join(temporaryFolder(), 'eta.csv')
  const smoke = join(SCENARIOS, 'smoke.yaml')
  const words = ['--seeds', '1..10000', '--set', 'fleet.things=500', '--csv', csv]
  const plan = started('plan', smoke, '--simulate', ...words)
  await plan.until('it has begun', () => plan.stderr().includes('10,000 simulated runs'))
  plan.child.kill('SIGINT')
  const { exitCode, stdout, stderr } = await plan.ended

  expect(exitCode, stdout + stderr).toBe(105)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/stopped after [\d,]+ of 10,000 simulated runs: no figures are told/)
  expect(existsSync(csv)).toBe(false)
})
