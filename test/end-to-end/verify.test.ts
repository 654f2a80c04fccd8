import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS, shakedown, temporaryFolder } from './command-line.ts'

const SMOKE = join(SCENARIOS, 'smoke.yaml')

test.each([
  [['--things', '50'], '--things means nothing in verify: it chooses three small sizes itself'],
  [['--target', 'mqtt://127.0.0.1'], '--target means nothing in verify'],
  [['--runs', '0'], 'Give a whole number from 1 to 25'],
  [['--runs', '4'], 'Give an odd number, such as 5'],
])('verify refuses %j with the reason', async (words, reason) => {
  const { exitCode, stderr } = await shakedown('verify', SMOKE, ...words)

  expect(stderr).toContain(reason)
  expect(exitCode).toBe(2)
})

test('simulate takes its latency from a measured run, and says from which', async () => {
  const folder = temporaryFolder()
  const [measured, out] = [join(folder, 'measured'), join(folder, 'virtual')]
  const slow = ['--set', 'service.latency={ median: 40ms, p99: 90ms }', '--things', '60']
  const load = ['--set', 'load={ arrivals: [{ name: steady, rate: 20/s, for: 3s }] }']
  await shakedown('run', SMOKE, '--quiet', '--out', measured, ...slow, ...load)
  const words = ['simulate', SMOKE, '--out', out, '--calibrate', measured, ...load]
  const { stdout } = await shakedown(...words, '--things', '60')

  const said = stdout.replaceAll(/\s+/g, ' ')
  const [, median = ''] =
    /its answer median ([\d.]+) ms, p99 [\d.]+ ms \(fitted on the run /.exec(said) ?? []
  expect(Number(median)).toBeGreaterThan(30)
  const virtual = await shakedown('simulate', SMOKE, '--calibrate', out)
  expect(virtual).toMatchObject({ exitCode: 2 })
  expect(virtual.stderr).toContain('is of a run in virtual time itself')
})
