import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timeline } from '../../src/report/timeline.ts'
import type { IntervalRow, Row } from '../../src/results/rows.ts'
import { exampleRun } from '../fixtures/example-run.ts'

function interval(worker: number, second: number, rest: Partial<IntervalRow>): IntervalRow {
  return {
    kind: 'interval',
    worker,
    stage: 'load',
    second,
    fromMs: 5_000 + second * 1_000,
    toMs: 6_000 + second * 1_000,
    counters: {},
    percentiles: {},
    gauges: { online: 10, idle: 10, working: 0, openRequests: 0 },
    health: { eventLoopUtilisation: 0.1, loopDelayP99Ms: 1 },
    ...rest,
  }
}

const BEGIN: Row = { kind: 'begin', atMs: 5_000, readyThings: 20 }
const at = (p99: number) => ({ 'start.lag': { count: 1, p50: 1, p90: 1, p99, max: p99 } })

test('workers add up in counts and gauges, and the highest percentile stands for all', () => {
  const time = timeline([
    BEGIN,
    interval(0, 0, { counters: { 'update.issued': 30 }, percentiles: at(4) }),
    interval(1, 0, { counters: { 'update.issued': 12 }, percentiles: at(9) }),
  ])

  expect(time.rate('update.issued')).toEqual([42])
  expect(time.gauge('online')).toEqual([20])
  expect(time.highest('start.lag', 'p99')).toEqual([9])
})

test('a second without a row is a gap and not a zero', () => {
  const time = timeline([BEGIN, interval(0, 0, {}), interval(0, 2, { percentiles: at(3) })])

  expect(time.rate('update.issued')).toEqual([0, null, 0])
  expect(time.highest('start.lag', 'p99')).toEqual([null, null, 3])
})

test('connecting is left out once T0 came, and shown when it never did', () => {
  const connecting = interval(0, 0, { stage: 'connect', counters: { 'connect.issued': 7 } })

  expect(timeline([connecting, BEGIN, interval(0, 0, {})]).rate('connect.issued')).toEqual([0])
  expect(timeline([connecting]).rate('connect.issued')).toEqual([7])
  expect(timeline([]).seconds).toEqual([])
})

test('a row of the host belongs to the second since T0 it was taken in', () => {
  const host = { kind: 'host', second: 9, gcShare: 0, rssMiB: 1, descriptors: 1 } as const
  const time = timeline([
    BEGIN,
    interval(0, 0, {}),
    interval(0, 1, {}),
    { ...host, fromMs: 6_001, toMs: 7_002, cpuShare: 0.7 },
    { ...host, fromMs: 3_900, toMs: 4_900, cpuShare: 0.9 },
  ])

  expect(time.gauge('cpu')).toEqual([null, 0.7])
})

test('more than 2,000 seconds are thinned without losing a count or the highest percentile', () => {
  const { rows } = exampleRun({ workers: 2, loadSeconds: 5_000, drainSeconds: 3 })
  const time = timeline(rows)
  const intervals = rows.filter((row) => row.kind === 'interval' && row.stage !== 'connect')
  const lengths = time.seconds.map((from) => Math.min(time.bucketSeconds, time.endSecond - from))
  const issued = time
    .rate('update.issued')
    .reduce<number>((sum, rate, index) => sum + (rate ?? 0) * (lengths[index] ?? 0), 0)

  expect(time.bucketSeconds).toBe(5)
  expect(time.seconds.length).toBeLessThanOrEqual(2_000)
  expect(issued).toBeCloseTo(
    intervals.reduce(
      (sum, row) => sum + (row.kind === 'interval' ? (row.counters['update.issued'] ?? 0) : 0),
      0,
    ),
    3,
  )
  expect(
    Math.max(...time.highest('update.accepted.response', 'p99').map((value) => value ?? 0)),
  ).toBe(
    Math.max(
      ...intervals.map((row) =>
        row.kind === 'interval' ? (row.percentiles['update.accepted.response']?.p99 ?? 0) : 0,
      ),
    ),
  )
})

test('the points of a run are never more than 2,000', () => {
  const bounded = fc.property(fc.integer({ min: 1, max: 5_000_000 }), (last) => {
    const time = timeline([BEGIN, interval(0, last, {})])
    expect(time.seconds.length).toBeLessThanOrEqual(2_000)
    expect(time.seconds.length * time.bucketSeconds).toBeGreaterThanOrEqual(last + 1)
  })
  fc.assert(bounded, { numRuns: 50 })
})

const LIMITS = { eventLoop: 0.85, loopDelayMs: 50, cpu: 0.9, gc: 0.1, lagMs: 10 }
const BUSY = { eventLoopUtilisation: 1, loopDelayP99Ms: 80 }

/** A row that ends before its second does. */
function piece(second: number, fromMs: number, toMs: number, rest: Partial<IntervalRow> = {}) {
  const zeroMs = 5_000 + second * 1_000
  return interval(0, second, { fromMs: zeroMs + fromMs, toMs: zeroMs + toMs, ...rest })
}

test('an end of a few milliseconds is told with the second before it, and how busy it was is not', () => {
  const one = { 'update.issued': 3 }
  const time = timeline(
    [
      BEGIN,
      interval(0, 0, { counters: { 'update.issued': 100 } }),
      piece(1, 0, 4, { stage: 'drain', counters: one, percentiles: at(40), health: BUSY }),
    ],
    LIMITS,
  )

  expect(time.seconds).toEqual([0])
  expect(time.endSecond).toBe(1)
  expect(time.rate('update.issued')[0]).toBeCloseTo(103 / 1.004, 6)
  expect(time.unwell).toEqual([false])
  expect(time.gauge('eventLoop')).toEqual([0.1])
  expect(time.gauge('online')).toEqual([10])
})

test('the rates of an end of four tenths of a second are those of that time, and no limit holds for it', () => {
  const host = { kind: 'host', second: 1, gcShare: 0.3, rssMiB: 1, descriptors: 1 } as const
  const time = timeline(
    [
      BEGIN,
      interval(0, 0, { health: BUSY }),
      piece(1, 0, 400, { counters: { 'update.issued': 40 }, percentiles: at(40), health: BUSY }),
      { ...host, fromMs: 5_700, toMs: 6_700, cpuShare: 0.95 },
    ],
    LIMITS,
  )

  expect(time.rate('update.issued')[1]).toBeCloseTo(100, 6)
  expect(time.lastSeconds).toBeCloseTo(0.4, 6)
  expect(time.unwell).toEqual([true, false])
  expect(time.gauge('eventLoop')).toEqual([1, 1])
})

test('of two workers the one that was at work for the whole last second is held to the limits', () => {
  const short = piece(0, 0, 300, { health: BUSY })
  const whole = interval(1, 0, {})

  expect(timeline([BEGIN, short, whole], LIMITS).unwell).toEqual([false])
  expect(timeline([BEGIN, short, { ...whole, health: BUSY }], LIMITS).unwell).toEqual([true])
})

test('a second in which the load ends is one second, and its things are online once', () => {
  const time = timeline([
    BEGIN,
    piece(0, 0, 400, { counters: { 'update.issued': 10 } }),
    piece(0, 400, 1_000, {
      stage: 'drain',
      counters: { 'update.issued': 20 },
      gauges: { online: 9, idle: 9, working: 0, openRequests: 0 },
    }),
  ])

  expect(time.rate('update.issued')).toEqual([30])
  expect(time.gauge('online')).toEqual([9])
})

test('an interval of ten seconds in which the load ends is one interval', () => {
  const { rows } = exampleRun({ loadSeconds: 1, drainSeconds: 0 })
  const run = rows.find((row) => row.kind === 'run')
  const virtual = { intervalSeconds: 10, oneWayMs: 1, latencyMs: { median: 1, p99: 2 } }
  const time = timeline([
    { ...(run as Row & { kind: 'run' }), virtual: { ...virtual, calibratedOn: null } },
    BEGIN,
    piece(0, 0, 3_000, { counters: { 'update.issued': 30 } }),
    piece(3, 0, 7_000, { stage: 'drain', counters: { 'update.issued': 70 } }),
  ])

  expect(time.seconds).toEqual([0])
  expect(time.rate('update.issued')).toEqual([10])
})

test('a run that is over in a few milliseconds has no rate of thousands', () => {
  const time = timeline([BEGIN, piece(0, 0, 2, { counters: { 'update.issued': 4 } })])

  expect(time.rate('update.issued')).toEqual([40])
})
