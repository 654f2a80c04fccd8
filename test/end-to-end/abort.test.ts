import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { expectAccounted } from './accounting.ts'
import { shakedown, temporaryFolder } from './command-line.ts'

/** Wants ten times what its account gives, so that throttles come from the first second on. */
const SCENARIO = `
name: hopeless
service: { quotas: { writes: 5/s, burst: 1s } }
fleet: { things: 60, connect: { rate: 400/s } }
behaviour: { work: 0s }
load: { arrivals: [{ name: steady, rate: 25/s, for: 5m }] }
thresholds:
  - executions.stuck == 0
  - abort: update.throttled.share < 5% for 2s
  - { expression: start-next.throttled.rate < 1/s for 2s, abort: true }
# A busy machine is not what is tested here.
validity: { scheduleLag: 10s, eventLoopUtilisation: 100%, loopDelay: 10s, standstill: 60s, cpu: 100%, gc: 100%, memory: 100% }
`

test('a threshold that aborts ends the run long before its plan, flushed and with exit 108', {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  writeFileSync(file, SCENARIO)
  const { exitCode, stdout, stderr } = await shakedown('run', file, '--out', join(folder, 'run'))

  expect(exitCode, stdout + stderr).toBe(108)
  const summary: Summary = JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8'))
  expect(summary.verdict).toBe('aborted')
  expect(summary.run).toMatchObject({ complete: true })
  expect(summary.run.durationSeconds).toBeLessThan(60)
  expect(summary.run.cause).toMatch(/throttled\.(share|rate) .* was .*, and it aborts the run\.$/)
  expect(summary.thresholds.filter(({ abort }) => abort)).toHaveLength(2)
  expect(summary.thresholds.some(({ abort, passed }) => abort && !passed)).toBe(true)
  expect(summary.ledger).toMatchObject({ checked: true, balanced: true })
  expectAccounted(summary)
  expect(stdout).toContain('and it aborts the run')
})
