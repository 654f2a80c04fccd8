/**
 * What a run tells a stand-in, and what the stand-in tells it back. The two processes talk over the
 * channel between parent and child; nothing here is part of AWS's protocol.
 */
import type { AbortConfig, RetryConfig, RolloutConfig, TargetSelection } from './job-config.ts'
import type { Operation } from './jobs.ts'
import type { Quotas } from './quotas.ts'
import type { ServiceSwitches } from './switches.ts'

/** Log-normal. median = p99 is a fixed delay; both 0 is none. */
export interface LatencyLaw {
  readonly medianUs: number
  readonly p99Us: number
}

export const FAULT_KINDS = [
  'lost-reply',
  'lost-request',
  'duplicate-reply',
  'internal-error',
  'lost-connection',
  'delayed-notification',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** A window in which a share of the requests (or notifications) meets a mishap. */
export interface Fault {
  readonly kind: FaultKind
  readonly sharePercent: number
  /** After T0 (`begin`). */
  readonly fromUs: number
  /** Infinity: to the end. */
  readonly forUs: number
  /** How much later, for kinds that delay. */
  readonly byUs: number
}

export interface StandInJob {
  /** Legal as the first part of a job id. The k-th execution of a thing belongs to job `<id>-<k>`. */
  readonly id: string
  /** JSON text, at most 32,768 bytes. */
  readonly documentText: string
  /** How many executions a thing has waiting; Infinity is `endless`. */
  readonly perThing: number
  readonly inProgressTimeoutMinutes: number | undefined
  /** Executions a service minute; undefined without `exponentialRate`: all at once when the run begins. */
  readonly maximumPerMinute: number | undefined
  readonly exponentialRate?: RolloutConfig['exponentialRate'] | undefined
  readonly retry?: RetryConfig | undefined
  /** Not with an endless row. */
  readonly abort?: AbortConfig | undefined
  /** Absent: SNAPSHOT. */
  readonly targetSelection?: TargetSelection | undefined
}

/** Plain data: it crosses a process boundary. */
export interface StandInSettings {
  readonly seed: number
  readonly things: number
  /** Thing i is called `<prefix><i>`. */
  readonly namePrefix: string
  readonly quotas: Quotas
  readonly latency: LatencyLaw
  /** How long a service minute takes. */
  readonly minuteUs: number
  readonly faults: readonly Fault[]
  readonly jobs: readonly StandInJob[]
  /** Those that are absent are as `DEFAULT_SWITCHES` has them. */
  readonly switches?: Partial<ServiceSwitches> | undefined
}

/** What the service counted of one operation. received = accepted + empty + throttled + rejected. */
export interface OperationCounts {
  received: number
  accepted: number
  /** Accepted, with nothing pending (start-next, describe `$next`). */
  empty: number
  throttled: number
  rejected: number
}

/** How often a limit of the stand-in's own queues or of its broker was reached, and what that cost. */
export interface LimitCounts {
  /** MQTT connections closed because their client did not read. */
  slowReaders: number
  /** MQTT connections closed because too much came behind their CONNECT. */
  hastyClients: number
  /** Messages at QoS 1 dropped because their client acknowledged none of those before. */
  unacknowledged: number
  /** Messages dropped because their client takes no packet of that size (MQTT 5). */
  largeMessages: number
  /** Notifications that a persistent session had no room for. */
  notices: number
  /** Ordinary messages at QoS 1 that a persistent session had no room for. */
  sessionMessages: number
  /** HTTP requests cut off because their body did not end. */
  endlessBodies: number
  /** Answers and notifications that found the delay line full. */
  delayed: number
  /** CONNECTs refused by the account's rate. */
  connects: number
  /** CONNECTs refused by the rate of their client id. */
  clientConnects: number
  /** SUBSCRIBEs refused by the account's rate. */
  subscribes: number
  /** PUBLISHes dropped by the rate of their connection, in and out. */
  connectionPublishes: number
}

/** What the service holds at the end. Arrays are by thing index. */
export interface ServiceLedger {
  readonly operations: Readonly<Record<Operation, OperationCounts>>
  /** Requests that a fault, or the rate of their connection, took away: not received, though they arrived. */
  readonly lostRequests?: Readonly<Record<Operation, number>>
  /** How many executions ended, by thing. */
  readonly ended: Uint32Array
  /** Sum of the marks (`ledger/mark.ts`) of the ended executions, by thing. */
  readonly marks: Uint32Array
  /** Executions that have not ended: thing index, job id, execution number, status. */
  readonly open: readonly (readonly [number, string, number, string])[]
  /** Ended executions by status, over all things. */
  readonly byStatus: Readonly<Record<string, number>>
  /** Without wires (in virtual time) those that the service holds itself: the rate of a connection. */
  readonly limits?: Readonly<Partial<LimitCounts>>
}

export type ToStandIn =
  /** On the machine's monotonic clock: when the jobs are created, and T0, from which fault windows count. */
  | { readonly kind: 'begin'; readonly atUs: number; readonly t0Us: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'ledger' }
  /** Whether anybody is there. */
  | { readonly kind: 'alive' }

export type FromStandIn =
  | { readonly kind: 'begun' }
  /** With the cores its process used since it last said so, or since it began: 0.4 is two fifths of one. */
  | { readonly kind: 'alive'; readonly coresUsed: number }
  /** How many executions have not ended, those still to be rolled out or retried included. */
  | { readonly kind: 'open'; readonly executions: number }
  | { readonly kind: 'ledger'; readonly ledger: ServiceLedger }
