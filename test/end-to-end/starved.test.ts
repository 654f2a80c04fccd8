import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { coresGranted } from '../../src/run/machine.ts'
import { type Ended, startedWith, temporaryFolder } from './command-line.ts'

/** Every threshold fails, so that exit 99 would be the answer of a run that is believed. */
const scenarioOf = (things: number, perSecond: number, seconds: number) => `
name: starved
service: { quotas: unlimited }
fleet: { things: ${things}, connect: { rate: 4000/s, limit: 20s } }
behaviour: { work: 0s, updates: 0 }
load: { arrivals: [{ name: steady, rate: ${perSecond}/s, for: ${seconds}s }], drain: 5s }
thresholds: [executions.succeeded == 0]
`

async function starvedRun(
  scenario: string,
  env: Record<string, string> = {},
  whileItRuns: (child: ChildProcess) => void = () => {},
): Promise<{ ended: Ended; summary: Summary | undefined }> {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  const out = join(folder, 'run')
  writeFileSync(file, scenario)
  const run = startedWith({ env }, 'run', file, '--workers', '1', '--out', out)
  whileItRuns(run.child)
  const ended = await run.ended
  return { ended, summary: summaryIn(out) }
}

function summaryIn(folder: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** Burns the machine's cores in processes of their own, each of which ends by itself as well. */
function burn(processes: number): void {
  const program = 'const end = Date.now() + 90e3; while (Date.now() < end);'
  for (let at = 0; at < processes; at++) {
    const child = spawn(process.execPath, ['--eval', program], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
  }
}

function brokenChecks(summary: Summary | undefined): string[] {
  const checks = summary?.validity.checks ?? []
  return checks.filter(({ level }) => level === 'invalid').map(({ name }) => name)
}

function messageOf(summary: Summary | undefined, check: string): string | undefined {
  return summary?.validity.checks.find(({ name }) => name === check)?.message
}

test('beside processes that burn every core, a run is void and neither green nor red', {
  timeout: 120_000,
}, async () => {
  burn(availableParallelism() * 4)
  const { ended, summary } = await starvedRun(scenarioOf(300, 300, 6))

  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3)
  expect(summary?.verdict).toBe('invalid')
  expect(brokenChecks(summary)).toContain('schedule-lag')
  expect(summary?.thresholds).toMatchObject([{ passed: false }])
  // Where the process may use some of the cores only, what the others did on all of them is not told.
  const cure = coresGranted() < cpus().length ? 'lower the rate' : 'other processes used '
  expect(messageOf(summary, 'schedule-lag')).toContain(cure)
  if (coresGranted() >= cpus().length) expect(ended.stdout).toContain('beside it: other processes ')
})

test.each([8, 16, 24, 31])(
  'with a heap of %i MiB, too small to begin with, a run says so and does not begin',
  async (mib) => {
    const { ended, summary } = await starvedRun(scenarioOf(10, 10, 1), {
      NODE_OPTIONS: `--max-old-space-size=${mib}`,
    })

    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(2)
    expect(ended.stderr).toMatch(/^Node's heap is too small: \d+ MiB found, 80 MiB needed\.\n/)
    expect(ended.stderr).toContain('NODE_OPTIONS=--max-old-space-size=')
    expect(summary).toBeUndefined()
  },
)

test('with a heap that is too small for its things a run loses its worker and is void', {
  timeout: 120_000,
}, async () => {
  const { ended, summary } = await starvedRun(scenarioOf(4_000, 100, 3), {
    NODE_OPTIONS: '--max-old-space-size=32',
  })

  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3)
  expect(summary?.verdict).toBe('invalid')
  expect(brokenChecks(summary)).toContain('workers-lost')
})
