import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS, shakedown, temporaryFolder } from './command-line.ts'

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
  expect(stdout).toMatch(/^steady .* 16\.6% /m)
  expect(stdout).toMatch(/^local ports for one address +\d/m)
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
})

test('plan of every scenario of the folder leaves with 0', async () => {
  for (const name of readdirSync(SCENARIOS)) {
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
