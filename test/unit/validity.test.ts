import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { sustained } from '../../src/results/generator-health.ts'
import type { RunRow, ThreadHealth } from '../../src/results/rows.ts'
import type { RunRecord } from '../../src/results/run-record.ts'
import { summarize } from '../../src/results/summarize.ts'
import {
  END_ROW,
  HEALTHY_COUNTERS,
  hostRow,
  interval,
  intervalRow,
  RUN_ROW,
  runRecord,
  SCENARIO_TEXT,
  SECONDS,
  T0_MS,
} from './run-fixture.ts'

await prepareRecorders()

type Changes = Partial<RunRecord>

/** The load with the health of some of its seconds replaced. */
function withHealth(from: number, to: number, health: Partial<ThreadHealth>): Changes {
  return {
    intervals: SECONDS.map((second) =>
      interval(
        intervalRow(second, {
          health: second >= from && second < to ? { ...HEALTH, ...health } : HEALTH,
        }),
      ),
    ),
  }
}
const HEALTH = { eventLoopUtilisation: 0.2, loopDelayP99Ms: 1 }

function withHosts(from: number, to: number, changes: Parameters<typeof hostRow>[1]): Changes {
  return {
    hosts: SECONDS.map((second) => hostRow(second, second >= from && second < to ? changes : {})),
  }
}

function withLags(...lagsUs: number[]): Changes {
  return {
    intervals: SECONDS.map((second) => interval(intervalRow(second), { 'start.lag': lagsUs })),
  }
}

function withCounters(counters: Record<string, number>): Changes {
  return {
    intervals: SECONDS.map((second) =>
      interval(
        intervalRow(second, {
          counters: second === 5 ? { ...HEALTHY_COUNTERS, ...counters } : HEALTHY_COUNTERS,
        }),
      ),
    ),
  }
}

const withoutSecond = (missing: number): Changes => ({
  intervals: runRecord().intervals.filter(({ row }) => row.second !== missing),
})

/** The same run in virtual time. */
const { host: _, ...WITHOUT_HOST } = RUN_ROW
const VIRTUAL: RunRow = {
  ...WITHOUT_HOST,
  virtual: {
    intervalSeconds: 1,
    oneWayMs: 0.1,
    latencyMs: { median: 15, p99: 60 },
    calibratedOn: null,
  },
}

const UNBALANCED = { checked: true, balanced: false, differences: ['Thing 7 is at odds.'] }

const rows: [
  check: string,
  observed: number | null,
  level: string,
  changes: Changes,
  why: string,
][] = [
  ['schedule-lag', 20, 'invalid', withLags(20_000), 'all starts leave 20 ms late'],
  ['schedule-lag', 9.9, 'ok', withLags(9_900), 'all starts leave just in time'],
  ['schedule-lag', null, 'ok', { intervals: [] }, 'nothing was planned'],
  [
    'event-loop-utilisation',
    0.9,
    'invalid',
    withHealth(4, 7, { eventLoopUtilisation: 0.9 }),
    'three busy seconds',
  ],
  [
    'event-loop-utilisation',
    0.2,
    'ok',
    withHealth(4, 6, { eventLoopUtilisation: 1 }),
    'two busy seconds',
  ],
  ['loop-delay', 60, 'invalid', withHealth(0, 3, { loopDelayP99Ms: 60 }), 'three slow seconds'],
  ['loop-delay', 1, 'ok', withHealth(0, 1, { loopDelayP99Ms: 60 }), 'one slow second'],
  [
    'standstill',
    1_400,
    'invalid',
    withHealth(5, 6, { loopDelayP99Ms: 1_400 }),
    'a freeze of 1.4 s',
  ],
  [
    'standstill',
    1_400,
    'invalid',
    withHealth(5, 6, { loopDelayP99Ms: 3, loopDelayMaxMs: 1_400 }),
    'one stop among hundreds of samples',
  ],
  ['standstill', 60, 'ok', withHealth(5, 6, { loopDelayP99Ms: 60 }), 'a long collection'],
  ['cpu', 0.95, 'invalid', withHosts(2, 5, { cpuShare: 0.95 }), 'three hot seconds'],
  ['cpu', 0.3, 'ok', withHosts(2, 4, { cpuShare: 1 }), 'two hot seconds'],
  ['gc', 0.2, 'invalid', withHosts(0, 10, { gcShare: 0.2 }), 'a heap too small'],
  ['gc', 0.01, 'ok', withHosts(3, 4, { gcShare: 0.2 }), 'one large collection'],
  ['memory', 0.86, 'invalid', withHosts(9, 10, { rssMiB: 860 }), '860 of 1000 MiB'],
  ['memory', 0.85, 'ok', withHosts(9, 10, { rssMiB: 850 }), '850 of 1000 MiB'],
  [
    'memory',
    null,
    'ok',
    { run: { ...RUN_ROW, host: { node: 'v20', cpus: 2 } } },
    'no limit is known',
  ],
  ['descriptors', 0.91, 'invalid', withHosts(9, 10, { descriptors: 910 }), '910 of 1000'],
  ['descriptors', 0.9, 'ok', withHosts(9, 10, { descriptors: 900 }), '900 of 1000'],
  [
    'sockets-refused',
    7,
    'invalid',
    withCounters({ 'drop.EADDRNOTAVAIL': 4, 'drop.EMFILE': 3 }),
    'no port was left for four connections and no descriptor for three',
  ],
  ['sockets-refused', 0, 'ok', withCounters({ 'drop.ECONNRESET': 9 }), 'the target cut nine'],
  ['ended', 1, 'invalid', { end: undefined }, 'the run was killed'],
  ['ended', 0, 'ok', {}, 'it ended in good order'],
  ['begun', 1, 'invalid', { begin: undefined, intervals: [] }, 'there never was a load'],
  ['begun', 1, 'invalid', { begin: undefined }, 'the load is there, and when it began is torn'],
  ['begun', 0, 'ok', {}, 'it says when its load began'],
  ['workers-lost', 1, 'invalid', { end: { ...END_ROW, lostWorkers: 1 } }, 'a worker died'],
  ['workers-lost', 0, 'ok', {}, 'none did'],
  ['interval-coverage', 0.9, 'invalid', withoutSecond(4), 'a second is missing'],
  ['interval-coverage', 0.9, 'invalid', withoutSecond(9), 'the last second is missing'],
  ['interval-coverage', 0.5, 'invalid', { run: { ...RUN_ROW, workers: 2 } }, 'a worker is missing'],
  ['interval-coverage', 1, 'ok', {}, 'nothing is missing'],
  [
    'interval-coverage',
    1,
    'ok',
    { ...withoutSecond(9), end: { ...END_ROW, endedBy: 'stopped' } },
    'a load that was stopped is as long as it was',
  ],
  [
    'interval-coverage',
    1,
    'ok',
    { ...withoutSecond(9), run: { ...RUN_ROW, only: ['thing-0'] } },
    'a replay may end before its load does',
  ],
  ['ledger', 1, 'invalid', { end: { ...END_ROW, ledger: UNBALANCED } }, 'the two are at odds'],
  ['ledger', 0, 'ok', {}, 'they agree'],
  [
    'ledger',
    null,
    'ok',
    { end: { ...END_ROW, ledger: { checked: false, balanced: null, differences: [] } } },
    'the service keeps none',
  ],
  [
    'accounting',
    2,
    'invalid',
    withCounters({ 'update.issued': 7, 'update.lost': 5 }),
    'two updates never ended',
  ],
  [
    'accounting',
    1,
    'invalid',
    withCounters({ 'start.planned': 9, 'start.started': 9 }),
    'a planned start is missing',
  ],
  ['accounting', 0, 'ok', withCounters({ 'update.issued': 5, 'update.lost': 5 }), 'all did'],
  [
    'dropped-starts',
    0.01,
    'degraded',
    withCounters({ 'start.started': 9, 'start.dropped': 1 }),
    'one in a hundred',
  ],
  ['dropped-starts', 0, 'ok', {}, 'none'],
  [
    'empty-answers',
    0.1,
    'degraded',
    withCounters({ 'start-next.accepted': 0, 'start-next.empty': 10 }),
    'one in ten',
  ],
  [
    'empty-answers',
    0.05,
    'ok',
    withCounters({ 'start-next.accepted': 5, 'start-next.empty': 5 }),
    'one in twenty',
  ],
  [
    'empty-answers',
    0.1,
    'degraded',
    withCounters({
      ...{ 'start-next.accepted': 0, 'start-next.empty': 5 },
      ...{ 'describe.issued': 5, 'describe.empty': 5 },
    }),
    'one in ten, half of them looks at what is next',
  ],
  [
    'never-connected',
    3,
    'degraded',
    { begin: { kind: 'begin', atMs: T0_MS, readyThings: 97 }, end: undefined },
    'of a run that was killed, three of its 100 were not ready',
  ],
  [
    'never-connected',
    3,
    'degraded',
    { end: { ...END_ROW, neverConnected: 3 } },
    'three things stayed away',
  ],
  ['never-connected', 0, 'ok', {}, 'all came'],
  [
    'invariants',
    1,
    'invalid',
    { run: VIRTUAL, end: { ...END_ROW, broken: ['Doubled: thing 3 has job a open twice.'] } },
    'a rule of the simulation did not hold',
  ],
  ['invariants', 0, 'ok', { run: VIRTUAL }, 'all of them held'],
  [
    'waits-for-ever',
    1,
    'degraded',
    { run: VIRTUAL, end: { ...END_ROW, waiting: ['Things wait.', 'thing-0, job a QUEUED.'] } },
    'nothing is to come',
  ],
  ['waits-for-ever', 0, 'ok', { run: VIRTUAL }, 'there always was something'],
]

const cases = rows.map(([name, observed, level, changes, why]) => ({
  name,
  observed,
  level,
  changes,
  why,
}))

test.each(cases)('$name observes $observed and is $level: $why', (row) => {
  const { name, observed, level, changes } = row
  const summary = summarize(runRecord(changes))
  const check = summary.validity.checks.find((found) => found.name === name)

  if (observed === null) expect(check?.observed).toBeNull()
  else
    expect(check?.observed).toSatisfy((seen: number) => Math.abs(seen - observed) <= observed / 1e3)
  expect(check?.level).toBe(level)
  expect(typeof check?.message).toBe(level === 'ok' ? 'undefined' : 'string')
  if (level === 'invalid') expect(summary.verdict).toBe('invalid')
})

test('a healthy run fires no check', () => {
  const { validity, verdict } = summarize(runRecord())

  expect(validity.valid).toBe(true)
  expect(validity.checks.filter(({ level }) => level !== 'ok')).toEqual([])
  expect(verdict).toBe('passed')
})

test('every check, of real and of virtual time, has a row in which it fires and one in which it does not', () => {
  const records = [runRecord(), runRecord({ run: VIRTUAL })]
  const checks = new Set(
    records.flatMap((record) => summarize(record).validity.checks.map(({ name }) => name)),
  )
  const rowsWith = (fires: boolean) =>
    new Set(rows.filter(([, , level]) => fires === (level !== 'ok')).map(([name]) => name))

  expect(rowsWith(true)).toEqual(checks)
  expect(rowsWith(false)).toEqual(checks)
})

test('degraded is kept: it neither voids a run nor fails it', () => {
  const { validity, verdict } = summarize(runRecord({ end: { ...END_ROW, neverConnected: 3 } }))

  expect(validity.valid).toBe(true)
  expect(verdict).toBe('passed')
})

const LIMITS = `validity: { scheduleLag: 0.5ms, eventLoopUtilisation: 10%, loopDelay: 0.5ms,
  standstill: 0.5ms, cpu: 20%, gc: 0.5%, memory: 15%, descriptors: 10%, intervalCoverage: 100%,
  droppedStarts: 0%, emptyAnswers: 0% }`

test('limits of the scenario are those of the checks, and say that they are not the usual ones', () => {
  const scenarioText = `${SCENARIO_TEXT}${LIMITS}`
  const { checks, valid } = summarize(runRecord({ scenarioText })).validity
  const moved = checks.filter(({ defaultLimit }) => defaultLimit !== undefined)

  expect(valid).toBe(false)
  expect(moved.map(({ name, limit, level }) => [name, limit, level])).toEqual([
    ['schedule-lag', 0.5, 'invalid'],
    ['event-loop-utilisation', 0.1, 'invalid'],
    ['loop-delay', 0.5, 'invalid'],
    ['standstill', 0.5, 'invalid'],
    ['cpu', 0.2, 'invalid'],
    ['gc', 0.005, 'invalid'],
    ['memory', 0.15, 'invalid'],
    ['descriptors', 0.1, 'invalid'],
    ['interval-coverage', 1, 'ok'],
    ['dropped-starts', 0, 'ok'],
    ['empty-answers', 0, 'ok'],
  ])
  expect(moved[0]?.defaultLimit).toBe(10)
})

test('a limit that is written out and the usual one is not a moved one', () => {
  const scenarioText = `${SCENARIO_TEXT}validity: { scheduleLag: 10ms, cpu: 90% }`
  const { checks } = summarize(runRecord({ scenarioText })).validity

  expect(checks.filter(({ defaultLimit }) => defaultLimit !== undefined)).toEqual([])
})

test('a finished interval without its histograms is not covered', () => {
  const { intervals } = runRecord()
  const [first, ...rest] = intervals
  if (first === undefined) throw new Error('no interval')
  const check = summarize(
    runRecord({ intervals: [{ ...first, entries: [] }, ...rest] }),
  ).validity.checks.find(({ name }) => name === 'interval-coverage')

  expect(check).toMatchObject({ observed: 0.9, level: 'invalid' })
})

test.each([
  { levels: [], kept: null },
  { levels: [5], kept: 5 },
  { levels: [5, 7], kept: 5 },
  { levels: [1, 9, 9, 1, 4, 5, 6], kept: 4 },
])('the level kept by $levels is $kept', ({ levels, kept }) => {
  expect(sustained(levels)).toBe(kept)
})
