import type { TimelineEvent } from '../metrics/thing-timeline.ts'
import { beginOf, endOf, type KeptTimeline } from './kept-timelines.ts'

type Args = Readonly<Record<string, unknown>>

/** An event of the trace-event format, as Perfetto and chrome://tracing read it. Microseconds. */
interface TraceEvent {
  readonly name: string
  /** X: a span. i: a moment. M: a name of a track. */
  readonly ph: 'X' | 'i' | 'M'
  readonly pid: number
  readonly tid: number
  readonly ts?: number
  readonly dur?: number
  readonly cat?: string
  readonly s?: 't' | 'g'
  readonly args?: Args
}

/** Perfetto calls a track by its process and thread; ours are the fleet and its things. */
const FLEET = 1

/**
 * The timelines as a trace. A thing has two tracks, because a connection goes its own way: in the
 * first a span for each round, in it a span from due to end for each attempt, and in that one from
 * sent to end; in the second what it takes to be connected.
 *
 * @param t0Ms offset of T0 from the start of the run, from which the trace counts: viewers do not
 *   like times below zero.
 */
export function traceJson(runId: string, timelines: readonly KeptTimeline[], t0Ms: number): string {
  const events: TraceEvent[] = [
    { name: 'process_name', ph: 'M', pid: FLEET, tid: 0, args: { name: runId } },
    { name: 'T0', ph: 'i', s: 'g', pid: FLEET, tid: 0, ts: us(t0Ms) },
  ]
  const names = new Map(timelines.map(({ index, thing }) => [index, thing]))
  for (const [index, name] of [...names].sort(([one], [other]) => one - other)) {
    events.push(...namedTrack(ownTrack(index), name))
    events.push(...namedTrack(connectionTrack(index), `${name} connection`))
  }
  const freeFromMs = new Map<number, number>()
  for (const timeline of timelines) {
    // Rounds of one thing follow each other, but one may have been due before the last was over.
    const free = freeFromMs.get(timeline.index) ?? Number.NEGATIVE_INFINITY
    freeFromMs.set(timeline.index, endOf(timeline))
    events.push(...eventsOf(timeline, Math.max(beginOf(timeline), free), t0Ms))
  }
  const lines = events.map((event) => JSON.stringify(event)).join(',\n')
  return `{"displayTimeUnit":"ms","traceEvents":[\n${lines}\n]}\n`
}

const ownTrack = (index: number) => 2 * index + 1
const connectionTrack = (index: number) => 2 * index + 2

function namedTrack(tid: number, name: string): TraceEvent[] {
  return [
    { name: 'thread_name', ph: 'M', pid: FLEET, tid, args: { name } },
    { name: 'thread_sort_index', ph: 'M', pid: FLEET, tid, args: { sort_index: tid } },
  ]
}

function* eventsOf(timeline: KeptTimeline, fromMs: number, t0Ms: number): Iterable<TraceEvent> {
  const { index, why, ended, leftOut } = timeline
  const untilMs = endOf(timeline)
  const own = ownTrack(index)
  const span = (tid: number, name: string, beginMs: number, endMs: number, args: Args = {}) => {
    const ts = us(Math.min(Math.max(beginMs, fromMs), untilMs) + t0Ms)
    const dur = Math.max(0, us(Math.min(endMs, untilMs) + t0Ms) - ts)
    return { name, cat: name.split(' ')[0], ph: 'X' as const, pid: FLEET, tid, ts, dur, args }
  }
  yield span(own, why.join(', '), fromMs, untilMs, { why, ended, leftOut })
  for (const event of timeline.events) {
    const tid = isOfConnection(event) ? connectionTrack(index) : own
    switch (event.what) {
      case 'end': {
        const { operation, outcome, code, dueMs, sentMs, atMs } = event
        const result = code === undefined ? outcome : `${outcome} ${code}`
        yield span(tid, `${operation} ${result}`, dueMs, atMs, { dueMs, sentMs, endMs: atMs })
        yield span(tid, 'sent', sentMs, atMs)
        break
      }
      case 'work':
        yield span(tid, 'work', event.atMs, event.untilMs)
        break
      case 'wait':
        yield span(tid, `wait to ${event.for}`, event.atMs, event.untilMs)
        break
      case 'send':
        break
      default: {
        const ts = us(event.atMs + t0Ms)
        yield { name: momentOf(event), cat: 'thing', ph: 'i', s: 't', pid: FLEET, tid, ts }
      }
    }
  }
}

function isOfConnection(event: TimelineEvent): boolean {
  switch (event.what) {
    case 'connect':
    case 'drop':
      return true
    case 'wait':
      return event.for !== 'retry'
    case 'end':
      return event.operation === 'connect' || event.operation === 'subscribe'
    default:
      return false
  }
}

function momentOf(
  event: Exclude<TimelineEvent, { what: 'send' | 'end' | 'work' | 'wait' }>,
): string {
  switch (event.what) {
    case 'connect':
      return 'connects'
    case 'ask':
      return event.planned ? 'planned start' : 'sets out'
    case 'execution':
      return event.job === undefined
        ? `execution ${event.event}`
        : `execution ${event.event}: ${event.job} ${event.number}`
    case 'doubt':
      return `in doubt: ${event.wanted}`
    case 'drop':
      return `dropped: ${event.cause}`
  }
}

function us(ms: number): number {
  return Math.round(ms * 1e3)
}
