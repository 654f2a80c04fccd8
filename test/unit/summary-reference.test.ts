import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import type { TimelineTotals } from '../../src/results/kept-timelines.ts'
import type { LimitCounts } from '../../src/results/rows.ts'
import { RUN_FILES } from '../../src/results/run-files.ts'
import { summarize } from '../../src/results/summarize.ts'
import type {
  ArrivalsSummary,
  ExecutionsSummary,
  OperationSummary,
  RatesSummary,
  Summary,
  ValidityCheck,
} from '../../src/results/summary.ts'
import { validity } from '../../src/scenario/validity-limits.ts'
import { RUN_ROW, runRecord } from './run-fixture.ts'

await prepareRecorders()

const README = readFileSync(
  fileURLToPath(new URL('../../src/results/README.md', import.meta.url)),
  'utf8',
)

/** What the compiler knows to be all the keys of a type. */
type All<Type> = Readonly<Record<keyof Required<Type>, true>>

const TOP: All<Summary> = {
  ...{ schemaVersion: true, run: true, verdict: true, validity: true, thresholds: true },
  ...{ rates: true, arrivals: true, operations: true, executions: true, throttling: true },
  ...{ ledger: true, generator: true, simulation: true, prediction: true, strays: true },
  ...{ clamped: true, drops: true, limits: true, timelines: true, notes: true },
}
const RUN: All<Summary['run']> = {
  ...{ id: true, scenario: true, seed: true, planHash: true, scenarioHash: true },
  ...{ startedAt: true, durationSeconds: true, targets: true, things: true, only: true },
  ...{ workers: true, complete: true, cause: true, version: true, host: true, virtual: true },
}
const RATES: All<RatesSummary> = {
  ...{ seconds: true, plannedStartsPerSecond: true, startsPerSecond: true },
  ...{ issuedPerSecond: true, answeredPerSecond: true, acceptedPerSecond: true },
  throttledPerSecond: true,
}
const ARRIVALS: All<ArrivalsSummary> = {
  ...{ planned: true, started: true, reassigned: true, dropped: true, droppedByCause: true },
  ...{ scheduleLagMs: true, acquireMs: true },
}
const OPERATION: All<OperationSummary> = {
  ...{ issued: true, accepted: true, empty: true, throttled: true, rejected: true },
  ...{ timedOut: true, lost: true, unanswered: true, ratePerSecond: true },
  ...{ responseMs: true, serviceMs: true, lagMs: true, byOutcome: true },
}
const EXECUTIONS: All<ExecutionsSummary> = {
  ...{ started: true, resumed: true, succeeded: true, failed: true, rejected: true },
  ...{ timedOut: true, canceled: true, stuck: true, durationMs: true, held: true },
}
const THROTTLING: All<Summary['throttling']> = {
  ...{ share: true, peakPerSecond: true, firstAtSeconds: true, lastAtSeconds: true },
  ...{ bindingQuota: true, effectiveQuota: true },
}
const GENERATOR: All<NonNullable<Summary['generator']>> = {
  ...{ cpuShare: true, eventLoopUtilisation: true, rssMiB: true, beside: true },
}
const STRAYS: All<Summary['strays']> = { late: true, duplicate: true, unmatched: true }
const LIMITS: All<LimitCounts> = {
  ...{ slowReaders: true, hastyClients: true, unacknowledged: true, largeMessages: true },
  ...{ notices: true, sessionMessages: true, endlessBodies: true, delayed: true, connects: true },
  ...{ clientConnects: true, subscribes: true, connectionPublishes: true },
}
const TIMELINES: All<TimelineTotals> = {
  ...{ kept: true, leftOut: true, crowdedOut: true, reasons: true },
}

const MAPS = {
  ...{ run: RUN, rates: RATES, arrivals: ARRIVALS, 'operations.*': OPERATION },
  ...{ executions: EXECUTIONS, throttling: THROTTLING, generator: GENERATOR },
  ...{ strays: STRAYS, limits: LIMITS, timelines: TIMELINES },
}
const KEYS = [
  ...Object.keys(TOP),
  ...Object.entries(MAPS).flatMap(([map, keys]) => Object.keys(keys).map((key) => `${map}.${key}`)),
]

/** The names in one column of the table under a heading; a cell may hold several. */
function namesUnder(heading: string, column = 1): string[] {
  const [, text = ''] = `\n${README}`.split(`\n${heading}\n`)
  const [part = ''] = text.split('\n## ')
  return part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[column] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, name = '']) => name)
}

const TOLD = namesUnder('## summary.json')

test.each(KEYS)('%s of the summary is explained, or each of its members is', (key) => {
  expect(TOLD.some((told) => told === key || told.startsWith(`${key}.`))).toBe(true)
})

test.each(TOLD)('%s, which is explained, is a key of the summary', (told) => {
  expect(KEYS).toContain(told)
})

test('every check is in the table, and no other', () => {
  const real = summarize(runRecord()).validity.checks
  const virtual = summarize(
    runRecord({
      run: {
        ...RUN_ROW,
        virtual: {
          ...{ intervalSeconds: 1, oneWayMs: 0 },
          ...{ latencyMs: { median: 0, p99: 0 }, calibratedOn: null },
        },
      },
    }),
  ).validity.checks
  const names = new Set([...real, ...virtual].map(({ name }: ValidityCheck) => name))
  expect(namesUnder('## Checks').sort()).toEqual([...names].sort())
})

test('every limit that a scenario may move stands beside its check', () => {
  expect(namesUnder('## Checks', 2).sort()).toEqual(Object.keys(validity.parse({})).sort())
})

test.each(Object.values(RUN_FILES))('%s is in the table of files', (file) => {
  expect(namesUnder('# The run folder')).toContain(file)
})
