import fc from 'fast-check'
import { HistogramLogReader, listTags } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { decode, intervalKey, logHeader, logLine, readLog } from '../../src/metrics/interval-log.ts'
import { latencySummary } from '../../src/metrics/latencies.ts'
import {
  type Histogram,
  newHistogram,
  prepareRecorders,
} from '../../src/metrics/latency-recorder.ts'
import { MergedSeries } from '../../src/metrics/merged-series.ts'
import { SlotCounts } from '../../src/metrics/slot-counts.ts'
import { HIGHEST_US } from '../../src/metrics/slots.ts'

await prepareRecorders()

const STARTED_AT_MS = Date.UTC(2026, 0, 1)
const latencies = fc.array(fc.integer({ min: 0, max: HIGHEST_US }), { minLength: 1, maxLength: 50 })

function line(name: string, fromMs: number, values: readonly number[]): string {
  const histogram = newHistogram()
  for (const value of values) histogram.recordValue(value)
  const text = logLine(name, fromMs, fromMs + 1_000, histogram)
  histogram.destroy()
  return text
}

test('what is written is read back: series, interval and every slot', () => {
  const offsets = fc.nat(4_000_000_000).map((us) => us / 1e3)
  const comesBack = fc.property(latencies, offsets, (values, fromMs) => {
    const text = line('update.lag', fromMs, values)
    const [entry, ...more] = readLog(logHeader(STARTED_AT_MS) + text, noTorn)
    expect(more).toEqual([])
    expect(entry).toMatchObject({ name: 'update.lag' })
    expect(intervalKey(entry?.fromMs ?? -1)).toBe(intervalKey(fromMs))
    const histogram = entry && decode(entry)
    expect(histogram && logLine('update.lag', fromMs, fromMs + 1_000, histogram)).toSatisfy(
      (again: string) => again.split(',').at(-1) === text.split(',').at(-1),
    )
    histogram?.destroy()
  })
  fc.assert(comesBack)
})

test('the standard parser reads the same histograms, tags and times', () => {
  const text =
    logHeader(STARTED_AT_MS) +
    line('start-next.accepted.response', 0, [1, 20_000, HIGHEST_US]) +
    line('update.lag', 1_000, [7])
  const reader = new HistogramLogReader(text)

  expect(listTags(text)).toEqual(['start-next.accepted.response', 'update.lag'])
  const one = reader.nextIntervalHistogram()
  expect(one).toMatchObject({
    tag: 'start-next.accepted.response',
    totalCount: 3,
    startTimeStampMsec: STARTED_AT_MS,
    endTimeStampMsec: STARTED_AT_MS + 1_000,
  })
  expect(one?.getValueAtPercentile(50)).toBeCloseTo(20_000, -2)
  expect(reader.nextIntervalHistogram()).toMatchObject({
    tag: 'update.lag',
    totalCount: 1,
    startTimeStampMsec: STARTED_AT_MS + 1_000,
  })
  expect(reader.nextIntervalHistogram()).toBeNull()
})

test('a log cut anywhere in its last line loses that line, says so, and loses no other', () => {
  const whole = logHeader(STARTED_AT_MS) + line('update.lag', 0, [5, 10])
  const last = line('update.lag', 1_000, [15, 20])
  for (let cut = 1; cut < last.length; cut++) {
    const torn: string[] = []
    const entries = readLog(whole + last.slice(0, cut), (text) => torn.push(text))
    expect(entries.map(({ fromMs }) => fromMs)).toEqual([0])
    expect(torn).toEqual([last.slice(0, cut)])
  }
})

test('a line cut in the middle of the file is told and left out', () => {
  const damaged = line('update.lag', 1_000, [15, 20]).slice(0, 60)
  const torn: string[] = []
  const entries = readLog(`${logHeader(0)}${damaged}\n${line('update.lag', 2_000, [1])}`, (text) =>
    torn.push(text),
  )

  expect(entries.map(({ fromMs }) => fromMs)).toEqual([2_000])
  expect(torn).toEqual([damaged])
})

test('the files of n workers add up to the file of one, bit by bit', () => {
  const rows = fc.array(
    fc.record({
      us: fc.integer({ min: 0, max: HIGHEST_US }),
      name: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 200 },
  )
  const addUp = fc.property(
    rows,
    fc.integer({ min: 1, max: 9 }),
    fc.nat(),
    (records, workers, by) => {
      const one = records.length > 0 ? mergedText([records]) : ''
      const shards = Array.from({ length: workers }, (_, worker) =>
        records.filter((_, at) => (at * 7 + by) % workers === worker),
      )
      expect(mergedText(shards)).toBe(one)
      expect(mergedText(shards.toReversed())).toBe(one)
    },
  )
  fc.assert(addUp, { numRuns: 40 })
})

test.each([
  ['low', [5], [70_000]],
  ['high', [70_000], [5]],
])('slots to which others are added keep their own, be they %s or not', (_, own, others) => {
  const counts = new SlotCounts()
  const more = new SlotCounts()
  counts.add(encodingOf(own))
  more.add(encodingOf(others))
  counts.addAll(more)
  const sum = counts.toHistogram()

  expect(sum.totalCount).toBe(2)
  sum.destroy()
})

test('slots added up by their encodings are those of the histogram that recorded everything', () => {
  const many = fc.array(latencies, { minLength: 1, maxLength: 5 })
  const same = fc.property(many, latencies, (parts, gone) => {
    const counts = new SlotCounts()
    const whole = newHistogram()
    for (const values of parts) {
      counts.add(encodingOf(values))
      for (const value of values) whole.recordValue(value)
    }
    counts.add(encodingOf(gone))
    counts.add(encodingOf(gone), -1)
    const sum = counts.toHistogram()
    const slotsOf = (histogram: Histogram) => logLine('a', 0, 1, histogram).split(',').at(-1)
    expect(slotsOf(sum)).toBe(slotsOf(whole))
    for (const percentile of [0, 50, 99]) {
      expect(sum.getValueAtPercentile(percentile)).toBe(whole.getValueAtPercentile(percentile))
    }
    sum.destroy()
    whole.destroy()
  })
  fc.assert(same)
})

test('a slot that was counted more than 2^31 times is added up exactly', () => {
  const counts = new SlotCounts()
  const histogram = newHistogram()
  histogram.recordValueWithCount(42, 2_000_000_001)
  const [entry] = readLog(logLine('a', 0, 1, histogram), noTorn)
  counts.add(entry?.encoded ?? '')
  counts.add(entry?.encoded ?? '')
  const sum = counts.toHistogram()

  expect(sum.totalCount).toBe(4_000_000_002)
  histogram.destroy()
  sum.destroy()
})

test.each([
  { values: [], summary: {} },
  {
    values: [1_000],
    summary: { min: 1, mean: 1, p50: 1, p90: 1, p95: 1, p99: 1, 'p99.9': 1, max: 1, count: 1 },
  },
])('the summary of $values µs is $summary in ms', ({ values, summary }) => {
  const histogram = newHistogram()
  for (const value of values) histogram.recordValue(value)

  expect(latencySummary(histogram)).toEqual(summary)
  histogram.destroy()
})

test('no number of a summary leaves the range, though the last slot does', () => {
  const series = new MergedSeries()
  for (const entry of readLog(line('a', 0, [HIGHEST_US]), noTorn)) series.add(entry)

  expect(latencySummary(series.get('a'))).toMatchObject({ p50: 600_000, max: 600_000, count: 1 })
  series.destroy()
})

function encodingOf(values: readonly number[]): string {
  const [entry] = readLog(line('a', 0, values), noTorn)
  return entry?.encoded ?? ''
}

interface Record {
  readonly us: number
  readonly name: string
}

/** Writes a file a worker with an interval every 50 records, reads them all and adds them up. */
function mergedText(workers: readonly (readonly Record[])[]): string {
  const merged = new MergedSeries()
  for (const records of workers) {
    let text = logHeader(STARTED_AT_MS)
    for (let at = 0; at < records.length; at += 50) {
      const byName = byNameOf(records.slice(at, at + 50))
      for (const [name, part] of byName) {
        const values = part.map(({ us }) => us)
        text += line(name, at * 20, values)
      }
    }
    for (const entry of readLog(text, noTorn)) merged.add(entry)
  }
  let text = ''
  for (const [name, histogram] of merged.entries()) text += logLine(name, 0, 1_000, histogram)
  merged.destroy()
  return text
}

function noTorn(line: string): never {
  throw new Error(`torn: ${line}`)
}

function byNameOf(records: readonly Record[]): Map<string, Record[]> {
  const byName = new Map<string, Record[]>()
  for (const record of records) {
    const part = byName.get(record.name)
    if (part) part.push(record)
    else byName.set(record.name, [record])
  }
  return byName
}
