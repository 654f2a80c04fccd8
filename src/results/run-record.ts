import { join } from 'node:path'
import { intervalKey, type LogEntry, readLog } from '../metrics/interval-log.ts'
import { languageProblem } from '../metrics/threshold.ts'
import { parseScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { parseRow } from './parse-row.ts'
import { type PlannedPrediction, predictionIn } from './planned-prediction.ts'
import type { BeginRow, EndRow, HostRow, IntervalRow, Row, RunRow } from './rows.ts'
import { RUN_FILES } from './run-files.ts'
import { namesIn, readFileOf, unusable, workerLogName } from './run-folder.ts'

/** All that a run folder says about its run, as far as it is finished. */
export interface RunRecord {
  readonly scenario: Scenario
  readonly plan: Pick<Plan, 'planHash' | 'scenarioHash' | 'starts'> & {
    readonly predicted?: PlannedPrediction | undefined
  }
  readonly run: RunRow
  /** undefined when the run ended before T0. */
  readonly begin: BeginRow | undefined
  /** By time, then by worker. */
  readonly intervals: readonly FinishedInterval[]
  readonly hosts: readonly HostRow[]
  /** undefined when the run was killed. */
  readonly end: EndRow | undefined
  /** Sentences about what was found in the folder and left out. */
  readonly dropped: readonly string[]
}

export interface FinishedInterval {
  readonly row: IntervalRow
  /** Fewer than its percentiles say when the worker's log is damaged. */
  readonly entries: readonly LogEntry[]
}

/** Whether all that the row counts on is there. */
export function isWhole({ row, entries }: FinishedInterval): boolean {
  return entries.length >= Object.keys(row.percentiles).length
}

/**
 * Reads a run folder, that of a killed run too: torn lines and unfinished intervals are left out, and
 * said. @throws ShakedownError FOLDER_UNUSABLE when it holds no run, SCENARIO_INVALID for its scenario.
 */
export function readRun(folder: string): RunRecord {
  const fileName = join(folder, RUN_FILES.scenario)
  const scenarioText = readFileOf(folder, RUN_FILES.scenario)
  const scenario = parseScenario(scenarioText, { fileName, threshold: languageProblem })
  const plan = readPlan(folder)
  const dropped: string[] = []
  const rows = readRows(folder, dropped)
  const run = rows.find((row) => row.kind === 'run')
  if (run === undefined) {
    throw unusable(folder, `${RUN_FILES.intervals} does not say which run it belongs to`, {
      hint: 'Give the folder of a run that has begun; this one was ended before.',
    })
  }
  return {
    scenario,
    plan,
    run,
    begin: rows.find((row) => row.kind === 'begin'),
    intervals: readIntervals(folder, rows, dropped),
    hosts: rows.filter((row) => row.kind === 'host'),
    end: rows.find((row) => row.kind === 'end'),
    dropped,
  }
}

function readPlan(folder: string): RunRecord['plan'] {
  const text = readFileOf(folder, RUN_FILES.plan)
  try {
    const plan = JSON.parse(text) as Partial<Plan> | null
    if (typeof plan?.planHash === 'string' && typeof plan.scenarioHash === 'string') {
      const { planHash, scenarioHash, starts } = plan
      return {
        planHash,
        scenarioHash,
        starts: typeof starts === 'number' ? starts : null,
        predicted: predictionIn(plan),
      }
    }
  } catch {
    // Said below.
  }
  throw unusable(folder, `${RUN_FILES.plan} is not the plan of a run`, {
    hint: 'Restore the file; the plan cannot be guessed from the rest.',
  })
}

function readRows(folder: string, dropped: string[]): Row[] {
  const lines = readFileOf(folder, RUN_FILES.intervals).split('\n')
  // A whole row ends with a newline, so what stands behind the last one is torn or nothing.
  let torn = lines.pop() === '' ? 0 : 1
  const rows: Row[] = []
  for (const line of lines) {
    const row = parseRow(line)
    if (row) rows.push(row)
    else torn += 1
  }
  if (torn > 0) dropped.push(`${RUN_FILES.intervals}: ${countOf(torn, 'torn row')} left out.`)
  return rows
}

function readIntervals(
  folder: string,
  rows: readonly Row[],
  dropped: string[],
): FinishedInterval[] {
  const intervals = rows
    .filter((row) => row.kind === 'interval')
    .map((row) => ({ row, entries: [] as LogEntry[] }))
    .sort((one, other) => one.row.fromMs - other.row.fromMs || one.row.worker - other.row.worker)
  for (const worker of workersWithLog(folder)) {
    const name = workerLogName(worker)
    const own = new Map(
      intervals
        .filter(({ row }) => row.worker === worker)
        .map((interval) => [intervalKey(interval.row.fromMs), interval]),
    )
    let torn = 0
    const unfinished = new Set<string>()
    for (const entry of readLog(readFileOf(folder, name), () => (torn += 1))) {
      const interval = own.get(intervalKey(entry.fromMs))
      if (interval) interval.entries.push(entry)
      else unfinished.add(intervalKey(entry.fromMs))
    }
    if (torn > 0) dropped.push(`${name}: ${countOf(torn, 'torn line')} left out.`)
    if (unfinished.size > 0) {
      dropped.push(`${name}: ${countOf(unfinished.size, 'interval')} without a row left out.`)
    }
  }
  const bare = intervals.filter((interval) => !isWhole(interval)).length
  if (bare > 0) dropped.push(`${countOf(bare, 'finished interval')} without all histograms.`)
  return intervals
}

function workersWithLog(folder: string): number[] {
  return namesIn(folder)
    .map((name) => /^worker-(\d+)\.hlog$/.exec(name)?.[1])
    .filter((worker) => worker !== undefined)
    .map(Number)
    .sort((one, other) => one - other)
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
