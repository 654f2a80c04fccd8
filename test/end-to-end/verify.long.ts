import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS, shakedown } from './command-line.ts'

const SMOKE = join(SCENARIOS, 'smoke.yaml')

test('verify runs both, prints a row for each aim, and its exit code says whether all are met', async () => {
  const { exitCode, stdout } = await shakedown('verify', SMOKE, '--quiet', '--runs', '1')
  const rows = stdout.split('\n').filter((line) => /\b(met|missed)$/.test(line))

  expect(stdout).toContain('was fitted on runs of 3 and 5 things')
  expect(rows).toHaveLength(10)
  // What does not depend on how busy this machine is.
  expect(rows.find((row) => row.startsWith('executions started'))).toMatch(/exact +10 +10 +0 +met$/)
  expect(rows.find((row) => row.startsWith('executions timed out'))).toMatch(/ met$/)
  const verdict = rows.some((row) => row.endsWith('missed')) ? 99 : 0
  expect(exitCode).toBe(stdout.includes('Of the runs in real time') ? 3 : verdict)
})

test('a run in real time that is not valid is made once more, and what is still not valid is not compared with', async () => {
  const words = ['--runs', '1', '--set', 'fleet.things=1', '--set', 'validity.memory=0%']
  const { exitCode, stdout, stderr } = await shakedown('verify', SMOKE, ...words)

  expect(stderr.split('\n')).toEqual([
    'real time: 1 thing, to fit the latency on',
    '  not valid by memory; once more',
    'real time: 1 thing',
    '  not valid by memory; once more',
    'virtual time: 1 thing, 15 times',
    '',
  ])
  expect(stdout).toContain('Of the runs in real time 1 of 1 are not valid')
  expect(exitCode).toBe(3)
})
