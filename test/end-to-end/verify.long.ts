import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS, shakedown } from './command-line.ts'

const SMOKE = join(SCENARIOS, 'smoke.yaml')

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
