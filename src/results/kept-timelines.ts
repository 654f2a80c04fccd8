import type { KeptCount } from '../metrics/keep-limits.ts'
import type { ThingTimeline, TimelineEvent } from '../metrics/thing-timeline.ts'
import { namesIn, readFileOf } from './run-folder.ts'
import { type LimitsRow, type TimelineRow, timelineLogName } from './timeline-log.ts'

/** A timeline as a reader wants it: which thing, and times in milliseconds since T0. */
export interface KeptTimeline extends ThingTimeline {
  readonly thing: string
  /** In the whole fleet. */
  readonly index: number
  readonly worker: number
}

export interface KeptTimelines {
  /** By their first event. */
  readonly timelines: readonly KeptTimeline[]
  readonly totals: TimelineTotals
  /** Sentences about what was found damaged and left out. */
  readonly dropped: readonly string[]
}

export interface TimelineTotals {
  readonly kept: number
  /** Reasons met for which there was no room. */
  readonly leftOut: number
  readonly crowdedOut: number
  readonly reasons: Readonly<Record<string, KeptCount>>
}

/**
 * Reads what the workers have kept, that of a killed run too.
 * @param t0Ms offset of T0 from the start of the run; 0 for a run that never came to it.
 */
export function readTimelines(folder: string, t0Ms: number): KeptTimelines {
  const latest = new Map<string, KeptTimeline>()
  const limits = new Map<number, LimitsRow>()
  const dropped: string[] = []
  for (const worker of workersWithTimelines(folder)) {
    const name = timelineLogName(worker)
    const lines = readFileOf(folder, name).split('\n')
    let torn = lines.pop() === '' ? 0 : 1
    for (const line of lines) {
      const row = parseTimelineRow(line)
      if (row === undefined) torn += 1
      else if (row.kind === 'limits') limits.set(worker, row)
      else {
        const { kind: _, ...timeline } = row
        latest.set(`${worker} ${row.id}`, {
          ...timeline,
          worker,
          events: row.events.map((event) => shifted(event, t0Ms)),
        })
      }
    }
    if (torn > 0) dropped.push(`${name}: ${torn} torn ${torn === 1 ? 'row' : 'rows'} left out.`)
  }
  const timelines = [...latest.values()].sort(
    (one, other) => beginOf(one) - beginOf(other) || one.index - other.index,
  )
  return { timelines, totals: totalsOf(timelines.length, [...limits.values()]), dropped }
}

function workersWithTimelines(folder: string): number[] {
  return namesIn(folder)
    .map((name) => /^worker-(\d+)\.timelines\.ndjson$/.exec(name)?.[1])
    .filter((worker) => worker !== undefined)
    .map(Number)
    .sort((one, other) => one - other)
}

/** One line; undefined when it is torn or no such row. */
function parseTimelineRow(line: string): TimelineRow | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (!isRecord(value)) return undefined
    const fits = value.kind === 'limits' ? isLimits(value) : isTimeline(value)
    return fits ? (value as unknown as TimelineRow) : undefined
  } catch {
    return undefined
  }
}

type Fields = Readonly<Record<string, unknown>>

function isLimits({ reasons, crowdedOut }: Fields): boolean {
  return (
    Number.isFinite(crowdedOut) &&
    isRecord(reasons) &&
    Object.values(reasons).every(
      (count) => isRecord(count) && Number.isFinite(count.kept) && Number.isFinite(count.leftOut),
    )
  )
}

function isTimeline(row: Fields): boolean {
  return (
    row.kind === 'timeline' &&
    typeof row.thing === 'string' &&
    [row.id, row.index, row.leftOut].every((value) => Number.isFinite(value)) &&
    Array.isArray(row.why) &&
    row.why.every((reason) => typeof reason === 'string') &&
    Array.isArray(row.events) &&
    row.events.every(isEvent)
  )
}

/** What each kind of event cannot do without besides its time. */
const EVENT_FIELDS: Readonly<Record<TimelineEvent['what'], readonly string[]>> = {
  connect: ['dueMs'],
  ask: ['dueMs'],
  send: ['dueMs', 'attempt'],
  end: ['dueMs', 'sentMs'],
  wait: ['untilMs'],
  work: ['untilMs'],
  execution: [],
  doubt: [],
  drop: [],
}

function isEvent(event: unknown): boolean {
  if (!isRecord(event) || !Object.hasOwn(EVENT_FIELDS, String(event.what))) return false
  const fields = EVENT_FIELDS[event.what as TimelineEvent['what']]
  return ['atMs', ...fields].every((name) => Number.isFinite(event[name]))
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shifted(event: TimelineEvent, t0Ms: number): TimelineEvent {
  const since = (ms: number) => Math.round((ms - t0Ms) * 1e3) / 1e3
  const moved = { ...event, atMs: since(event.atMs) }
  if ('dueMs' in moved) moved.dueMs = since(moved.dueMs)
  if ('sentMs' in moved) moved.sentMs = since(moved.sentMs)
  if ('untilMs' in moved) moved.untilMs = since(moved.untilMs)
  return moved
}

/** When a timeline begins: its first event, or what that was due for. */
export function beginOf({ events: [first] }: Pick<ThingTimeline, 'events'>): number {
  if (first === undefined) return 0
  return 'dueMs' in first ? Math.min(first.dueMs, first.atMs) : first.atMs
}

export function endOf({ events }: Pick<ThingTimeline, 'events'>): number {
  return events.at(-1)?.atMs ?? 0
}

/** A worker that was killed has perhaps not said what it left out. */
function totalsOf(kept: number, limits: readonly LimitsRow[]): TimelineTotals {
  const reasons: Record<string, { kept: number; leftOut: number }> = {}
  for (const row of limits) {
    for (const [reason, count] of Object.entries(row.reasons)) {
      const sum = reasons[reason] ?? { kept: 0, leftOut: 0 }
      reasons[reason] = { kept: sum.kept + count.kept, leftOut: sum.leftOut + count.leftOut }
    }
  }
  return {
    kept,
    leftOut: Object.values(reasons).reduce((sum, { leftOut }) => sum + leftOut, 0),
    crowdedOut: limits.reduce((sum, { crowdedOut }) => sum + crowdedOut, 0),
    reasons,
  }
}
