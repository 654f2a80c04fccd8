/**
 * What one thing sent and saw while it did one piece of work, as kept and as written. Times are
 * milliseconds to the microsecond; what they count from is said by who holds the timeline.
 */
export interface ThingTimeline {
  /** Among the timelines of one worker. A timeline told again replaces the earlier telling. */
  readonly id: number
  /** Why it was kept, the first reason first: `update timedOut`, `slowest start-next`, `stuck`. */
  readonly why: readonly string[]
  /** false: the thing was still at it when this was written. */
  readonly ended: boolean
  /** Events between the first and the last ones for which there was no room. */
  readonly leftOut: number
  readonly events: readonly TimelineEvent[]
}

export type TimelineEvent =
  | { readonly atMs: number; readonly what: 'connect'; readonly dueMs: number }
  /** It sets out for an execution. `planned`: by a start of the plan. */
  | {
      readonly atMs: number
      readonly what: 'ask'
      readonly dueMs: number
      readonly planned: boolean
    }
  | {
      readonly atMs: number
      readonly what: 'send'
      readonly operation: string
      /** Which try of this request, from 1. */
      readonly attempt: number
      readonly dueMs: number
    }
  /** An attempt has ended; that nothing came (timedOut, lost, unanswered) is an end too. */
  | {
      readonly atMs: number
      readonly what: 'end'
      readonly operation: string
      readonly outcome: string
      readonly code?: string | undefined
      readonly dueMs: number
      readonly sentMs: number
    }
  /** `retry`, `reconnect` or `resubscribe`: nothing is sent before `untilMs`. */
  | {
      readonly atMs: number
      readonly what: 'wait'
      readonly for: string
      readonly untilMs: number
    }
  | { readonly atMs: number; readonly what: 'work'; readonly untilMs: number }
  /** An execution has begun or ended in the eyes of the thing. */
  | {
      readonly atMs: number
      readonly what: 'execution'
      readonly event: string
      readonly job?: string | undefined
      readonly number?: number | undefined
    }
  /** Whether the status it wanted holds, the thing cannot tell. */
  | { readonly atMs: number; readonly what: 'doubt'; readonly wanted: string }
  | { readonly atMs: number; readonly what: 'drop'; readonly cause: string }
