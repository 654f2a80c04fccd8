import { logHeader, logLine } from '../metrics/interval-log.ts'
import { MergedSeries } from '../metrics/merged-series.ts'
import type { KeptTimelines } from './kept-timelines.ts'
import { RUN_FILES } from './run-files.ts'
import { writeText } from './run-folder.ts'
import type { FinishedInterval, RunRecord } from './run-record.ts'
import type { Summary } from './summary.ts'
import { traceJson } from './trace-events.ts'

/** Writes what follows from the record: the merged histograms and the summary. */
export function writeDerived(folder: string, record: RunRecord, summary: Summary): void {
  writeText(folder, RUN_FILES.merged, mergedLog(record))
  writeText(folder, RUN_FILES.summary, `${JSON.stringify(summary, null, 2)}\n`)
}

/** Writes the timelines of all workers, one a line, and the same as a trace. */
export function writeTimelines(folder: string, record: RunRecord, kept: KeptTimelines): void {
  const lines = kept.timelines.map(({ id: _, ...timeline }) => `${JSON.stringify(timeline)}\n`)
  writeText(folder, RUN_FILES.timelines, lines.join(''))
  const trace = traceJson(record.run.id, kept.timelines, record.begin?.atMs ?? 0)
  writeText(folder, RUN_FILES.trace, trace)
}

const ROLL_UP_SECONDS = 10

/** All workers as one, in roll-ups of ten seconds; none reaches over two stages. */
function mergedLog({ run, intervals }: RunRecord): string {
  const parts = [logHeader(new Date(run.startedAt).getTime())]
  for (const group of rollUps(intervals)) {
    const merged = new MergedSeries()
    let fromMs = Number.POSITIVE_INFINITY
    let toMs = 0
    for (const { row, entries } of group) {
      fromMs = Math.min(fromMs, row.fromMs)
      toMs = Math.max(toMs, row.toMs)
      for (const entry of entries) merged.add(entry)
    }
    for (const [name, histogram] of merged.entries()) {
      parts.push(logLine(name, fromMs, toMs, histogram))
    }
    merged.destroy()
  }
  return parts.join('')
}

/** The intervals come ordered by time, and so do the groups. */
function rollUps(intervals: readonly FinishedInterval[]): Iterable<FinishedInterval[]> {
  const groups = new Map<string, FinishedInterval[]>()
  for (const interval of intervals) {
    const { stage, second } = interval.row
    const key = `${stage} ${Math.floor(second / ROLL_UP_SECONDS)}`
    const group = groups.get(key)
    if (group) group.push(interval)
    else groups.set(key, [interval])
  }
  return groups.values()
}
