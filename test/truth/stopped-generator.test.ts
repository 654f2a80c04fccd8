import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { IntervalRow } from '../../src/results/rows.ts'
import type { Summary } from '../../src/results/summary.ts'
import { type Ended, startedWith, temporaryFolder, WARM } from '../end-to-end/command-line.ts'
import { LawServer } from './law-server.ts'
import { fixedDelay } from './laws.ts'
import { scenarioOf } from './scenarios.ts'

const STOPPED_MS = 1_400
const SECONDS = 10
const PER_SECOND = 64
/** How often the machine may have other things to do than the stop that is looked at. */
const MOST_ATTEMPTS = 5

interface StoppedRun {
  readonly ended: Ended
  readonly summary: Summary
  /** Seconds of the load that the stop did not touch and that were late all the same. */
  readonly lateSeconds: number
}

async function stoppedRun(): Promise<StoppedRun> {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  const out = join(folder, 'run')
  writeFileSync(file, scenarioOf({ ratePerSecond: PER_SECOND, seconds: SECONDS }))
  const server = await LawServer.start({ delaysUs: fixedDelay(10_000) })
  onTestFinished(() => server.kill())
  const targets = server.targets.flatMap((target) => ['--target', target])
  const words = ['run', file, ...targets, '--workers', '1', '--out', out]
  const run = startedWith({ env: WARM }, ...words)
  await run.until('three seconds of load', () => loadOf(out).some(({ second }) => second === 2))
  run.child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, STOPPED_MS))
  run.child.kill('SIGCONT')
  const ended = await run.ended
  const summary: Summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
  const others = loadOf(out).filter(({ second }) => second < 3 || second > 5)
  const lateSeconds = others.filter(({ percentiles }) => (percentiles['start.lag']?.max ?? 0) > 50)
  return { ended, summary, lateSeconds: lateSeconds.length }
}

function loadOf(folder: string): IntervalRow[] {
  try {
    return readFileSync(join(folder, 'intervals.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"stage":"load"'))
      .map((line) => JSON.parse(line))
  } catch {
    return []
  }
}

test('a generator that is stopped for 1.4 s says so in lag and response, not in service, and voids its run', {
  timeout: 300_000,
}, async () => {
  for (let attempt = 1; ; attempt++) {
    const { ended, summary, lateSeconds } = await stoppedRun()
    const { arrivals, operations, validity, verdict } = summary
    const broken = validity.checks.filter(({ level }) => level === 'invalid')
    const startNext = operations['start-next']

    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3)
    expect(verdict).toBe('invalid')
    expect(broken.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['schedule-lag', 'standstill']),
    )
    // The stop is 14 % of the load, so the slowest hundredth of its starts waited for most of it.
    expect(arrivals?.planned).toBe(PER_SECOND * SECONDS)
    expect(arrivals?.scheduleLagMs.max).toBeGreaterThan(STOPPED_MS * 0.9)
    expect(arrivals?.scheduleLagMs.p99).toBeGreaterThan(STOPPED_MS * 0.8)
    expect(startNext?.responseMs.p99).toBeGreaterThan(STOPPED_MS * 0.8)
    if (lateSeconds > 0 && attempt < MOST_ATTEMPTS) continue
    expect(lateSeconds, 'the machine never had the time for one clean run').toBe(0)
    expect(startNext?.serviceMs.p99).toBeLessThan(STOPPED_MS / 4)
    return
  }
})
