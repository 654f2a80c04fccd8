import { latencySummary } from '../metrics/latencies.ts'
import { parseThreshold } from '../metrics/threshold.ts'
import { checkThreshold } from '../metrics/threshold-check.ts'
import type { ThresholdScenario } from '../scenario/scenario.ts'
import { generatorHealth } from './generator-health.ts'
import { MeasuredRecord } from './measured-run.ts'
import { countersAfter, operationSummaries } from './operation-summaries.ts'
import { predictionOf } from './prediction.ts'
import { ratesOf } from './rates.ts'
import { rounded } from './rounded.ts'
import type { RunRecord } from './run-record.ts'
import type {
  ArrivalsSummary,
  ExecutionsSummary,
  Summary,
  ThresholdResult,
  Verdict,
} from './summary.ts'
import { throttlingOf } from './throttling.ts'
import { validityOf } from './validity.ts'

/** What a run came to. A function of its record alone, so that a rebuilt report is the same report. */
export function summarize(record: RunRecord): Summary {
  const summary = summaryOf(record)
  // Of a virtual run the bytes are a promise, and beyond three decimals nobody reads them.
  return record.run.virtual === undefined ? summary : rounded(summary)
}

function summaryOf(record: RunRecord): Summary {
  const { virtual } = record.run
  const run = new MeasuredRecord(record)
  try {
    const health = generatorHealth(record, run)
    const validity = validityOf(record, run, health)
    // One thing of a fleet meets no threshold that was meant for all.
    const all = record.run.only === undefined ? record.scenario.thresholds : []
    const judged = virtual === undefined ? all : all.filter((one) => !isOfGenerator(one))
    const notes = [...record.dropped, ...all.filter((one) => !judged.includes(one)).map(notJudged)]
    const thresholds = judged.map((one) => thresholdResult(one, run))
    return {
      schemaVersion: 1,
      run: aboutRun(record, run),
      verdict: verdictOf(record, validity.valid, thresholds),
      validity,
      thresholds,
      rates: ratesOf(run, record.scenario.load.kind === 'arrivals'),
      arrivals: record.scenario.load.kind === 'arrivals' ? arrivalsOf(record, run) : null,
      operations: operationSummaries(run),
      executions: executionsOf(record, run),
      throttling: throttlingOf(record, run),
      ...predictionPart(record, run),
      ledger: record.end?.ledger ?? { checked: false, balanced: null, differences: [] },
      ...(virtual === undefined ? { generator: health.mean } : { simulation: virtual }),
      strays: {
        late: run.total.count('stray.late'),
        duplicate: run.total.count('stray.duplicate'),
        unmatched: run.total.count('stray.unmatched'),
      },
      clamped: run.total.count('clamped'),
      drops: countersAfter('drop.', run),
      ...(record.end?.limits && { limits: record.end.limits }),
      ...(notes.length > 0 ? { notes } : {}),
    }
  } finally {
    run.destroy()
  }
}

function predictionPart(record: RunRecord, run: MeasuredRecord): Pick<Summary, 'prediction'> {
  const seconds = durationSeconds(record.end?.lastAnswerMs, run)
  const prediction = predictionOf(record, run, seconds)
  return prediction === undefined ? {} : { prediction }
}

/** Stopped before invalid before aborted before failed before passed. */
function verdictOf(
  { end }: RunRecord,
  valid: boolean,
  thresholds: readonly ThresholdResult[],
): Verdict {
  if (end?.endedBy === 'stopped') return 'stopped'
  if (!valid) return 'invalid'
  if (end?.endedBy === 'aborted') return 'aborted'
  return thresholds.every(({ passed }) => passed) ? 'passed' : 'failed'
}

/** In virtual time there is no generator to judge. */
function isOfGenerator({ expression }: ThresholdScenario): boolean {
  const threshold = parseThreshold(expression)
  return !('problem' in threshold) && threshold.measure.kind === 'gauge'
}

function notJudged({ expression }: ThresholdScenario): string {
  return `${expression}: not judged, in virtual time there is no generator to measure.`
}

function thresholdResult(
  { expression, abort }: ThresholdScenario,
  run: MeasuredRecord,
): ThresholdResult {
  const threshold = parseThreshold(expression)
  // The scenario was read with `thresholdProblem`.
  if ('problem' in threshold) throw new TypeError(`threshold ${expression}: ${threshold.problem}`)
  const result = checkThreshold(threshold, run)
  return abort ? { ...result, abort } : result
}

function aboutRun(
  { run, scenario, plan, begin, end }: RunRecord,
  measured: MeasuredRecord,
): Summary['run'] {
  return {
    id: run.id,
    scenario: scenario.name,
    seed: scenario.seed,
    planHash: plan.planHash,
    scenarioHash: plan.scenarioHash,
    startedAt: run.startedAt,
    durationSeconds: durationSeconds(end?.lastAnswerMs, measured),
    targets: run.targets,
    things: run.only?.length ?? scenario.fleet.things,
    ...(run.only === undefined ? {} : { only: run.only }),
    workers: run.workers,
    complete: end !== undefined && (begin !== undefined || measured.t0Ms === undefined),
    ...(end?.cause === undefined ? {} : { cause: end.cause }),
    version: run.version,
    ...(run.host && { host: { node: run.host.node, cpus: run.host.cpus } }),
    ...(run.virtual && { virtual: true }),
  }
}

/** T0 to the last answer; of a killed run, to the end of what it recorded. */
function durationSeconds(lastAnswerMs: number | undefined, run: MeasuredRecord): number {
  if (run.t0Ms === undefined) return 0
  return Math.max(0, (lastAnswerMs ?? run.endMs) - run.t0Ms) / 1e3
}

function arrivalsOf({ plan, end }: RunRecord, run: MeasuredRecord): ArrivalsSummary {
  const { total } = run
  const counted = total.count('start.planned')
  return {
    // A stopped run planned what had fallen due. One that came to its end planned all of it.
    planned: end?.endedBy === 'plan' ? (plan.starts ?? counted) : counted,
    started: total.count('start.started'),
    reassigned: total.count('start.reassigned'),
    dropped: total.count('start.dropped'),
    droppedByCause: countersAfter('start.dropped.', run),
    scheduleLagMs: latencySummary(total.series('start.lag')),
    acquireMs: latencySummary(total.series('start.acquire')),
  }
}

function executionsOf({ end }: RunRecord, { total }: MeasuredRecord): ExecutionsSummary {
  const count = (event: string) => total.count(`execution.${event}`)
  return {
    started: count('started'),
    resumed: count('resumed'),
    succeeded: count('succeeded'),
    failed: count('failed'),
    rejected: count('rejected'),
    timedOut: count('timedOut'),
    canceled: count('canceled'),
    stuck: count('stuck'),
    durationMs: latencySummary(total.series('execution.duration')),
    held: end?.held,
  }
}
