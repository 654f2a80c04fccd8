import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { htmlReport } from '../report/html-report.ts'
import { junitXml } from '../report/junit.ts'
import { writeDerived } from '../results/derived.ts'
import { RUN_FILES, writeText } from '../results/run-folder.ts'
import { type RunRecord, readRun } from '../results/run-record.ts'
import { summarize } from '../results/summarize.ts'
import type { Summary } from '../results/summary.ts'

export interface DerivedReports {
  readonly summary: Summary
  readonly folder: string
  readonly files: readonly string[]
  /** Sentences about what was found damaged in the folder and left out. */
  readonly dropped: readonly string[]
}

/** Makes everything in a run folder that follows from what its workers wrote. */
export function deriveReports(folder: string): DerivedReports {
  const record = readRun(folder)
  const summary = summarize(record)
  writeDerived(folder, record, summary)
  writeText(folder, 'report.html', page(folder, record, summary))
  writeText(folder, 'junit.xml', junitXml(summary))
  const files = ['report.html', 'summary.json', 'junit.xml', 'merged.hlog', 'intervals.ndjson']
  return { summary, folder, files, dropped: record.dropped }
}

function page(folder: string, record: RunRecord, summary: Summary): string {
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
  })
}
