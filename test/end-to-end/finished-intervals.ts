import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js'
import type { IntervalRow, Row } from '../../src/results/rows.ts'
import type { Summary } from '../../src/results/summary.ts'

/** The whole rows of a run folder; none while it is not there yet. */
export function rowsOf(folder: string): Row[] {
  const path = join(folder, 'intervals.ndjson')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.slice(0, -1).map((line) => JSON.parse(line))
}

export function intervalsOf(folder: string): IntervalRow[] {
  return rowsOf(folder).filter((row) => row.kind === 'interval')
}

export function summaryOf(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
}

/** What the rows say, added up by nobody but this test. */
export function sumsOf(folder: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { counters } of intervalsOf(folder)) {
    for (const [name, count] of Object.entries(counters)) {
      sums.set(name, (sums.get(name) ?? 0) + count)
    }
  }
  return sums
}

/** The histograms of one series over all finished intervals, read from the workers' own logs. */
export function histogramOf(folder: string, series: string): Histogram {
  const sum = build({
    bitBucketSize: 32,
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 3,
  })
  const finished = new Set(intervalsOf(folder).map((row) => keyOf(row.worker, row.fromMs / 1e3)))
  for (const name of readdirSync(folder)) {
    const [, worker] = /^worker-(\d+)\.hlog$/.exec(name) ?? []
    if (worker === undefined) continue
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1)
    for (const line of lines) {
      const [tag, start, , , encoded = ''] = line.split(',')
      if (tag !== `Tag=${series}` || !finished.has(keyOf(Number(worker), Number(start)))) continue
      sum.add(decodeFromCompressedBase64(encoded, 32, false))
    }
  }
  return sum
}

function keyOf(worker: number, startSeconds: number): string {
  return `${worker} ${startSeconds.toFixed(6)}`
}
