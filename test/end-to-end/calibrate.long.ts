import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MachineCeiling } from '../../src/cli/calibration-file.ts'
import { shakedown, temporaryFolder } from './command-line.ts'

test('doctor --calibrate keeps every rate it tried, and the highest that was valid', {
  timeout: 240_000,
}, async () => {
  const file = join(temporaryFolder(), 'kept', 'calibration.json')
  const { exitCode, stdout, stderr } = await shakedown(
    ...['doctor', '--calibrate', '--calibration', file],
    ...['--things', '200', '--workers', '1', '--probe-seconds', '1'],
  )
  const kept: MachineCeiling = JSON.parse(readFileSync(file, 'utf8'))
  const valid = kept.probes.filter((probe) => probe.valid).map((probe) => probe.startsPerSecond)

  // On a machine that has other things to do no rate may be valid, and then it says so.
  expect(exitCode, stdout + stderr).toBe(valid.length > 0 ? 0 : 3)
  expect(kept).toMatchObject({ schemaVersion: 1, workers: 1, things: 200 })
  expect(kept.probes.length).toBeGreaterThan(0)
  expect(kept.startsPerSecond).toBe(Math.max(0, ...valid))
  for (const probe of kept.probes) {
    if (!probe.valid) expect(probe.broken.length + probe.dropped).toBeGreaterThan(0)
  }
  expect(stdout).toContain(`kept in ${file}`)
})
