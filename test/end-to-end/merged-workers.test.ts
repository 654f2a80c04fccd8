import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Histogram } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { decode } from '../../src/metrics/interval-log.ts'
import { newHistogram, prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { RUN_FILES } from '../../src/results/run-files.ts'
import { appendRow, openWorkerLog } from '../../src/results/run-folder.ts'
import { type FinishedInterval, readRun } from '../../src/results/run-record.ts'
import { prepared, shakedown } from './command-line.ts'

await prepareRecorders()

const SCENARIO = `
name: merged
service: { quotas: unlimited, latency: { median: 5ms, p99: 40ms } }
fleet: { things: 90, connect: { rate: 500/s } }
behaviour: { work: 200ms }
load: { arrivals: [{ name: steady, rate: 60/s, for: 4s }] }
`

test('the files of three workers come to what one worker would have written, bit by bit', {
  timeout: 120_000,
}, async () => {
  const { file, out, folder } = prepared(SCENARIO)
  await shakedown('run', file, '--workers', '3', '--out', out)
  const alone = join(folder, 'alone')
  asOneWorker(out, alone)
  await shakedown('report', alone)
  const [three, one] = [out, alone].map((run) => readFileSync(join(run, RUN_FILES.merged), 'utf8'))

  expect(readRun(out).run.workers).toBe(3)
  expect(three?.split('\n').length).toBeGreaterThan(20)
  expect(one).toBe(three)
})

/** Adds up the workers of each second, by the histogram library itself and not by our own sums. */
function asOneWorker(from: string, to: string): void {
  mkdirSync(to)
  for (const name of [RUN_FILES.scenario, RUN_FILES.plan])
    copyFileSync(join(from, name), join(to, name))
  const { run, begin, intervals, end } = readRun(from)
  appendRow(to, { ...run, workers: 1 })
  if (begin) appendRow(to, begin)
  const log = openWorkerLog(to, 0)
  for (const group of groupsOf(intervals)) {
    const [first] = group
    if (first === undefined) continue
    const fromMs = Math.min(...group.map(({ row }) => row.fromMs))
    const toMs = Math.max(...group.map(({ row }) => row.toMs))
    log.append({ ...first.row, worker: 0, fromMs, toMs, percentiles: {} }, summed(group))
  }
  if (end) appendRow(to, end)
}

function groupsOf(intervals: readonly FinishedInterval[]): Iterable<FinishedInterval[]> {
  const groups = new Map<string, FinishedInterval[]>()
  for (const interval of intervals) {
    const key = `${interval.row.stage} ${interval.row.second}`
    groups.set(key, [...(groups.get(key) ?? []), interval])
  }
  return groups.values()
}

function summed(group: readonly FinishedInterval[]): Map<string, Histogram> {
  const sums = new Map<string, Histogram>()
  for (const entry of group.flatMap(({ entries }) => entries)) {
    const sum = sums.get(entry.name) ?? newHistogram()
    const part = decode(entry)
    sum.add(part)
    part.destroy()
    sums.set(entry.name, sum)
  }
  return sums
}
