import type { EventRings, RingEvent } from './event-rings.ts'
import { EXECUTION_EVENTS, METERED_OPERATIONS, OUTCOMES } from './series.ts'
import type { TimelineEvent } from './thing-timeline.ts'

/** What the members of a `RingEvent` mean, by its kind. */
export const EVENT = {
  /** number: due. */
  connect: 0,
  /** one: planned; number: due. */
  ask: 1,
  /** one: operation; other: attempt; number: due. */
  send: 2,
  /** one: operation; other: outcome; number: sent; text: code. */
  end: 3,
  /** number: until; text: what for. */
  wait: 4,
  /** number: until. */
  work: 5,
  /** number: execution number; text: job; other: index into `EXECUTION_EVENTS`. */
  execution: 6,
  /** text: wanted status. */
  doubt: 7,
  /** text: cause. */
  drop: 8,
} as const

/** The events of a ring in words. @param zeroUs what times count from. */
export function cutEvents(rings: EventRings, ring: number, zeroUs: number): TimelineEvent[] {
  const events: TimelineEvent[] = []
  const ms = (us: number) => Math.round(us - zeroUs) / 1e3
  /** By operation, when the attempt that was sent last was due. */
  const dueUs: number[] = []
  for (const event of rings.events(ring)) {
    if (event.kind === EVENT.send) dueUs[event.one] = event.number
    events.push(worded(event, dueUs[event.one] ?? event.number, ms))
  }
  return events
}

function worded(event: RingEvent, dueUs: number, ms: (us: number) => number): TimelineEvent {
  const { kind, one, other, number, text } = event
  const atMs = ms(event.atUs)
  switch (kind) {
    case EVENT.connect:
      return { atMs, what: 'connect', dueMs: ms(number) }
    case EVENT.ask:
      return { atMs, what: 'ask', dueMs: ms(number), planned: one === 1 }
    case EVENT.send:
      return {
        atMs,
        what: 'send',
        operation: METERED_OPERATIONS[one] ?? '',
        attempt: other,
        dueMs: ms(number),
      }
    case EVENT.end:
      return {
        atMs,
        what: 'end',
        operation: METERED_OPERATIONS[one] ?? '',
        outcome: OUTCOMES[other] ?? '',
        ...(text === undefined ? {} : { code: text }),
        dueMs: ms(dueUs),
        sentMs: ms(number),
      }
    case EVENT.wait:
      return { atMs, what: 'wait', for: text ?? '', untilMs: ms(number) }
    case EVENT.work:
      return { atMs, what: 'work', untilMs: ms(number) }
    case EVENT.execution:
      return {
        atMs,
        what: 'execution',
        event: EXECUTION_EVENTS[other] ?? '',
        ...(text === undefined ? {} : { job: text, number }),
      }
    case EVENT.doubt:
      return { atMs, what: 'doubt', wanted: text ?? '' }
    default:
      return { atMs, what: 'drop', cause: text ?? '' }
  }
}
