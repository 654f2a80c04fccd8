import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS, shakedown } from './command-line.ts'

test('doctor tells what it found and what is needed, line by line', async () => {
  const { exitCode, stdout } = await shakedown('doctor', join(SCENARIOS, 'smoke.yaml'))
  expect(exitCode, stdout).toBe(0)
  expect(stdout).toMatch(/^check +found +needed$/m)
  for (const name of ['descriptors of the run', 'free memory', 'cores', 'clock step']) {
    expect(stdout).toMatch(new RegExp(`^${name} +\\S.* ok$`, 'm'))
  }
  expect(stdout).toContain('This machine is large enough for smoke.')
})

test('doctor says what to do about a fleet that is too large, and exits 2', async () => {
  const { exitCode, stdout } = await shakedown('doctor', '--things', '5000000')
  expect(exitCode).toBe(2)
  expect(stdout).toMatch(/^local ports for one address +\S+ +5,555,556 +too small$/m)
  expect(stdout).toContain('ip_local_port_range')
  expect(stdout).toContain('This machine is too small for this fleet.')
})

test('doctor asks nothing of this machine that a target elsewhere has to have', async () => {
  const { exitCode, stdout } = await shakedown(
    ...['doctor', join(SCENARIOS, 'smoke.yaml'), '--target', 'mqtt://127.0.0.1:1'],
  )
  expect(exitCode, stdout).toBe(0)
  expect(stdout).not.toContain('stand-in')
})
