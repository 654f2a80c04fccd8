/**
 * What the coordinator and its shards say to each other. A closed set; none of these is sent for a
 * single operation and none carries histograms: a worker writes its own log.
 */
import type { MessagePort } from 'node:worker_threads'
import type { ErrorCode } from '../errors.ts'
import type { ThingsLedger } from '../ledger/thing-book.ts'
import type { ShardGauges, Stage } from '../results/rows.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** What a worker is given for the whole run. */
export interface ShardTask {
  readonly scenario: Scenario
  readonly shard: number
  readonly shards: number
  /** Things to play alone, by index in the fleet; the whole share of the shard otherwise. */
  readonly things?: readonly number[] | undefined
  /** Addresses, several of a kind are shared out by thing. */
  readonly targets: readonly string[]
  /** The run folder, which exists, or `NO_FOLDER`. */
  readonly folder: string
  /** What it plays before it is up; undefined for nothing. */
  readonly warmUp: Scenario | undefined
  /** On the machine's monotonic clock; offsets in rows count from here. */
  readonly runStartUs: number
  readonly port: MessagePort
}

export type ToShard =
  /** Every worker is up: the fleet begins to connect, at this time on the machine's monotonic clock. */
  | { readonly kind: 'connect'; readonly fromUs: number }
  /** Everybody is ready, or the limit has passed: T0, on the machine's monotonic clock. */
  | { readonly kind: 'begin'; readonly t0Us: number }
  /** No new starts; what is in hand is finished, for the drain time at most. */
  | { readonly kind: 'stop' }
  /** Count what is open as unanswered and end. */
  | { readonly kind: 'stop-now' }

export type FromShard =
  /** The worker has loaded and listens. */
  | { readonly kind: 'up'; readonly shard: number }
  /** Every thing of the shard has been online at least once. */
  | { readonly kind: 'ready'; readonly shard: number }
  | ({ readonly kind: 'interval' } & ShardProgress)

/** One interval, in the few numbers that a person watches. Counts are of the interval. */
export interface ShardProgress {
  readonly shard: number
  readonly stage: Stage
  readonly second: number
  readonly readyThings: number
  readonly starts: number
  readonly droppedStarts: number
  readonly accepted: number
  readonly throttled: number
  readonly failures: number
  readonly endedExecutions: number
  /** Of all accepted start-next and update attempts of the interval; null without one. */
  readonly responseP99Ms: number | null
  readonly gcShare: number
  readonly gauges: ShardGauges
}

/** A worker that cannot write down what it measures any more. Errors do not cross threads whole. */
export interface ShardFailure {
  readonly failure: { readonly code: ErrorCode; readonly message: string; readonly hint: string }
}

/** What a worker hands over when its part of the run is over. */
export interface ShardResult {
  readonly shard: number
  readonly things: ThingsLedger
  readonly neverConnected: number
  /** Of the last answer, since the run began. */
  readonly lastAnswerMs: number
  /** Totals over all stages, by counter name. */
  readonly counters: Readonly<Record<string, number>>
}
