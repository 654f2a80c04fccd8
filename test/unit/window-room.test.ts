import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShakedownError } from '../../src/errors.ts'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { thresholdProblem } from '../../src/metrics/threshold.ts'
import type { FinishedInterval } from '../../src/results/run-record.ts'
import { summarize } from '../../src/results/summarize.ts'
import { LoadParts, type LoadTimes } from '../../src/scenario/load-parts.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { wholeSeconds } from '../../src/scenario/run-timing.ts'
import { interval, intervalRow, runRecord, T0_MS } from './run-fixture.ts'

await prepareRecorders()

const scenarioOf = (load: string, threshold: string) => `
name: windows
fleet: { things: 5 }
load: { ${load} }
thresholds: ["${threshold}"]
`

/** What a scenario with this threshold is told, without the name of the file. */
function told(load: string, scope: string): string | undefined {
  try {
    const text = scenarioOf(load, `update.lost == 0 ${scope}`)
    parseScenario(text, { fileName: 'f.yaml', threshold: thresholdProblem })
    return undefined
  } catch (error) {
    if (!(error instanceof ShakedownError)) throw error
    return error.message.split('\n').slice(1).join('\n')
  }
}

const PEAK =
  'arrivals: [{ rate: 1/s, for: 20s }, { name: peak, rate: 9/s, for: 10s }, { rate: 1/s, for: 25s }]'
const RAMPS =
  'arrivals: [{ from: 0/s, to: 9/s, for: 30s }, { rate: 9/s, for: 20s }, { from: 9/s, to: 0/s, for: 40s }, { rate: 1/s, for: 15s }]'
const ONLY_RAMPS =
  'arrivals: [{ from: 0/s, to: 9/s, for: 30s }, { name: down, from: 9/s, to: 0/s, for: 12s }]'
const NAMED_LIKE_THE_TIME_BEFORE = 'arrivals: [{ name: connecting, rate: 1/s, for: 10s }]'
/** The first phase ends in the middle of a second, which then belongs to neither. */
const BETWEEN = 'arrivals: [{ rate: 1/s, for: 4500ms }, { name: peak, rate: 9/s, for: 10s }]'

test.each([
  { load: PEAK, scope: 'over phase peak ', seconds: 10 },
  { load: PEAK, scope: '', seconds: 55 },
  { load: RAMPS, scope: '', seconds: 20 },
  { load: RAMPS, scope: 'over phase phase-1 ', seconds: 30 },
  { load: RAMPS, scope: 'over phase phase-4 ', seconds: 15 },
  { load: ONLY_RAMPS, scope: '', seconds: 42 },
  { load: ONLY_RAMPS, scope: 'over phase down ', seconds: 12 },
  { load: NAMED_LIKE_THE_TIME_BEFORE, scope: 'over phase connecting ', seconds: 10 },
  { load: BETWEEN, scope: 'over phase phase-1 ', seconds: 4 },
  { load: BETWEEN, scope: 'over phase peak ', seconds: 9 },
  { load: BETWEEN, scope: '', seconds: 14 },
  { load: 'arrivals: [{ rate: 1/s, for: 9980ms }]', scope: '', seconds: 10 },
  { load: 'arrivals: [{ rate: 1/s, for: 9979ms }]', scope: '', seconds: 9 },
  { load: 'loop: { for: 90s }', scope: '', seconds: 90 },
  { load: 'rollout: { limit: 2m }', scope: '', seconds: 120 },
  { load: 'rollout: {}', scope: '', seconds: 1_200 },
])('$load has room for $seconds s $scope', ({ load, scope, seconds }) => {
  expect(told(load, `${scope}for ${seconds}s`)).toBeUndefined()
  expect(told(load, `${scope}for ${seconds + 1}s`)).toContain(
    `${seconds + 1}s never fits into ${scope === '' ? 'this load' : scope.slice(5).trim()}, which has ${seconds} whole seconds`,
  )
})

test.each([
  {
    load: PEAK,
    scope: 'over phase peak for 30s',
    says: 'f.yaml:5:14: thresholds.0: column 38: 30s never fits into phase peak, which has 10 whole seconds of its own; write at most 10s, or make the phase longer',
  },
  {
    load: PEAK,
    scope: 'for 10m',
    says: 'f.yaml:5:14: thresholds.0: column 22: 10m never fits into this load, which has 55 whole seconds; write at most 55s, or make the load longer',
  },
  {
    load: RAMPS,
    scope: 'for 1h',
    says: 'f.yaml:5:14: thresholds.0: column 22: 1h never fits into this load, which has 20 whole seconds in a row outside its ramps; write at most 20s, or make its level phases longer',
  },
  {
    load: 'loop: { for: 1s }',
    scope: 'for 2s',
    says: 'f.yaml:5:14: thresholds.0: column 22: 2s never fits into this load, which has 1 whole second; write at most 1s, or make the load longer',
  },
  {
    load: 'arrivals: [{ name: dot, rate: 1/s, for: 500ms }, { rate: 1/s, for: 9s }]',
    scope: 'over phase dot for 1s',
    says: 'f.yaml:5:14: thresholds.0: column 37: 1s never fits into phase dot, which has no whole second of its own; make the phase longer',
  },
])('a window $scope is refused with its place, what there is and the cure', (row) => {
  expect(told(row.load, row.scope)).toBe(row.says)
})

test.each([
  { load: 'loop: { for: soon }', why: 'its length is not written right' },
  { load: 'rollout: { limit: soon }', why: 'its limit is not written right' },
  { load: 'rollout: {}, loop: { for: 2s }', why: 'it is of two kinds' },
  { load: 'arrivals: [{ rate: 1/s }]', why: 'a phase has no length' },
  { load: 'arrivals: [{ for: 2s }]', why: 'a phase may be a ramp' },
  { load: 'arrivals: 5', why: 'it has no phases' },
  {
    load: 'arrivals: [{ name: a, rate: 1/s, for: 2s }, { name: a, rate: 1/s, for: 2s }]',
    why: 'two phases have one name',
  },
])('of a load whose length is not known nothing is said of windows: $why', ({ load }) => {
  const said = told(load, 'for 1h')

  expect(said).toBeDefined()
  expect(said).not.toContain('thresholds')
})

const phase = fc.record({
  durationUs: fc.oneof(
    fc.integer({ min: 0, max: 4 }).map((seconds) => seconds * 1_000_000),
    fc.integer({ min: 0, max: 3_000 }).map((ms) => ms * 1_000),
  ),
  fromPerSecond: fc.constantFrom(0, 5),
  toPerSecond: fc.constant(5),
})
const loads: fc.Arbitrary<LoadTimes> = fc.oneof(
  fc.array(phase, { minLength: 1, maxLength: 5 }).map(
    (rows): LoadTimes => ({
      kind: 'arrivals',
      phases: rows.map((row, index) => ({ name: `p${index}`, ...row })),
    }),
  ),
  fc.nat(9_999_999).map((forUs): LoadTimes => ({ kind: 'loop', forUs })),
)

test('the longest window is the longest row of seconds that belong to the phase, or to no ramp', () => {
  const isLongest = fc.property(
    loads,
    fc.constantFrom(undefined, 'p0', 'p1', 'p3'),
    (load, name) => {
      const parts = new LoadParts(load)
      let longest = 0
      let row = 0
      for (let second = 0; second < wholeSeconds(lengthUs(load)); second++) {
        row = parts.holds(name, second * 1e6, (second + 1) * 1e6) ? row + 1 : 0
        longest = Math.max(longest, row)
      }
      expect(parts.longestWindow(name).seconds).toBe(longest)
    },
  )
  fc.assert(isLongest, { numRuns: 2_000 })
})

test('a run that goes by its plan fills every window that is accepted, and none that is refused', () => {
  const agrees = fc.property(
    fc.array(phase, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', 'over phase phase-1 ', 'over phase phase-2 '),
    fc.integer({ min: 1, max: 12 }),
    (rows, scope, seconds) => {
      fc.pre(!scope.includes('2') || rows.length > 1)
      const written = rows.map(
        ({ fromPerSecond: from, toPerSecond: to, durationUs }) =>
          `{ from: ${from}/s, to: ${to}/s, for: ${durationUs / 1e3}ms }`,
      )
      const load = `arrivals: [${written.join(', ')}]`
      const threshold = `update.lost == 0 ${scope}for ${seconds}s`
      const lengthMs = rows.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1e3
      const record = runRecord({
        scenarioText: scenarioOf(load, threshold),
        intervals: intervalsOf(lengthMs),
      })
      const filled = summarize(record).thresholds[0]?.observed !== null

      expect(told(load, `${scope}for ${seconds}s`) === undefined).toBe(filled)
    },
  )
  fc.assert(agrees, { numRuns: 300 })
})

/** Second by second, the last one as short as it is. */
function intervalsOf(lengthMs: number): FinishedInterval[] {
  return Array.from({ length: Math.ceil(lengthMs / 1e3) }, (_, second) => {
    const toMs = T0_MS + Math.min((second + 1) * 1e3, lengthMs)
    return interval(intervalRow(second, { toMs }))
  })
}

function lengthUs(load: LoadTimes): number {
  if (load.kind === 'loop') return load.forUs
  if (load.kind === 'rollout') return load.limitUs
  return load.phases.reduce((sum, { durationUs }) => sum + durationUs, 0)
}
