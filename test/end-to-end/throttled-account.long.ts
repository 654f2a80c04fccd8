import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { expectAccounted } from './accounting.ts'
import { SCENARIOS, shakedown, temporaryFolder } from './command-line.ts'

test('an account that gives 200 writes a second and is asked for 240 is seen to give 200, to 1 %', {
  timeout: 600_000,
}, async () => {
  const out = join(temporaryFolder(), 'run')
  const { exitCode, stdout, stderr } = await shakedown(
    ...['run', join(SCENARIOS, 'throttled-account.yaml'), '--out', out],
  )
  // Whether this machine kept the plan is its own matter; what the account gave is not.
  expect([0, 3, 99], stdout + stderr).toContain(exitCode)
  const summary: Summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
  const { effectiveQuota, bindingQuota } = summary.throttling

  expect(bindingQuota).toBe('writes (StartNext + Update) 200/s')
  expect(effectiveQuota?.seconds).toBeGreaterThan(60)
  expect(Math.abs((effectiveQuota?.perSecond ?? 0) - 200)).toBeLessThan(2)
  expect(summary.ledger).toMatchObject({ checked: true, balanced: true })
  expectAccounted(summary)
  // A throttled attempt is an answer. Those that a fault of the scenario takes away time out.
  for (const operation of ['start-next', 'update'] as const) {
    expect(summary.operations[operation]).toMatchObject({ lost: 0, unanswered: 0 })
    expect(summary.operations[operation]?.throttled).toBeGreaterThan(0)
  }
})
