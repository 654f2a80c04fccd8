import type { LimitCounts } from '../ledger/limits.ts'
import type { LedgerVerdict } from '../ledger/verdict.ts'

export type { LimitCounts } from '../ledger/limits.ts'
export type { LedgerVerdict } from '../ledger/verdict.ts'

/**
 * The rows of `intervals.ndjson`. Together with the `worker-N.hlog` files they are all that is
 * written while a run goes on; everything else in the folder is derived from them. Each row is one
 * append of one line, so a killed run leaves whole rows and at most one torn last line.
 *
 * An interval is finished when its row is here: a worker appends its histograms to its `.hlog` first
 * and its row second, and a reader drops histograms without a row.
 */
export type Row = RunRow | BeginRow | IntervalRow | HostRow | EndRow

/** First row: what is known before anything is sent. */
export interface RunRow {
  readonly kind: 'run'
  readonly id: string
  /** ISO 8601. Offsets in milliseconds in all other rows count from here. */
  readonly startedAt: string
  readonly targets: readonly string[]
  readonly workers: number
  /** In a replay: the things that took part, by name; the rest of the fleet did not. */
  readonly only?: readonly string[] | undefined
  readonly version: string
  /** Absent in virtual time, in which no machine takes part. */
  readonly host?: {
    readonly node: string
    readonly cpus: number
    /** The most the process may take, where it is known; the checks of memory and descriptors need them. */
    readonly memoryLimitMiB?: number
    readonly descriptorLimit?: number
  }
  /** Of a run in virtual time only. */
  readonly virtual?: VirtualTerms
}

/** On what terms a run in virtual time was made. Times in milliseconds. */
export interface VirtualTerms {
  /** How long an interval is; longer than a second only where the run lasts longer than an hour or so. */
  readonly intervalSeconds: number
  /** From a thing to the service, and the same back. */
  readonly oneWayMs: number
  /** Of the service, from a request's arrival to its answer; log-normal. */
  readonly latencyMs: { readonly median: number; readonly p99: number }
  /** The run that the law was fitted on; null when it is the scenario's own. */
  readonly calibratedOn: string | null
}

/** T0: connecting is over and the load begins. */
export interface BeginRow {
  readonly kind: 'begin'
  readonly atMs: number
  readonly readyThings: number
}

export type Stage = 'connect' | 'load' | 'drain'

/** One second of one worker. Stages `load` and `drain` are aligned to T0. */
export interface IntervalRow {
  readonly kind: 'interval'
  readonly worker: number
  readonly stage: Stage
  /** Whole seconds since the stage began… for `drain` too: since T0. 0 is the first. */
  readonly second: number
  /** Offsets from the start of the run; `fromMs` with `worker` names the interval in the `.hlog`. */
  readonly fromMs: number
  readonly toMs: number
  /** By counter name (`metrics/series.ts`); zero is left out. */
  readonly counters: Readonly<Record<string, number>>
  /** By histogram name, of this worker's interval alone. */
  readonly percentiles: Readonly<Record<string, Percentiles>>
  readonly gauges: ShardGauges
  /** Absent in virtual time. */
  readonly health?: ThreadHealth
}

/** Milliseconds. */
export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

export interface ShardGauges {
  readonly online: number
  readonly idle: number
  readonly working: number
  /** Requests sent or waiting to be sent whose answer is awaited. */
  readonly openRequests: number
}

export interface ThreadHealth {
  /** 0..1. */
  readonly eventLoopUtilisation: number
  readonly loopDelayP99Ms: number
  /** The longest single one: a stop of the process is one sample, which a p99 may miss. */
  readonly loopDelayMaxMs?: number
}

/** One second of the whole generator process. */
export interface HostRow {
  readonly kind: 'host'
  readonly second: number
  readonly fromMs: number
  readonly toMs: number
  /** Of the cores it may use, 0..1. */
  readonly cpuShare: number
  readonly gcShare: number
  readonly rssMiB: number
  readonly descriptors: number
  /** Absent where the machine does not tell, or the process may use a part of its cores only. */
  readonly beside?: Beside | undefined
}

/** What the machine did beside the run. Shares of all its cores, 0..1. */
export interface Beside {
  /** Used by processes that are neither the generator nor its own stand-in. A target on the same machine
   *  that somebody else started is one of them. */
  readonly othersShare: number
  /** Of a virtual machine: taken by its host. 0 where the system does not tell. */
  readonly stolenShare: number
  readonly idleShare: number
}

/** Last row of a run that ended in good order. */
export interface EndRow {
  readonly kind: 'end'
  readonly atMs: number
  /** Offset of the last answer; the run's duration goes from T0 to here. */
  readonly lastAnswerMs: number
  readonly endedBy: 'plan' | 'stopped' | 'aborted'
  /** The abort-on-fail threshold or the cause, for `aborted`. */
  readonly cause: string | undefined
  readonly lostWorkers: number
  readonly neverConnected: number
  readonly ledger: LedgerVerdict
  /** All executions that the service holds at the end, ended and open, by status. Only of an own stand-in. */
  readonly held?: Readonly<Record<string, number>> | undefined
  /** Limits of the stand-in that were reached, and how often; absent when none was. */
  readonly limits?: Readonly<Partial<LimitCounts>> | undefined
  /** Of a run in virtual time: sentences about rules of thing, service and ledger that did not hold. */
  readonly broken?: readonly string[]
  /** Of a run in virtual time in which nothing was to happen any more: which things waited for what. */
  readonly waiting?: readonly string[]
}
