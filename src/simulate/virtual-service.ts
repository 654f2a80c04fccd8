import type { ServiceLedger } from '../protocol/admin.ts'
import type {
  ExecutionStatus,
  JobsNotification,
  JobsRequest,
  Operation,
  Rejected,
  Reply,
} from '../protocol/jobs.ts'

/** The service as the driver sees it; `JobsService` of the service room fits. Things are indexes of
 *  the whole fleet. */
export interface VirtualService {
  begin(nowUs: number): void
  handle(thing: number, operation: Operation, request: JobsRequest, nowUs: number): Reply
  /** Counts and gives the answer that a fault has put in the service's mouth. */
  refuse(operation: Operation, reply: Rejected, nowUs: number): Reply
  /** The same object each time, valid until the next call. */
  fate(thing: number, operation: Operation, nowUs: number): Readonly<VirtualFate>
  /** Of all the fates that there are. */
  readonly longestDelayUs: number
  readonly broker: VirtualBroker
  /** How much later than its cause the next notification of the thing leaves. */
  notificationDelayUs(thing: number, nowUs: number): number
  notifyNextOf(thing: number, nowUs: number): JobsNotification
  /** When to call `advance`: perhaps too early, never too late. Infinity is never. */
  readonly nextUs: number
  advance(nowUs: number): void
  /** Of the first pending execution of the thing; undefined without one. */
  firstStatusOf(thing: number): ExecutionStatus | undefined
  /** Those that have not ended and those that are still to come. */
  openExecutions(): number
  ledger(): ServiceLedger
}

/** What comes through to the service and back over MQTT. */
export interface VirtualBroker {
  /** The client is the thing; `admitted`, or whose rate refuses it. */
  admitConnect(client: number, nowUs: number): string
  /** All of the filters, or none. */
  admitSubscribe(filters: number, nowUs: number): boolean
  /** A PUBLISH on the thing's connection; one that is not admitted is dropped, and counted. */
  admitPublish(connection: number, operation: Operation, nowUs: number): boolean
  /** The same of a PUBLISH to the thing, which takes from the same rate. */
  admitDelivery(connection: number, nowUs: number): boolean
  readonly connections: { restart(connection: number): void }
}

export interface VirtualFate {
  readonly delayUs: number
  readonly requestLost: boolean
  readonly replyLost: boolean
  readonly duplicated: boolean
  readonly connectionLost: boolean
  readonly internalError: boolean
}

/** What the service tells while one of its calls runs. */
export interface VirtualServiceSink {
  notify(thing: number): void
  notifyNext(thing: number): void
}
