import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import type { LatencyLaw } from '../../src/protocol/admin.ts'
import { createRunFolder, writeText } from '../../src/results/run-folder.ts'
import { readRun } from '../../src/results/run-record.ts'
import { resolvedYaml } from '../../src/scenario/canonical.ts'
import { planOf } from '../../src/scenario/plan.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Overhead, overheadOf } from '../../src/simulate/overhead.ts'
import { RecordedSimulation } from '../../src/simulate/recorded-simulation.ts'
import { arrivals, scenarioOf } from './scenarios.ts'

await prepareRecorders()

const scenario = scenarioOf({ things: 100, load: arrivals(50, 20) })

/** A recorded run on a machine that adds so much. */
function recorded(overhead: LatencyLaw | undefined, of: Scenario = scenario) {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-overhead-'))
  try {
    createRunFolder(folder)
    writeText(folder, 'scenario.yaml', resolvedYaml(of))
    writeText(folder, 'plan.json', JSON.stringify(planOf(of)))
    const settings = { scenario: of, folder, runId: 'one', version: '0', overhead }
    const simulation = new RecordedSimulation(settings)
    while (simulation.goOn(10_000)) {}
    simulation.end(false)
    simulation.close()
    return readRun(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test.each([
  ['little beside the latency of the scenario', { medianUs: 1_500, p99Us: 4_000 }, 0.05],
  ['as much as that', { medianUs: 12_000, p99Us: 150_000 }, 0.25],
])('an overhead that is %s is found from what it did to the answers', (_, wanted, tail) => {
  const found = overheadOf([recorded(wanted)], (law) => [recorded(law)])

  const [p50, p99] = [found?.medianUs ?? 0, found?.p99Us ?? 0]
  // Within 2 % of the answers, of which the scenario's own latency is most.
  expect(Math.abs(p50 - wanted.medianUs)).toBeLessThan(0.05 * wanted.medianUs + 500)
  expect(Math.abs(p99 - wanted.p99Us)).toBeLessThan(tail * wanted.p99Us + 4_000)
})

test('a machine that adds nothing has no overhead', () => {
  expect(overheadOf([recorded(undefined)], (law) => [recorded(law)])).toBeUndefined()
})

test('a run without answers says nothing of its machine', () => {
  const idle = scenarioOf({ things: 3, load: arrivals(0, 1) })

  expect(overheadOf([recorded(undefined, idle)], () => [])).toBeUndefined()
})

test('no fate is delayed by more than the longest overhead', () => {
  const overhead = new Overhead({ medianUs: 1_500, p99Us: 4_000 }, 1, 1)
  const none = { delayUs: 0, requestLost: false, replyLost: false, duplicated: false }
  const fate = { ...none, connectionLost: false, internalError: false }
  const delays = Array.from({ length: 10_000 }, () => overhead.on(0, fate).delayUs)

  expect(Math.max(...delays)).toBeLessThanOrEqual(overhead.longestUs)
  expect(Math.max(...delays)).toBeGreaterThan(4_000)
})
