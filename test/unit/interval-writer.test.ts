import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { ShardMeter } from '../../src/metrics/shard-meter.ts'
import type { IntervalRow } from '../../src/results/rows.ts'
import { IntervalWriter } from '../../src/run/interval-writer.ts'
import type { ShardProgress } from '../../src/run/messages.ts'
import type { Fleet } from '../../src/thing/fleet.ts'

await prepareRecorders()

const OPERATIONS = ['start-next', 'update', 'describe', 'get-pending'] as const
const SERIES = OPERATIONS.length * 3
const FLEET = { online: 3, idle: 2, working: 1, openRequests: 0, ready: 3 } as Fleet

function opened() {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-intervals-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const meter = new ShardMeter()
  const told: ShardProgress[] = []
  const events = {
    written: (progress: ShardProgress) => void told.push(progress),
    failed: (error: unknown) => {
      throw error
    },
  }
  const task = { folder, shard: 0, runStartUs: 0 }
  const writer = new IntervalWriter(task, meter, FLEET, events, () => 0)
  const record = () => {
    for (const operation of OPERATIONS) {
      meter.issued(operation, 0, 100, false)
      meter.ended(operation, 'accepted', undefined, 0, 100, 5_000)
    }
  }
  const rows = (): IntervalRow[] =>
    linesOf(folder, 'intervals.ndjson').map((line) => JSON.parse(line))
  const logged = () =>
    linesOf(folder, 'worker-0.hlog').filter((line) => line.startsWith('Tag=')).length
  return { writer, record, rows, logged, told }
}

function linesOf(folder: string, name: string): string[] {
  try {
    return readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

test('an interval is written in many small pieces, and is there long before the next one ends', () => {
  const { writer, record, rows, logged, told } = opened()
  record()
  writer.advance(1_000_000)
  let wakes = 0
  while (rows().length === 0) {
    expect(logged()).toBe(0)
    expect(told).toEqual([])
    writer.advance(writer.nextUs)
    wakes += 1
  }

  expect(wakes).toBe(SERIES + 1)
  expect(writer.nextUs).toBe(2_000_000)
  expect(logged()).toBe(SERIES)
  expect(Object.keys(rows()[0]?.percentiles ?? {})).toHaveLength(SERIES)
  expect(told).toMatchObject([{ second: 0, accepted: OPERATIONS.length }])
  writer.close(1_500_000)
})

test('a pacer that wakes too late for the pieces writes all of them, each in its own interval', () => {
  const { writer, record, rows } = opened()
  record()
  writer.advance(1_000_000)
  record()
  record()
  writer.advance(2_000_000)
  record()
  writer.close(2_300_000)

  expect(
    rows().map(({ second, toMs, percentiles }) => ({
      second,
      toMs,
      count: percentiles['update.lag']?.count,
    })),
  ).toEqual([
    { second: 0, toMs: 1_000, count: 1 },
    { second: 1, toMs: 2_000, count: 2 },
    { second: 2, toMs: 2_300, count: 1 },
  ])
})

test('what the load recorded before it ended does not count as drain, however late it is written', () => {
  const { writer, record, rows } = opened()
  writer.begin(500_000)
  writer.advance(500_000)
  record()
  writer.advance(1_500_000)
  writer.drain(1_700_000)
  record()
  writer.close(1_900_000)

  expect(rows().map(({ stage, fromMs, toMs }) => [stage, fromMs, toMs])).toEqual([
    ['connect', 0, 500],
    ['load', 500, 1_500],
    ['load', 1_500, 1_700],
    ['drain', 1_700, 1_900],
  ])
  expect(rows().map(({ counters }) => counters['update.issued'] ?? 0)).toEqual([0, 1, 0, 1])
})
