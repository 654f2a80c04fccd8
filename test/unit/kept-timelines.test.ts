import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { TimelineEvent } from '../../src/metrics/thing-timeline.ts'
import { writeTimelines } from '../../src/results/derived.ts'
import { readTimelines } from '../../src/results/kept-timelines.ts'
import { appendTimelines, type WorkerTimeline } from '../../src/results/timeline-log.ts'
import { runRecord, T0_MS } from './run-fixture.ts'

const EVENTS: readonly TimelineEvent[] = [
  { atMs: 2_500, what: 'ask', dueMs: 2_499, planned: true },
  { atMs: 2_501, what: 'send', operation: 'start-next', attempt: 1, dueMs: 2_499 },
  {
    atMs: 2_601,
    what: 'end',
    operation: 'start-next',
    outcome: 'accepted',
    dueMs: 2_499,
    sentMs: 2_501,
  },
  { atMs: 2_601, what: 'work', untilMs: 9_601 },
  { atMs: 3_000, what: 'drop', cause: 'ECONNRESET' },
  { atMs: 3_000, what: 'wait', for: 'reconnect', untilMs: 3_400 },
  { atMs: 9_700, what: 'execution', event: 'stuck', job: 'job', number: 2 },
]

function row(changes: Partial<WorkerTimeline> = {}): WorkerTimeline {
  return {
    kind: 'timeline',
    worker: 0,
    thing: 'thing-7',
    index: 7,
    id: 1,
    why: ['stuck'],
    ended: true,
    leftOut: 0,
    events: EVENTS,
    ...changes,
  }
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'timelines-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('times are read as milliseconds since T0', () => {
  const folder = emptyFolder()
  appendTimelines(folder, 0, [row()])
  const [timeline] = readTimelines(folder, T0_MS).timelines

  expect(timeline).toMatchObject({ thing: 'thing-7', index: 7, worker: 0 })
  expect(timeline?.events.slice(0, 4)).toEqual([
    { atMs: 500, what: 'ask', dueMs: 499, planned: true },
    { atMs: 501, what: 'send', operation: 'start-next', attempt: 1, dueMs: 499 },
    {
      atMs: 601,
      what: 'end',
      operation: 'start-next',
      outcome: 'accepted',
      dueMs: 499,
      sentMs: 501,
    },
    { atMs: 601, what: 'work', untilMs: 7_601 },
  ])
})

test('a timeline told again replaces what was told before, and only that of its worker', () => {
  const folder = emptyFolder()
  appendTimelines(folder, 0, [row({ ended: false, events: EVENTS.slice(0, 2) }), row({ id: 2 })])
  appendTimelines(folder, 1, [row({ worker: 1, thing: 'thing-8', index: 8 })])
  appendTimelines(folder, 0, [row()])
  const { timelines, totals } = readTimelines(folder, 0)

  expect(timelines.map(({ worker, id, ended }) => [worker, id, ended])).toEqual([
    [0, 1, true],
    [0, 2, true],
    [1, 1, true],
  ])
  expect(totals.kept).toBe(3)
})

test('what was left out is added up over the workers, by the last word of each', () => {
  const folder = emptyFolder()
  const limits = (leftOut: number) => ({ stuck: { kept: 100, leftOut } })
  appendTimelines(folder, 0, [{ kind: 'limits', worker: 0, crowdedOut: 0, reasons: limits(1) }])
  appendTimelines(folder, 0, [{ kind: 'limits', worker: 0, crowdedOut: 2, reasons: limits(5) }])
  appendTimelines(folder, 1, [{ kind: 'limits', worker: 1, crowdedOut: 1, reasons: limits(7) }])

  expect(readTimelines(folder, 0).totals).toEqual({
    kept: 0,
    leftOut: 12,
    crowdedOut: 3,
    reasons: { stuck: { kept: 200, leftOut: 12 } },
  })
})

test.each([
  ['', 'nothing'],
  ['null', 'no object'],
  ['{"kind":"timeline"}', 'a timeline of nobody'],
  [JSON.stringify({ ...row(), events: [{ atMs: 'now', what: 'drop' }] }), 'a word for a time'],
  [JSON.stringify({ ...row(), events: [{ atMs: 1, what: 'toString' }] }), 'an unknown event'],
  [JSON.stringify({ ...row(), events: [{ atMs: 1, what: 'work' }] }), 'work without an end'],
  ['{"kind":"limits","crowdedOut":0,"reasons":{"stuck":1}}', 'limits without counts'],
])('the row %j is left out and counted: it is %s', (line) => {
  const folder = emptyFolder()
  appendTimelines(folder, 0, [row()])
  appendFileSync(join(folder, 'worker-0.timelines.ndjson'), `${line}\n`)
  const { timelines, dropped } = readTimelines(folder, 0)

  expect(timelines).toHaveLength(1)
  expect(dropped).toEqual(['worker-0.timelines.ndjson: 1 torn row left out.'])
})

test('a worker killed while it wrote loses that timeline only', () => {
  const folder = emptyFolder()
  appendTimelines(folder, 0, [row(), row({ id: 2 })])
  const path = join(folder, 'worker-0.timelines.ndjson')
  truncateSync(path, readFileSync(path).length - 20)

  expect(readTimelines(folder, 0).timelines).toHaveLength(1)
})

test('a folder without timelines has none', () => {
  expect(readTimelines(emptyFolder(), 0)).toMatchObject({ timelines: [], dropped: [] })
})

interface Span {
  readonly name: string
  readonly ph: string
  readonly tid: number
  readonly ts: number
  readonly dur: number
}

/** Spans of one track must lie in or beside each other, or a viewer draws nonsense. */
function crossings(spans: readonly Span[]): string[] {
  const found: string[] = []
  for (const [at, one] of spans.entries()) {
    for (const other of spans.slice(at + 1)) {
      const [first, second] = one.ts <= other.ts ? [one, other] : [other, one]
      const overlaps = second.ts < first.ts + first.dur
      const isInside = second.ts + second.dur <= first.ts + first.dur
      const isSameStart = second.ts === first.ts
      if (overlaps && !isInside && !isSameStart) found.push(`${first.name} × ${second.name}`)
    }
  }
  return found
}

test('the trace has a track for each thing whose spans do not cross, and counts from the start', () => {
  const folder = emptyFolder()
  appendTimelines(folder, 0, [
    row(),
    // Due before the round before it was over.
    row({ id: 2, events: EVENTS.map((event) => later(event, 7_150)) }),
    row({ id: 3, thing: 'thing-3', index: 3 }),
  ])
  writeTimelines(folder, runRecord(), readTimelines(folder, T0_MS))
  const { traceEvents } = JSON.parse(readFileSync(join(folder, 'trace.json'), 'utf8'))
  const named = traceEvents
    .filter(({ name }: Span) => name === 'thread_name')
    .map(({ args }: { args: { name: string } }) => args.name)
  const spans: Span[] = traceEvents.filter(({ ph }: Span) => ph === 'X')

  expect(named).toEqual(['thing-3', 'thing-3 connection', 'thing-7', 'thing-7 connection'])
  expect(traceEvents).toContainEqual(expect.objectContaining({ name: 'T0', ts: 2_000_000 }))
  expect(spans).toContainEqual(
    expect.objectContaining({ name: 'start-next accepted', ts: 2_499_000, dur: 102_000, tid: 7 }),
  )
  for (const { ts, dur } of spans) expect(Math.min(ts, dur)).toBeGreaterThanOrEqual(0)
  for (const tid of new Set(spans.map((span) => span.tid))) {
    expect(crossings(spans.filter((span) => span.tid === tid))).toEqual([])
  }
})

test('the timelines of all workers are one file, one a line', () => {
  const folder = emptyFolder()
  appendTimelines(folder, 1, [row({ worker: 1 })])
  appendTimelines(folder, 0, [row({ events: EVENTS.slice(3) })])
  writeTimelines(folder, runRecord(), readTimelines(folder, T0_MS))
  const lines = readFileSync(join(folder, 'timelines.ndjson'), 'utf8').trimEnd().split('\n')

  expect(lines.map((line) => JSON.parse(line).worker)).toEqual([1, 0])
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ thing: 'thing-7', why: ['stuck'] })
})

function later(event: TimelineEvent, ms: number): TimelineEvent {
  const moved = Object.entries(event).map(([name, value]) => [
    name,
    name.endsWith('Ms') ? Number(value) + ms : value,
  ])
  return Object.fromEntries(moved)
}
