import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { thresholdProblem } from '../../src/metrics/threshold.ts'
import { AbortWatch } from '../../src/results/abort-watch.ts'
import type { IntervalRow } from '../../src/results/rows.ts'
import { appendRow } from '../../src/results/run-folder.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { intervalRow, T0_MS } from './run-fixture.ts'

/** Two workers, of which each makes ten updates a second where nothing else is said. */
const WORKERS = 2
const RATE = 'update.accepted.rate > 15/s'

/** A run of which rows come in an order of the test's choosing. */
function watched(abort: string) {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-abort-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const text = `
name: watched
fleet: { things: 10 }
load: { loop: { for: 60s } }
thresholds: [{ abort: "${abort}" }]
`
  const scenario = parseScenario(text, { fileName: 'f.yaml', threshold: thresholdProblem })
  const leftBehind: number[] = []
  const watch = AbortWatch.of({
    folder,
    scenario,
    workers: WORKERS,
    leftBehind: (worker) => leftBehind.push(worker),
  })
  onTestFinished(() => watch?.close())
  watch?.begin(T0_MS)
  const gone = new Set<number>()
  return {
    leftBehind,
    gone: (worker: number) => gone.add(worker),
    /** What is said once these rows stand there too. */
    after(...rows: IntervalRow[]) {
      for (const row of rows) appendRow(folder, row)
      return watch?.look((worker) => !gone.has(worker))
    },
  }
}

/** A second of a worker, or several that came as one because it was late. */
function load(
  worker: number,
  second: number,
  { long = 1, accepted = 10 * long }: { long?: number; accepted?: number } = {},
) {
  const toMs = T0_MS + (second + long) * 1e3
  const counters = { 'update.issued': accepted, 'update.accepted': accepted }
  return intervalRow(second, { worker, counters, toMs })
}

const seconds = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index)

test('what there is so far is not judged with a second that a worker has not ended', () => {
  const { after } = watched(RATE)

  expect(after(load(0, 0), load(1, 0), load(0, 1))).toBeUndefined()
  expect(after(load(0, 2))).toBeUndefined()
  expect(after(load(1, 1), load(1, 2))).toBeUndefined()
  expect(after(load(0, 3, { accepted: 0 }), load(1, 3, { accepted: 0 }))).toBe(`${RATE} was 15/s`)
})

test('a window is not judged whose last second a worker has not ended', () => {
  const { after } = watched(`${RATE} for 1s`)

  expect(after(load(0, 0), load(1, 0), load(1, 1))).toBeUndefined()
  // Nothing of worker 1 is new here, and it has not ended second 2.
  expect(after(load(0, 1), load(0, 2))).toBeUndefined()
  expect(after(load(1, 2, { accepted: 4 }))).toBe(`${RATE} for 1s was 14/s`)
})

test('the first second of the load waits for a worker that still writes what went before', () => {
  const { after } = watched(`${RATE} for 1s`)
  const before = { stage: 'connect', fromMs: 1_000, toMs: T0_MS } as const

  expect(after(intervalRow(1, { worker: 0, ...before }), load(0, 0))).toBeUndefined()
  expect(after(intervalRow(1, { worker: 1, ...before }))).toBeUndefined()
  expect(after(load(1, 0))).toBeUndefined()
})

test('three seconds that a late worker ends as one are judged with three of the others', () => {
  const { after } = watched(RATE)

  expect(after(load(0, 0, { long: 3 }), load(1, 0, { accepted: 0 }))).toBeUndefined()
  expect(after(load(1, 1, { accepted: 0 }))).toBeUndefined()
  expect(after(load(1, 2, { accepted: 0 }))).toBe(`${RATE} was 10/s`)
})

test.each([RATE, `${RATE} for 1s`])('a worker that is gone is not waited for: %s', (abort) => {
  const { after, gone, leftBehind } = watched(abort)

  expect(after(load(0, 0), load(1, 0), load(0, 1, { accepted: 0 }))).toBeUndefined()
  gone(1)
  expect(after()).toMatch(abort)
  expect(leftBehind).toEqual([])
})

test('the second in which the load ends is not judged as a whole one', () => {
  const { after } = watched(`${RATE} for 1s`)
  const last = (worker: number) => [
    load(worker, 1, { long: 0.3, accepted: 3 }),
    intervalRow(1, { worker, stage: 'drain', fromMs: T0_MS + 1_300, toMs: T0_MS + 2_000 }),
    intervalRow(2, { worker, stage: 'drain', fromMs: T0_MS + 2_000, toMs: T0_MS + 3_000 }),
  ]

  expect(after(load(0, 0), load(1, 0), ...last(0), ...last(1))).toBeUndefined()
})

test('workers whose load ends at slightly different times are judged together', () => {
  const { after } = watched(RATE)
  const ends = (worker: number, ms: number) => [
    intervalRow(0, { worker, toMs: T0_MS + ms, counters: { 'update.accepted': 6 } }),
    intervalRow(0, { worker, stage: 'drain', fromMs: T0_MS + ms, toMs: T0_MS + 1_000 }),
  ]

  expect(after(...ends(0, 500))).toBeUndefined()
  expect(after(...ends(1, 507))).toBeUndefined()
})

test('a worker that lives and tells nothing is waited for 10 s, and then it is said who is missing', () => {
  const { after, leftBehind } = watched(`${RATE} for 2s`)

  expect(after(load(0, 0), load(1, 0))).toBeUndefined()
  for (const second of seconds(1, 11)) expect(after(load(0, second))).toBeUndefined()
  expect(leftBehind).toEqual([])

  expect(after(load(0, 11))).toBe(`${RATE} for 2s was 15/s without worker 1`)
  expect(leftBehind).toEqual([1])
})

test('what comes from a worker after it was left behind is not lost, and it is waited for again', () => {
  const { after, leftBehind } = watched('update.accepted < 235')

  const ofFirst = seconds(1, 12).map((second) => load(0, second))
  expect(after(load(0, 0), load(1, 0), ...ofFirst)).toBeUndefined()
  expect(leftBehind).toEqual([1])
  // 130 were judged without the 100 that come now; of second 12 half is missing.
  expect(after(load(1, 1, { long: 11, accepted: 100 }), load(0, 12))).toBeUndefined()
  expect(after(load(1, 12))).toBe('update.accepted < 235 was 250')
  expect(leftBehind).toEqual([1])
})

test('in whatever order the workers come to write, what is said is the same', () => {
  const counts = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 2, maxLength: 8 })
  const isSame = fc.property(
    fc.constantFrom(RATE, `${RATE} for 1s`, `${RATE} for 3s`, 'update.accepted < 120'),
    counts,
    fc.array(fc.boolean(), { maxLength: 12 }),
    (abort, accepted, firsts) => {
      const rows = [0, 1].map((worker) =>
        accepted.map((of, second) => load(worker, second, { accepted: of[worker] ?? 0 })),
      )
      const inStep = watched(abort)
      const expected = accepted
        .map((_, second) => inStep.after(...rows.flatMap((own) => own[second] ?? [])))
        .find(Boolean)
      const anyhow = watched(abort)
      const [one = [], other = []] = rows
      const said: (string | undefined)[] = []
      for (const isFirst of firsts) {
        const next = (isFirst ? one : other).shift()
        if (next) said.push(anyhow.after(next))
      }
      said.push(anyhow.after(...one, ...other))

      expect(said.find(Boolean)).toBe(expected)
    },
  )
  fc.assert(isSame, { numRuns: 150 })
})
