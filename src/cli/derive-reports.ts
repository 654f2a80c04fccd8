import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { htmlReport } from '../report/html-report.ts'
import { junitXml } from '../report/junit.ts'
import { writeDerived, writeTimelines } from '../results/derived.ts'
import { type KeptTimelines, readTimelines } from '../results/kept-timelines.ts'
import { RUN_FILES } from '../results/run-files.ts'
import { writeText } from '../results/run-folder.ts'
import { type RunRecord, readRun } from '../results/run-record.ts'
import { summarize } from '../results/summarize.ts'
import type { Summary } from '../results/summary.ts'

export interface DerivedReports {
  readonly summary: Summary
  readonly folder: string
  readonly files: readonly string[]
}

/** Makes everything in a run folder that follows from what its workers wrote. */
export function deriveReports(folder: string): DerivedReports {
  const record = readRun(folder)
  const kept = readTimelines(folder, record.begin?.atMs ?? 0)
  const measured = summarize(record)
  const notes = [...(measured.notes ?? []), ...kept.dropped]
  const summary: Summary = {
    ...measured,
    timelines: kept.totals,
    ...(notes.length > 0 ? { notes } : {}),
  }
  writeDerived(folder, record, summary)
  writeTimelines(folder, record, kept)
  writeText(folder, 'report.html', page(folder, record, summary, kept))
  writeText(folder, 'junit.xml', junitXml(summary))
  return { summary, folder, files: FILES }
}

/** As the end of a run names them. */
const FILES = [
  'report.html',
  'summary.json',
  'junit.xml',
  'timelines.ndjson',
  'trace.json',
  'merged.hlog',
  'intervals.ndjson',
]

function page(
  folder: string,
  record: RunRecord,
  summary: Summary,
  { timelines }: KeptTimelines,
): string {
  const { scenario } = record
  const rows = [
    record.run,
    ...(record.begin ? [record.begin] : []),
    ...record.intervals.map(({ row }) => row),
    ...record.hosts,
    ...(record.end ? [record.end] : []),
  ]
  return htmlReport(summary, rows, {
    text: readFileSync(join(folder, RUN_FILES.scenario), 'utf8'),
    question: scenario.question,
    phases: scenario.load.kind === 'arrivals' ? scenario.load.phases : undefined,
    quotas: scenario.service.quotas,
    timelines,
  })
}
