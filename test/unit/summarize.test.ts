import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import type { IntervalRow } from '../../src/results/rows.ts'
import type { FinishedInterval, RunRecord } from '../../src/results/run-record.ts'
import { summarize } from '../../src/results/summarize.ts'
import {
  END_ROW,
  HEALTHY_COUNTERS,
  hostRow,
  interval,
  intervalRow,
  runRecord,
  SCENARIO_TEXT,
  SECONDS,
} from './run-fixture.ts'

await prepareRecorders()

type Counters = Record<string, number>

/** Ten healthy seconds, each with counters of its own beside. */
function load(counters: (second: number) => Counters, series?: Record<string, number[]>) {
  return SECONDS.map((second) =>
    interval(
      intervalRow(second, { counters: { ...HEALTHY_COUNTERS, ...counters(second) } }),
      series,
    ),
  )
}

function stageRow(
  stage: IntervalRow['stage'],
  second: number,
  counters: Counters,
): FinishedInterval {
  return interval(intervalRow(second, { stage, counters }))
}

const withThresholds = (...thresholds: string[]) =>
  `${SCENARIO_TEXT}thresholds: ${JSON.stringify(thresholds)}\n`

test('operations count in all stages and have their rate in the load alone', () => {
  const intervals = [
    stageRow('connect', 0, { 'connect.issued': 100, 'connect.accepted': 100 }),
    ...load(() => ({
      'update.issued': 8,
      'update.accepted': 7,
      'update.rejected': 1,
      'update.rejected.VersionMismatch': 1,
    })),
    stageRow('drain', 10, { 'update.issued': 5, 'update.accepted': 4, 'update.timedOut': 1 }),
  ]
  const { operations } = summarize(runRecord({ intervals }))

  expect(operations.update).toMatchObject({
    issued: 85,
    accepted: 74,
    rejected: { VersionMismatch: 10 },
    timedOut: 1,
    ratePerSecond: 7,
  })
  expect(operations.connect).toMatchObject({ issued: 100, accepted: 100, ratePerSecond: 0 })
  expect(operations.describe).toMatchObject({ issued: 0, responseMs: {}, byOutcome: {} })
})

test('latencies hold accepted attempts, other outcomes stand by themselves', () => {
  const intervals = load(
    () => ({ 'update.issued': 2, 'update.accepted': 1, 'update.throttled': 1 }),
    {
      'update.accepted.response': [2_000],
      'update.accepted.service': [1_000],
      'update.throttled.response': [100],
      'update.throttled.service': [50],
      'update.lag': [10, 20],
    },
  )
  const update = summarize(runRecord({ intervals })).operations.update

  expect(update?.responseMs).toMatchObject({ p50: 2, max: 2, count: 10 })
  expect(update?.serviceMs).toMatchObject({ p50: 1, count: 10 })
  expect(update?.lagMs).toMatchObject({ count: 20, max: 0.02 })
  expect(update?.byOutcome).toMatchObject({
    throttled: { responseMs: { p50: 0.1 }, serviceMs: { p50: 0.05 } },
  })
})

test('two workers are one fleet: their seconds add up', () => {
  const one = load(() => ({ 'update.issued': 1, 'update.accepted': 1 }), {
    'update.accepted.response': [1_000],
  })
  const other = one.map(({ row, entries }) => ({ row: { ...row, worker: 1 }, entries }))
  const { operations } = summarize(runRecord({ intervals: [...one, ...other] }))

  expect(operations.update).toMatchObject({
    issued: 20,
    ratePerSecond: 2,
    responseMs: { count: 20 },
  })
})

test('arrivals are those of the plan, with what became of them', () => {
  const intervals = SECONDS.map((second) =>
    interval(
      intervalRow(second, {
        counters: {
          'start.planned': 10,
          'start.started': 8,
          'start.reassigned': 1,
          'start.dropped': 2,
          'start.dropped.busy': 1,
          'start.dropped.offline': 1,
        },
      }),
      { 'start.lag': [500], 'start.acquire': [9_000] },
    ),
  )
  expect(summarize(runRecord({ intervals })).arrivals).toMatchObject({
    planned: 100,
    started: 80,
    reassigned: 10,
    dropped: 20,
    droppedByCause: { busy: 10, offline: 10 },
    scheduleLagMs: { p99: 0.5 },
    acquireMs: { p99: expect.closeTo(9, 1) },
  })
})

test('throttling is told in seconds since T0, over all workers and Jobs operations', () => {
  const intervals = load(
    (second): Counters =>
      second === 3 || second === 6
        ? { 'start-next.throttled': second, 'update.throttled': 1, 'connect.throttled': 50 }
        : {},
  )
  const { throttling } = summarize(runRecord({ intervals }))

  expect(throttling).toMatchObject({ peakPerSecond: 7, firstAtSeconds: 3, lastAtSeconds: 6 })
  expect(throttling.share).toBe(11 / 100)
})

test.each([
  {
    why: 'writes stop at the quota of the scenario',
    counters: { 'update.throttled': 40, 'update.accepted': 120, 'start-next.accepted': 80 },
    quota: 'writes (StartNext + Update) 200/s',
  },
  {
    why: 'empty answers draw on the quota too',
    counters: { 'start-next.throttled': 40, 'start-next.accepted': 0, 'start-next.empty': 195 },
    quota: 'writes (StartNext + Update) 200/s',
  },
  {
    why: 'somebody else gives less than the scenario knows',
    counters: { 'update.throttled': 40, 'update.accepted': 40 },
    quota: 'writes (StartNext + Update), about 50/s accepted',
  },
  {
    why: 'reads have their own bucket',
    counters: { 'describe.throttled': 9, 'describe.accepted': 100, 'get-pending.accepted': 101 },
    quota: 'reads (Describe + GetPending) 200/s',
  },
  { why: 'nothing was throttled', counters: { 'update.accepted': 200 }, quota: null },
] as { why: string; counters: Counters; quota: string | null }[])(
  'the binding quota is $quota when $why',
  ({ counters, quota }) => {
    const { throttling } = summarize(runRecord({ intervals: load(() => counters) }))

    expect(throttling.bindingQuota).toBe(quota)
  },
)

test('the share of succeeded executions counts all that ended, in the drain too', () => {
  const record = runRecord({
    scenarioText: withThresholds('executions.succeeded.share >= 90%'),
    intervals: [
      ...load(() => ({ 'execution.started': 10, 'execution.succeeded': 8 })),
      stageRow('drain', 10, { 'execution.succeeded': 10, 'execution.failed': 10 }),
    ],
  })
  const { thresholds, executions } = summarize(record)

  expect(executions).toMatchObject({ started: 100, succeeded: 90, failed: 10 })
  expect(thresholds).toEqual([
    { expression: 'executions.succeeded.share >= 90%', observed: 0.9, passed: true },
  ])
})

test('every window of a threshold with `for` must hold, wherever it begins', () => {
  // 30 % in seconds 4 to 6, nothing else: the load as a whole has 9 %.
  const intervals = load((second) => ({
    'update.issued': 10,
    'update.throttled': second >= 4 && second <= 6 ? 3 : 0,
    'update.accepted': second >= 4 && second <= 6 ? 7 : 10,
  }))
  const scenarioText = withThresholds(
    'update.throttled.share < 10%',
    'update.throttled.share < 25% for 3s',
    'update.throttled.share < 25% for 4s',
  )
  const { thresholds, verdict } = summarize(runRecord({ scenarioText, intervals }))

  expect(thresholds.map(({ observed, passed }) => ({ observed, passed }))).toEqual([
    { observed: 9 / 100, passed: true },
    { observed: 9 / 30, passed: false },
    { observed: 9 / 40, passed: true },
  ])
  expect(verdict).toBe('failed')
})

test('a latency over windows is that of the window, not of what went before', () => {
  const intervals = SECONDS.map((second) =>
    interval(intervalRow(second), { 'update.accepted.response': [second === 2 ? 90_000 : 1_000] }),
  )
  const scenarioText = withThresholds(
    'update.response.max < 50ms for 2s',
    'update.response.min < 50ms for 2s',
    'update.response.p50 > 0.5ms for 2s',
  )
  const { thresholds } = summarize(runRecord({ scenarioText, intervals }))

  expect(thresholds.map(({ observed }) => Math.round(observed ?? -1))).toEqual([90, 1, 1])
  expect(thresholds.map(({ passed }) => passed)).toEqual([false, true, true])
})

test('a window longer than the load measures nothing and does not pass', () => {
  const scenarioText = withThresholds('update.lost == 0 for 11s')
  expect(summarize(runRecord({ scenarioText })).thresholds).toMatchObject([
    { observed: null, passed: false },
  ])
})

const FAILING = withThresholds('update.accepted > 0')
const VOID = { ledger: { checked: true, balanced: false, differences: ['Thing 1.'] } }

test.each([
  { why: 'all is well', changes: {}, verdict: 'passed' },
  { why: 'a threshold does not hold', changes: { scenarioText: FAILING }, verdict: 'failed' },
  {
    why: 'a threshold stopped it',
    changes: { scenarioText: FAILING, end: { ...END_ROW, endedBy: 'aborted' } },
    verdict: 'aborted',
  },
  {
    why: 'it is void and a threshold stopped it',
    changes: { scenarioText: FAILING, end: { ...END_ROW, ...VOID, endedBy: 'aborted' } },
    verdict: 'invalid',
  },
  {
    why: 'somebody stopped it and it is void',
    changes: { end: { ...END_ROW, ...VOID, endedBy: 'stopped' } },
    verdict: 'stopped',
  },
  { why: 'it was killed', changes: { end: undefined }, verdict: 'invalid' },
] satisfies {
  why: string
  changes: Partial<RunRecord> & { scenarioText?: string }
  verdict: string
}[])('the verdict is $verdict when $why', ({ changes, verdict }) => {
  expect(summarize(runRecord(changes)).verdict).toBe(verdict)
})

test('a run is described by its row, its plan and its scenario', () => {
  const { run, arrivals } = summarize(runRecord())

  expect(run).toMatchObject({
    id: 'fixture-1',
    scenario: 'fixture',
    seed: 3,
    durationSeconds: 11,
    things: 100,
    workers: 1,
    complete: true,
    host: { node: 'v20.20.2', cpus: 2 },
  })
  expect(run.planHash).toMatch(/^[0-9a-f]{64}$/)
  expect(arrivals?.planned).toBe(100)
})

test('a killed run lasts as long as its record, and planned what had fallen due', () => {
  const intervals = runRecord().intervals.slice(0, 4)
  const { run, arrivals } = summarize(runRecord({ intervals, end: undefined }))

  expect(run).toMatchObject({ complete: false, durationSeconds: 4 })
  expect(arrivals).toMatchObject({ planned: 40, started: 40 })
})

test('stray answers, clamped records, lost connections and notes are all told', () => {
  const intervals = load(
    (second): Counters =>
      second === 0
        ? { 'stray.late': 2, 'stray.unmatched': 1, clamped: 3, 'drop.ECONNRESET': 4 }
        : {},
  )
  expect(summarize(runRecord({ intervals, dropped: ['A line was torn.'] }))).toMatchObject({
    strays: { late: 2, duplicate: 0, unmatched: 1 },
    clamped: 3,
    drops: { ECONNRESET: 4 },
    notes: ['A line was torn.'],
  })
})

const PHASES = `
name: phases
fleet: { things: 100 }
load:
  arrivals:
    - { name: ramp, from: 0/s, to: 10/s, for: 3s }
    - { name: calm, rate: 10/s, for: 2500ms }
    - { name: peak, rate: 10/s, for: 4500ms }
`

test('limits of the stand-in are told when one was reached, and else there is no word of them', () => {
  const limits = { connectionPublishes: 3 }

  expect(summarize(runRecord({ end: { ...END_ROW, limits } })).limits).toEqual(limits)
  expect(summarize(runRecord())).not.toHaveProperty('limits')
})

test.each([
  { text: 'update.accepted == 0', seconds: [3, 4, 5, 6, 7, 8, 9], why: 'ramps are left out' },
  { text: 'update.accepted == 0 over phase ramp', seconds: [0, 1, 2], why: 'a ramp asked for' },
  { text: 'update.accepted == 0 over phase calm', seconds: [3, 4], why: 'whole seconds only' },
  { text: 'update.accepted == 0 over phase peak', seconds: [6, 7, 8, 9], why: 'the last phase' },
])('$text looks at the seconds $seconds: $why', ({ text, seconds }) => {
  const scenarioText = `${PHASES}thresholds: ["${text}", "${text.replace('accepted == 0', 'accepted.rate == 0/s')}"]`
  const intervals = load((second) => ({ 'update.accepted': 2 ** second }), {
    'update.accepted.response': [1_000],
  })
  const [counted, rate] = summarize(runRecord({ scenarioText, intervals })).thresholds
  const sum = seconds.reduce((total, second) => total + 2 ** second, 0)

  expect(counted?.observed).toBe(sum)
  expect(rate?.observed).toBe(sum / seconds.length)
})

test('over phase connecting is the time before the load, unless a phase has that name', () => {
  const scope = 'connect.issued > 0 over phase connecting'
  const intervals = [
    stageRow('connect', 0, { 'connect.issued': 7 }),
    ...load((second) => ({ 'connect.issued': second })),
  ]
  const observed = (scenarioText: string) =>
    summarize(runRecord({ scenarioText, intervals })).thresholds[0]?.observed

  expect(observed(`${PHASES}thresholds: ["${scope}"]`)).toBe(7)
  expect(observed(`${PHASES.replace('calm', 'connecting')}thresholds: ["${scope}"]`)).toBe(3 + 4)
})

test('windows reach over no ramp, and over no other phase when one is named', () => {
  const windows = (scope: string) => `update.accepted < 1 ${scope}for 2s`
  const scenarioText = `${PHASES}thresholds: ["${windows('')}", "${windows('over phase ramp ')}", "${windows('over phase calm ')}"]`
  const seen = (picked: number) => {
    const intervals = load((second) => ({ 'update.accepted': second === picked ? 1 : 0 }))
    const { thresholds } = summarize(runRecord({ scenarioText, intervals }))
    return thresholds.map(({ observed }) => observed)
  }

  expect(seen(2)).toEqual([0, 1, 0])
  expect(seen(4)).toEqual([1, 0, 1])
  expect(seen(5)).toEqual([1, 0, 0])
})

test('a load of nothing but ramps is judged as a whole', () => {
  const scenarioText = `
name: ramps
fleet: { things: 100 }
load: { arrivals: [{ name: up, from: 0/s, to: 10/s, for: 10s }] }
thresholds: [update.accepted == 10]
`
  const { thresholds } = summarize(
    runRecord({ scenarioText, intervals: load(() => ({ 'update.accepted': 1 })) }),
  )

  expect(thresholds).toMatchObject([{ observed: 10, passed: true }])
})

test('the generator is judged by the seconds that are looked at', () => {
  const texts = [
    'generator.cpu.share < 40% over phase peak',
    'generator.event-loop.share < 25% over phase calm',
    'generator.memory < 300MiB for 2s',
    'generator.loop-delay.p99 < 5ms',
  ]
  const scenarioText = `${PHASES}thresholds: ${JSON.stringify(texts)}`
  const health = (second: number) => ({
    eventLoopUtilisation: second < 5 ? 0.2 : 0.9,
    loopDelayP99Ms: second === 1 ? 90 : 4,
  })
  const intervals = SECONDS.map((second) =>
    interval(intervalRow(second, { health: health(second) })),
  )
  const hosts = SECONDS.map((second) =>
    hostRow(second, { cpuShare: second < 7 ? 0.2 : 0.6, rssMiB: second === 9 ? 400 : 200 }),
  )
  const { thresholds } = summarize(runRecord({ scenarioText, intervals, hosts }))

  expect(thresholds.map(({ observed }) => Number(observed?.toFixed(6)))).toEqual([0.5, 0.2, 400, 4])
})
