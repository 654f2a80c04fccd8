import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { newHistogram, prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { thresholdProblem } from '../../src/metrics/threshold.ts'
import { AbortWatch } from '../../src/results/abort-watch.ts'
import { appendRow, openWorkerLog, writeText } from '../../src/results/run-folder.ts'
import { readRun } from '../../src/results/run-record.ts'
import { summarize } from '../../src/results/summarize.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'
import { hostRow, intervalRow, RUN_ROW, T0_MS } from './run-fixture.ts'

await prepareRecorders()

interface Second {
  readonly accepted: number
  readonly throttled: number
  /** Of accepted updates. */
  readonly responseMs: readonly number[]
}

const CALM: Second = { accepted: 10, throttled: 0, responseMs: [5, 6] }

/** Plays seconds of a run into a folder, as its workers would, and looks after each. */
function watched(abort: string, seconds: readonly (readonly Second[])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-abort-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const workers = seconds[0]?.length ?? 1
  const text = `
name: watched
fleet: { things: 10 }
load: { arrivals: [{ name: ramp, from: 0/s, to: 10/s, for: 2s }, { name: steady, rate: 10/s, for: ${Math.max(4, seconds.length - 2)}s }] }
thresholds: [{ abort: ${JSON.stringify(abort)} }]
`
  const scenario = parseScenario(text, { fileName: 'f.yaml', threshold: thresholdProblem })
  writeText(folder, 'scenario.yaml', text)
  writeText(folder, 'plan.json', JSON.stringify(planOf(scenario)))
  appendRow(folder, { ...RUN_ROW, workers })
  appendRow(folder, { kind: 'begin', atMs: T0_MS, readyThings: 10 })
  const logs = Array.from({ length: workers }, (_, worker) => openWorkerLog(folder, worker))
  const watch = AbortWatch.of({ folder, scenario, workers })
  watch?.begin(T0_MS)
  const looks: (string | undefined)[] = []
  for (const [second, ofWorkers] of seconds.entries()) {
    for (const [worker, { accepted, throttled, responseMs }] of ofWorkers.entries()) {
      const counters = {
        'update.issued': accepted + throttled,
        'update.accepted': accepted,
        'update.throttled': throttled,
      }
      const response = newHistogram()
      for (const ms of responseMs) response.recordValue(ms * 1e3)
      const percentiles = {
        'update.accepted.response': { count: responseMs.length, p50: 0, p90: 0, p99: 0, max: 0 },
      }
      logs[worker]?.append(intervalRow(second, { worker, counters, percentiles }), [
        ['update.accepted.response', response],
      ])
      response.destroy()
    }
    appendRow(folder, hostRow(second, { cpuShare: 0.1 * second }))
    looks.push(watch?.look())
  }
  watch?.close()
  const record = readRun(folder)
  return { looks, report: () => summarize(record).thresholds[0], folder, watch }
}

test('nothing is watched where no threshold aborts', () => {
  const scenario = parseScenario(
    'name: a\nfleet: { things: 1 }\nload: { loop: { for: 1s } }\nthresholds: [update.lost == 0]',
    { fileName: 'f.yaml', threshold: thresholdProblem },
  )
  expect(AbortWatch.of({ folder: 'nowhere', scenario, workers: 1 })).toBeUndefined()
})

test('a run is ended in the second in which a window breaks the threshold, and not before', () => {
  const storm = { ...CALM, accepted: 5, throttled: 5 }
  const seconds = [storm, storm, CALM, CALM, storm, storm, CALM].map((second) => [second])
  const { looks } = watched('update.throttled.share < 30% for 2s', seconds)

  expect(looks).toEqual([
    ...[undefined, undefined, undefined, undefined, undefined],
    'update.throttled.share < 30% for 2s was 50%',
    'update.throttled.share < 30% for 2s was 50%',
  ])
})

test('without a window all there is so far counts, ramps and other phases left out', () => {
  const storm = { ...CALM, throttled: 90 }
  const seconds = [storm, storm, CALM, CALM, storm].map((second) => [second])

  expect(watched('update.throttled == 0', seconds).looks).toEqual([
    ...[undefined, undefined, undefined, undefined],
    'update.throttled == 0 was 90',
  ])
  expect(watched('update.throttled == 0 over phase ramp', seconds).looks[0]).toBe(
    'update.throttled == 0 over phase ramp was 90',
  )
})

test('a count that is not yet what it is to be is no reason to end a run', () => {
  const seconds = [CALM, CALM, CALM, CALM].map((second) => [second])

  expect(watched('update.accepted == 20', seconds).looks).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ])
})

test('percentiles are of all workers together: neither the worst one nor a mean decides', () => {
  const many = { ...CALM, responseMs: Array.from({ length: 200 }, () => 5) }
  const few = { ...CALM, responseMs: [400] }
  const seconds = Array.from({ length: 4 }, () => [many, few])

  expect(watched('update.response.p99 < 100ms', seconds).looks.at(-1)).toBeUndefined()
  expect(watched('update.response.p99.9 < 100ms', seconds).looks[2]).toMatch(
    /^update\.response\.p99\.9 < 100ms was 400/,
  )
})

test('the generator itself may end a run', () => {
  const seconds = Array.from({ length: 6 }, () => [CALM])

  expect(watched('generator.cpu.share < 35% for 1s', seconds).looks.findIndex(Boolean)).toBe(4)
})

test.each([
  'generator.memory < 1MiB',
  'generator.cpu.share < 20% for 2s',
  'generator.gc.share <= 0%',
])('%s ends a run whose rows of the process come after the intervals they lie in', (expression) => {
  const { folder } = watched(expression, [])
  const watch = AbortWatch.of({ folder, scenario: readRun(folder).scenario, workers: 1 })
  onTestFinished(() => watch?.close())
  watch?.begin(T0_MS)
  const looks: (string | undefined)[] = []
  for (let at = 0; at < 6; at++) {
    appendRow(folder, intervalRow(at))
    looks.push(watch?.look())
    const fromMs = T0_MS + at * 1e3 + 300
    appendRow(folder, hostRow(at, { fromMs, toMs: fromMs + 1_000 }))
  }

  expect(looks.at(-1)).toMatch(expression)
  // The ramp of two seconds does not count, and a row is seen with the interval that follows it.
  expect(looks.slice(0, 3)).toEqual([undefined, undefined, undefined])
})

const second = fc.record({
  accepted: fc.nat(20),
  throttled: fc.nat(10),
  responseMs: fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 4 }),
})

test.each([
  'update.throttled.share < 40% for 2s',
  'update.accepted.rate > 5/s for 3s',
  'update.response.p90 < 80ms for 2s',
  'update.throttled.share < 60% for 1s over',
])('the watch fires exactly when the report says that %s failed', (expression) => {
  const text = expression.replace(' over', '')
  const scoped = text === expression ? text : text.replace(' for', ' over phase steady for')
  const agrees = fc.property(
    fc.array(fc.tuple(second, second), { minLength: 4, maxLength: 8 }),
    (seconds) => {
      const { looks, report } = watched(scoped, seconds)
      const outcome = report()
      const failed = outcome !== undefined && !outcome.passed && outcome.observed !== null
      expect(looks.at(-1) !== undefined).toBe(failed)
    },
  )
  fc.assert(agrees, { numRuns: 25 })
})

test('a row that is only half written is read when it is whole', () => {
  const { folder } = watched('update.lost == 0', [[CALM]])
  const scenario = readRun(folder).scenario
  const watch = AbortWatch.of({ folder, scenario, workers: 1 })
  onTestFinished(() => watch?.close())
  watch?.begin(T0_MS)
  watch?.look()
  const row = JSON.stringify(intervalRow(2, { counters: { 'update.lost': 3 } }))
  appendFileSync(join(folder, 'intervals.ndjson'), row.slice(0, 40))

  expect(watch?.look()).toBeUndefined()
  appendFileSync(join(folder, 'intervals.ndjson'), `${row.slice(40)}\n`)
  expect(watch?.look()).toBe('update.lost == 0 was 3')
})
