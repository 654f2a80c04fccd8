import type { TimelineTotals } from './kept-timelines.ts'
import type { Prediction } from './prediction.ts'
import type { Beside, LedgerVerdict, LimitCounts, VirtualTerms } from './rows.ts'

/** `summary.json` (design section 6). Times in milliseconds, shares 0..1. */
export interface Summary {
  readonly schemaVersion: 1
  readonly run: {
    readonly id: string
    readonly scenario: string
    readonly seed: number
    readonly planHash: string
    readonly scenarioHash: string
    readonly startedAt: string
    readonly durationSeconds: number
    readonly targets: readonly string[]
    readonly things: number
    /** In a replay: the things that took part. Its thresholds decide nothing and are left out. */
    readonly only?: readonly string[]
    readonly workers: number
    readonly complete: boolean
    /** Why the run was given up, when it was (`EndRow.cause`). */
    readonly cause?: string | undefined
    readonly version: string
    /** Absent in virtual time, as `generator` is: the same seed gives the same bytes on any machine. */
    readonly host?: { readonly node: string; readonly cpus: number }
    /** Made in virtual time: nothing was sent. */
    readonly virtual?: true
  }
  readonly verdict: Verdict
  readonly validity: { readonly valid: boolean; readonly checks: readonly ValidityCheck[] }
  readonly thresholds: readonly ThresholdResult[]
  readonly rates: RatesSummary
  readonly arrivals: ArrivalsSummary | null
  readonly operations: Readonly<Record<string, OperationSummary>>
  readonly executions: ExecutionsSummary
  readonly throttling: {
    readonly share: number
    readonly peakPerSecond: number
    readonly firstAtSeconds: number | null
    readonly lastAtSeconds: number | null
    readonly bindingQuota: string | null
    /** What the account gave while it was asked for more; null when it never was for long. */
    readonly effectiveQuota: EffectiveQuota | null
  }
  readonly ledger: LedgerVerdict
  readonly generator?: {
    readonly cpuShare: number
    readonly eventLoopUtilisation: number
    readonly rssMiB: number
    /** What the machine did beside it, the mean of the load; absent where that is not known. */
    readonly beside?: Beside
  }
  /** On what terms a run in virtual time was made. */
  readonly simulation?: VirtualTerms
  /** What the plan said beside what came of it; absent where there is nothing to compare. */
  readonly prediction?: Prediction | undefined
  /** Answers outside the accounting identity, clamped records, lost connections by cause. */
  readonly strays: { readonly late: number; readonly duplicate: number; readonly unmatched: number }
  readonly clamped: number
  readonly drops: Readonly<Record<string, number>>
  /** How often limits of the stand-in were reached; absent when none was. */
  readonly limits?: Readonly<Partial<LimitCounts>>
  /** How many timelines of single things were kept, and for how many there was no room. */
  readonly timelines?: TimelineTotals
  /** Sentences about what was left out: damaged rows of the run folder, thresholds that are not judged in
   *  virtual time. They stand beside the verdict in every report; absent without any. */
  readonly notes?: readonly string[]
}

export type Verdict = 'passed' | 'failed' | 'invalid' | 'aborted' | 'stopped'
export type CheckLevel = 'ok' | 'degraded' | 'invalid'

export interface ValidityCheck {
  readonly name: string
  readonly observed: number | null
  readonly limit: number
  /** What the limit is where a scenario says nothing; only when this one's says something else. */
  readonly defaultLimit?: number
  readonly unit: string
  readonly level: CheckLevel
  /** A sentence when the level is not ok: what it means and what to do. */
  readonly message?: string
}

export interface ThresholdResult {
  readonly expression: string
  /** null when there is nothing to measure, which fails the threshold. */
  readonly observed: number | null
  readonly passed: boolean
  /** Only with one that ends the run once it is broken. */
  readonly abort?: true
}

/** Empty object when nothing was recorded. */
export type LatencySummary =
  | Record<string, never>
  | {
      readonly min: number
      readonly mean: number
      readonly p50: number
      readonly p90: number
      readonly p95: number
      readonly p99: number
      readonly 'p99.9': number
      readonly max: number
      readonly count: number
    }

/** Requests are those of the four Jobs operations. */
export interface RatesSummary {
  /** Of the load, ramps left out: what the rates are taken over. */
  readonly seconds: number
  /** null in loads without a plan. */
  readonly plannedStartsPerSecond: number | null
  readonly startsPerSecond: number | null
  readonly issuedPerSecond: number
  /** In time, whatever the answer. */
  readonly answeredPerSecond: number
  /** Accepted or nothing pending. */
  readonly acceptedPerSecond: number
  readonly throttledPerSecond: number
}

export interface EffectiveQuota {
  readonly name: string
  readonly perSecond: number
  /** The true quota is within this of it, as far as the seconds that were looked at can tell. */
  readonly plusMinus: number
  /** How many seconds it was observed over. */
  readonly seconds: number
}

export interface ArrivalsSummary {
  readonly planned: number
  readonly started: number
  readonly reassigned: number
  readonly dropped: number
  readonly droppedByCause: Readonly<Record<string, number>>
  readonly scheduleLagMs: LatencySummary
  readonly acquireMs: LatencySummary
}

export interface OperationSummary {
  readonly issued: number
  readonly accepted: number
  readonly empty: number
  readonly throttled: number
  readonly rejected: Readonly<Record<string, number>>
  readonly timedOut: number
  readonly lost: number
  readonly unanswered: number
  readonly ratePerSecond: number
  readonly responseMs: LatencySummary
  readonly serviceMs: LatencySummary
  readonly lagMs: LatencySummary
  readonly byOutcome: Readonly<
    Record<string, { readonly responseMs: LatencySummary; readonly serviceMs: LatencySummary }>
  >
}

export interface ExecutionsSummary {
  readonly started: number
  readonly resumed: number
  readonly succeeded: number
  readonly failed: number
  readonly rejected: number
  readonly timedOut: number
  readonly canceled: number
  readonly stuck: number
  readonly durationMs: LatencySummary
  /** What the stand-in holds at the end, ended and open, by status: also what no thing ever began. */
  readonly held?: Readonly<Record<string, number>> | undefined
}
