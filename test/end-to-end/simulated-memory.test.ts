import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { shakedown, temporaryFolder } from './command-line.ts'

const WEIGH = fileURLToPath(new URL('weigh-simulation.mjs', import.meta.url))

const SCENARIO = `
name: weighed
fleet: { connect: { rate: 100000/s }, things: 1 }
service: { quotas: unlimited, latency: { median: 15ms, p99: 60ms } }
jobs: [{ id: a, perThing: 1 }]
behaviour: { work: { median: 60s, p95: 120s } }
load: { rollout: { limit: 1h } }
`

function scenarioFile(): string {
  const file = join(temporaryFolder(), 'weighed.yaml')
  writeFileSync(file, SCENARIO)
  return file
}

test.each([
  [5_000, 1],
  [60_000, 3],
])(
  'what %i things with %i executions each take is between half of what was estimated and 1.4 times that',
  {
    timeout: 120_000,
  },
  async (things, perThing) => {
    const set = [`fleet.things=${things}`, `jobs.0.perThing=${perThing}`]
    const words = ['--expose-gc', WEIGH, scenarioFile(), ...set]
    const { stdout } = await promisify(execFile)(process.execPath, words)
    const { estimatedBytes, heldBytes, residentBytes } = JSON.parse(stdout)

    expect(estimatedBytes / residentBytes).toBeGreaterThan(0.7)
    expect(estimatedBytes / residentBytes).toBeLessThan(2)
    // A limit that lets the simulation begin lets it end.
    expect(heldBytes).toBeLessThan(estimatedBytes)
  },
)

test('above the limit a simulation is refused with both numbers and what to do', async () => {
  const words = ['--things', '200000', '--memory-limit', '300MiB']
  const { exitCode, stderr } = await shakedown('simulate', scenarioFile(), ...words)

  const [, needed = ''] = /200,000 things needs about ([\d,]+) MiB, and may take 300 MiB/.exec(
    stderr,
  ) ?? ['', '']
  expect(Number(needed.replace(',', ''))).toBeGreaterThan(300)
  expect(stderr).toContain('Simulate fewer things, or raise --memory-limit')
  expect(exitCode).toBe(2)
})
