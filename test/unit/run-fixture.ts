import { logLine, readLog } from '../../src/metrics/interval-log.ts'
import { newHistogram } from '../../src/metrics/latency-recorder.ts'
import type { EndRow, HostRow, IntervalRow, Percentiles, RunRow } from '../../src/results/rows.ts'
import type { FinishedInterval, RunRecord } from '../../src/results/run-record.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'

/** Ten seconds of load at 10 starts a second; T0 is two seconds after the start of the run. */
export const SCENARIO_TEXT = `
name: fixture
seed: 3
fleet: { things: 100 }
load: { arrivals: [{ name: steady, rate: 10/s, for: 10s }], drain: 5s }
`
export const T0_MS = 2_000

export const RUN_ROW: RunRow = {
  kind: 'run',
  id: 'fixture-1',
  startedAt: '2026-01-01T00:00:00.000Z',
  targets: ['mqtt://127.0.0.1:1883'],
  workers: 1,
  version: '0.1.0',
  host: { node: 'v20.20.2', cpus: 2, memoryLimitMiB: 1_000, descriptorLimit: 1_000 },
}

export const END_ROW: EndRow = {
  kind: 'end',
  atMs: 13_500,
  lastAnswerMs: 13_000,
  endedBy: 'plan',
  cause: undefined,
  lostWorkers: 0,
  neverConnected: 0,
  ledger: { checked: true, balanced: true, differences: [] },
}

export const HEALTHY_COUNTERS = {
  'start.planned': 10,
  'start.started': 10,
  'start-next.issued': 10,
  'start-next.accepted': 10,
}

/** One second of one worker, by default a healthy one of the load. */
export function intervalRow(second: number, changes: Partial<IntervalRow> = {}): IntervalRow {
  const { stage = 'load' } = changes
  const zeroMs = stage === 'connect' ? 0 : T0_MS
  return {
    kind: 'interval',
    worker: 0,
    stage,
    second,
    fromMs: zeroMs + second * 1_000,
    toMs: zeroMs + (second + 1) * 1_000,
    counters: stage === 'load' ? HEALTHY_COUNTERS : {},
    percentiles: {},
    gauges: { online: 100, idle: 90, working: 10, openRequests: 1 },
    health: { eventLoopUtilisation: 0.2, loopDelayP99Ms: 1 },
    ...changes,
  }
}

/** The interval with its histograms, given as microseconds by series. */
export function interval(
  row: IntervalRow,
  series: Record<string, number[]> = {},
): FinishedInterval {
  const percentiles: Record<string, Percentiles> = {}
  let text = ''
  for (const [name, values] of Object.entries(series)) {
    const histogram = newHistogram()
    for (const value of values) histogram.recordValue(value)
    percentiles[name] = { count: values.length, p50: 0, p90: 0, p99: 0, max: 0 }
    text += logLine(name, row.fromMs, row.toMs, histogram)
    histogram.destroy()
  }
  return { row: { ...row, percentiles }, entries: readLog(text, () => undefined) }
}

export function hostRow(second: number, changes: Partial<HostRow> = {}): HostRow {
  return {
    kind: 'host',
    second,
    fromMs: T0_MS + second * 1_000,
    toMs: T0_MS + (second + 1) * 1_000,
    cpuShare: 0.3,
    gcShare: 0.01,
    rssMiB: 200,
    descriptors: 150,
    ...changes,
  }
}

export const SECONDS = Array.from({ length: 10 }, (_, second) => second)

/** A healthy run of the scenario above; what is given replaces its part. */
export function runRecord(changes: Partial<RunRecord> & { scenarioText?: string } = {}): RunRecord {
  const { scenarioText = SCENARIO_TEXT, ...rest } = changes
  const scenario = parseScenario(scenarioText, { fileName: 'fixture.yaml' })
  return {
    scenario,
    plan: planOf(scenario),
    run: RUN_ROW,
    begin: { kind: 'begin', atMs: T0_MS, readyThings: 100 },
    intervals: SECONDS.map((second) => interval(intervalRow(second), { 'start.lag': [100, 900] })),
    hosts: SECONDS.map((second) => hostRow(second)),
    end: END_ROW,
    dropped: [],
    ...rest,
  }
}
