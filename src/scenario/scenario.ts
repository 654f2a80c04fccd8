import type { StandInSettings } from '../protocol/admin.ts'
import type { Quotas } from '../protocol/quotas.ts'

/**
 * A scenario as the rest of the program knows it: every default filled in, every number in the unit
 * of its name. `parse.ts` makes it from a file; nobody else may.
 */
export interface Scenario {
  readonly name: string
  readonly question: string | undefined
  readonly seed: number
  readonly service: ServiceScenario
  readonly fleet: Fleet
  /** Custom profiles by name, resolved; the built-in ones are added when resolved. */
  readonly agents: Readonly<Record<string, AgentProfile>>
  readonly jobs: readonly JobScenario[]
  readonly behaviour: Behaviour
  readonly load: Load
  readonly thresholds: readonly ThresholdScenario[]
  readonly validity: ValidityScenario
}

export interface ThresholdScenario {
  /** As written; `metrics/threshold.ts` reads it. */
  readonly expression: string
  /** Broken, it ends the run at once (exit 108). */
  readonly abort: boolean
}

/** Where the checks of design 5.11 begin to speak: above the value, for the coverage below it. */
export interface ValidityScenario {
  readonly scheduleLagP99Us: number
  readonly eventLoopUtilisationPercent: number
  readonly loopDelayP99Us: number
  readonly standstillUs: number
  readonly cpuPercent: number
  readonly gcPercent: number
  readonly memoryPercent: number
  readonly descriptorPercent: number
  readonly intervalCoveragePercent: number
  readonly droppedPercent: number
  readonly emptyPercent: number
}

export type ServiceScenario = Pick<
  StandInSettings,
  'latency' | 'minuteUs' | 'faults' | 'switches'
> & {
  readonly quotas: Quotas
}

export type JobScenario = StandInSettings['jobs'][number]

export interface Fleet {
  readonly things: number
  readonly namePrefix: string
  readonly connect: { readonly ratePerSecond: number; readonly limitUs: number }
  readonly mix: readonly MixRow[]
}

export type TransportKind = 'mqtt' | 'http'

export interface MixRow {
  /** Of the fleet, as written; the exact count is dealt by largest remainder (`shares.ts`). */
  readonly sharePercent: number
  readonly transport: TransportKind
  /** The name of a profile, in `agents` or built in. */
  readonly agent: string
  readonly mqtt: MqttSettings
}

export interface MqttSettings {
  /** Protocol version: 4 is 3.1.1. */
  readonly version: 4 | 5
  readonly keepAliveSeconds: number
  readonly clean: boolean
  readonly qos: 0 | 1
  /** Last levels of the filters under `$aws/things/<thing>/jobs/`. */
  readonly subscribe: readonly string[]
}

/** How a kind of firmware talks and retries. */
export interface AgentProfile {
  readonly retry: RetryPolicy
  /** Whether an update says which version of the execution the thing believes there is. */
  readonly expectedVersion: boolean
  readonly strategy: AskingStrategy
}

/** How a thing gets its next execution: by start-next, or by a look at `$next` and an update. */
export const ASKING_STRATEGIES = ['start-next', 'describe-next'] as const
export type AskingStrategy = (typeof ASKING_STRATEGIES)[number]

export interface RetryPolicy {
  readonly kind: 'full-jitter' | 'fixed' | 'none'
  readonly baseUs: number
  readonly capUs: number
  /** How often one request is tried in all, the first time included. */
  readonly attempts: number
}

/** Log-normal by its median and 95th percentile; equal values are a fixed duration. */
export interface WorkLaw {
  readonly medianUs: number
  readonly p95Us: number
}

export type Outcome = 'SUCCEEDED' | 'FAILED' | 'REJECTED'

export interface Behaviour {
  readonly work: WorkLaw
  /** Progress updates between start and the terminal one. */
  readonly updates: number
  readonly outcomes: readonly { readonly outcome: Outcome; readonly sharePercent: number }[]
  readonly stepTimeoutMinutes: number | undefined
  readonly requestTimeoutUs: number
  /** Overrides the agents' own. */
  readonly retry: RetryPolicy | undefined
}

export type Load = ArrivalsLoad | RolloutLoad | LoopLoad

/** Open model: starts happen on plan, whatever the answers do. */
export interface ArrivalsLoad {
  readonly kind: 'arrivals'
  readonly phases: readonly Phase[]
  readonly drainUs: number
}

/** Things wait to be notified; HTTP things poll. Ends when every execution is terminal. */
export interface RolloutLoad {
  readonly kind: 'rollout'
  readonly limitUs: number
  readonly pollUs: number
  readonly drainUs: number
}

/** Closed model: each thing goes round for itself. */
export interface LoopLoad {
  readonly kind: 'loop'
  readonly forUs: number
  readonly pauseUs: number
  readonly drainUs: number
}

export interface Phase {
  readonly name: string
  readonly fromPerSecond: number
  readonly toPerSecond: number
  readonly durationUs: number
}
