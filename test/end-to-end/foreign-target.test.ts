import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { shakedown, temporaryFolder } from './command-line.ts'
import { ForeignService } from './foreign-service.ts'

const SCENARIO = `
name: foreign
fleet:
  things: 600
  connect: { rate: 400/s }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
# A service on a busy machine may be slow; what it accepted must not have timed out here.
behaviour: { work: 0s, updates: 1, requestTimeout: 50s, retry: { kind: full-jitter, base: 1s, cap: 4s, attempts: 1000 } }
load: { arrivals: [{ name: steady, rate: 200/s, for: 20s }] }
`

async function runAgainst(service: ForeignService): Promise<Summary> {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  writeFileSync(file, SCENARIO)
  const { mqtt, http } = service.targets
  const targets = ['--target', mqtt, '--target', http]
  const { exitCode, stdout, stderr } = await shakedown(
    ...['run', file, ...targets, '--out', join(folder, 'run')],
  )
  expect([0, 3], stdout + stderr).toContain(exitCode)
  return JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8'))
}

describe.each([
  { quota: Number.POSITIVE_INFINITY, name: 'no write quota' },
  { quota: 200, name: '200 writes a second' },
])('against a foreign service with $name', ({ quota }) => {
  test('the summary counts what the service counted', { timeout: 150_000 }, async () => {
    const service = await ForeignService.open(quota)
    onTestFinished(() => service.close())

    const { arrivals, operations, ledger, executions } = await runAgainst(service)

    for (const operation of ['start-next', 'update'] as const) {
      const { received, accepted, throttled } = service.counts[operation]
      expect(received).toBeGreaterThan(0)
      expect(operations[operation]).toMatchObject({ issued: received, accepted, throttled })
    }
    expect(arrivals?.planned).toBe(4_000)
    expect((arrivals?.started ?? 0) + (arrivals?.dropped ?? 0)).toBe(4_000)
    expect(executions.succeeded + executions.stuck).toBe(executions.started)
    if (quota === Number.POSITIVE_INFINITY) expect(arrivals?.dropped).toBe(0)
    else expect(operations.update?.throttled).toBeGreaterThan(0)
    expect(ledger).toMatchObject({ checked: false, balanced: null })
  })
})
