import { expect, test } from 'vitest'
import { combinations, readSweep, readSweeps } from '../../src/cli/sweep.ts'
import { ShakedownError } from '../../src/errors.ts'
import { outlookPage } from '../../src/report/html-outlook.ts'
import { outlookCharts } from '../../src/report/outlook-charts.ts'
import { outlookCsv } from '../../src/report/outlook-csv.ts'
import {
  figuresOf,
  type OutlookRun,
  type OutlookVariant,
  spreadOf,
} from '../../src/report/outlook-figures.ts'
import { outlookText } from '../../src/report/outlook-text.ts'

function run(seed: number, changes: Partial<OutlookRun> = {}): OutlookRun {
  return {
    ...{ seed, etaSeconds: 100 + seed, doneShare: 1, ended: 1_000, throttledShare: 0.25 },
    ...{ attemptsPerSuccess: 3.5, timedOutShare: 0, abort: null, events: 9_000 },
    ...changes,
  }
}

function variant(things: number, runs: readonly OutlookRun[]): OutlookVariant {
  return { settings: [['fleet.things', String(things)]], things, runs }
}

const PLAIN = { color: false, width: 100 }

test.each([
  ['fleet.things=1000,10000', { key: 'fleet.things', values: ['1000', '10000'] }],
  ['seed=7', { key: 'seed', values: ['7'] }],
  [
    'load.rollout={ limit: 1h, poll: 5s }, { limit: 2h }',
    { key: 'load.rollout', values: ['{ limit: 1h, poll: 5s }', '{ limit: 2h }'] },
  ],
  ['name="a, b",c', { key: 'name', values: ['"a, b"', 'c'] }],
  [
    'service.quotas.writes=100/s,200/s',
    { key: 'service.quotas.writes', values: ['100/s', '200/s'] },
  ],
])('--sweep %s', (text, sweep) => {
  expect(readSweep(text)).toEqual(sweep)
})

test.each(['', '=1,2', 'fleet.things', 'fleet.things=', 'fleet.things=1,,2'])(
  '--sweep %j names no values of a key, and says so',
  (text) => {
    expect(() => readSweep(text)).toThrow(ShakedownError)
  },
)

test('several sweeps are combined each with each, the last changing fastest', () => {
  expect(combinations([readSweep('a=1,2'), readSweep('b=x,y')])).toEqual([
    [
      ['a', '1'],
      ['b', 'x'],
    ],
    [
      ['a', '1'],
      ['b', 'y'],
    ],
    [
      ['a', '2'],
      ['b', 'x'],
    ],
    [
      ['a', '2'],
      ['b', 'y'],
    ],
  ])
  expect(combinations([])).toEqual([[]])
})

test('a percentile is one of the values, by nearest rank', () => {
  const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6]

  expect(spreadOf(values)).toEqual({ count: 10, min: 1, p50: 5, p90: 9, max: 10, mean: 5.5 })
  expect(spreadOf([7])).toEqual({ count: 1, min: 7, p50: 7, p90: 7, max: 7, mean: 7 })
  expect(spreadOf([])).toBeUndefined()
})

test('runs that were not done in their time are counted, and are in no percentile of it', () => {
  const figures = figuresOf(variant(1, [run(1), run(2, { etaSeconds: null, doneShare: 0.4 })]))

  expect(figures.etaSeconds).toMatchObject({ count: 1, max: 101 })
  expect(figures.unfinished).toBe(1)
  expect(figures.doneShare?.min).toBe(0.4)
})

test('the text says first when the first variant is done, then a row for each', () => {
  const text = outlookText(
    [variant(1_000, [run(1), run(2), run(3)]), variant(9_000, [run(1)])],
    PLAIN,
  )

  expect(text).toMatch(
    /^fleet\.things=1000: done after 1 min 42 s \(p50 of 3 seeds\), p90 1 min 43 s\n/,
  )
  expect(text).toMatch(/^fleet\.things=9000 +1 min 41 s +1 min 41 s +0 +25% +3\.50 +0%$/m)
  expect(text).not.toContain('aborts')
})

test('the text of a plan that is never done in time says what to raise', () => {
  const never = run(1, { etaSeconds: null, doneShare: 0.125 })

  expect(outlookText([variant(5, [never])], PLAIN)).toMatch(
    /not done in its time with any of 1 seed, 12\.5% of it done; raise load\.rollout\.limit/,
  )
})

test('aborts have columns where there are any', () => {
  const aborted = run(1, { abort: { atSeconds: 90, executions: 1_234 } })
  const text = outlookText([variant(5, [aborted])], PLAIN)

  expect(text).toMatch(/aborts +after +with/)
  expect(text).toMatch(/ 1 +1 min 30 s +1,234 executions$/m)
})

test('the CSV has a row for each run, nothing where there is nothing, and quotes what needs it', () => {
  const settings = [['fleet.mix', '[{ share: 100%, transport: http }]']] as const
  const csv = outlookCsv([{ settings, things: 5, runs: [run(1), run(2, { etaSeconds: null })] }])
  const lines = csv.split('\r\n')

  expect(lines).toHaveLength(4)
  expect(lines[0]).toBe(
    'fleet.mix,things,seed,eta_seconds,done_share,ended,throttled_share,attempts_per_success,timed_out_share,abort_seconds,abort_executions,events',
  )
  expect(lines[1]).toBe('"[{ share: 100%, transport: http }]",5,1,101,1,1000,0.25,3.5,0,,,9000')
  expect(lines[2]).toContain(',5,2,,1,1000,')
})

test('numbers that rise twentyfold are drawn by their logarithm, others by their size or name', () => {
  const axis = (...values: string[]) =>
    outlookCharts(
      values.map((value) => ({ settings: [['key', value]], things: 1, runs: [run(1)] })),
    )?.axis

  expect(axis('1000', '10000', '100000')).toMatchObject({ isLogarithmic: true, names: undefined })
  expect(axis('1', '2', '3')).toMatchObject({ isLogarithmic: false, values: [1, 2, 3] })
  expect(axis('100/s', '200/s')).toMatchObject({ values: [0, 1], names: ['100/s', '200/s'] })
  expect(axis('2', '1')).toMatchObject({ values: [0, 1], names: ['2', '1'] })
})

test('without a sweep the charts run over the seeds, in the order of their values', () => {
  const charts = outlookCharts([{ settings: [], things: 5, runs: [run(9), run(1), run(4)] }])

  expect(charts?.axis.values).toEqual([33.3, 66.7, 100])
  expect(charts?.charts[0]?.series[0]?.values).toEqual([101, 104, 109])
  // Nothing timed out.
  expect(charts?.charts.map(({ id }) => id)).not.toContain('timed-out')
})

test('one run of one variant has a page without charts', () => {
  const about = { scenario: '<b>', question: undefined, seeds: '1', version: '0.1.0' }
  const page = outlookPage([variant(5, [run(1)])], about)

  expect(page).not.toContain('<script')
  expect(page).toContain('&lt;b&gt;')
  expect(page).not.toMatch(/(src|href)="(?!#|data:)/)
})

test.each([
  [['a=1,2', 'b=1,1'], /--sweep b has the value 1 twice/],
  [['a=1', 'b=2', 'a=3'], /--sweep a is given twice/],
  [['seed=1,2'], /--sweep seed means nothing/],
])('sweeps of %j are refused, because they would make the same run twice', (texts, reason) => {
  expect(() => readSweeps(texts)).toThrow(reason)
})
