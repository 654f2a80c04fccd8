import type { JobExecution } from '../protocol/jobs.ts'
import { SlotRing } from './slot-ring.ts'

/** How far a thing has come with its connection. */
export const Connection = { none: 0, connecting: 1, subscribing: 2, online: 3 } as const

/** What a thing is doing. */
export const Activity = {
  /** Nothing is in hand. In a loop the pause runs. */
  idle: 0,
  /** It wants the next execution, and to have it in progress. */
  asking: 1,
  /** A slice of work is running. */
  working: 2,
  /** It wants an update to be accepted. */
  reporting: 3,
  /** It wants to know how the execution stands, after a VersionMismatch. */
  rereading: 4,
} as const

/** How far the one request of a thing has come. */
export const Request = {
  none: 0,
  /** Decided while the thing was not online. */
  waiting: 1,
  /** Handed to the link; nothing has been written yet. */
  sending: 2,
  /** Its bytes went to the socket: the attempt is issued. */
  sent: 3,
  /** The last attempt has failed and the next one is not due yet. */
  backoff: 4,
} as const

/** Bytes of a row, two lines of a processor's cache; what the columns of a row are indexed by. */
const ROW_BYTES = 128
/** The times of slot s stand at `s * TIME`, the words at `s * WORD`. */
export const TIME = ROW_BYTES / Float64Array.BYTES_PER_ELEMENT
export const WORD = ROW_BYTES / Uint32Array.BYTES_PER_ELEMENT

/**
 * The things of a shard, one slot each. An event of a large fleet costs what its accesses to memory
 * cost, so all that the usual event touches stands in one row of 128 bytes: each name below is a view
 * of the rows that begins at its place in the first. What is rarely needed stands in columns by slot.
 *
 * They are declared and no more: what begins as undefined is checked by the engine at each use.
 */
export class ThingTable {
  declare readonly size: number

  // Times of the row, by `slot * TIME`.

  /** Due time of the attempt. */
  declare readonly dueUs: Float64Array
  declare readonly sentUs: Float64Array
  /** Due time of what made the thing ask; its acquire time counts from here. */
  declare readonly startDueUs: Float64Array
  /** When the answer came that gave it the execution. */
  declare readonly beganUs: Float64Array
  /** Duration of one slice of work, updates + 1 of which make the whole. */
  declare readonly sliceUs: Float64Array
  /** The version of the execution as the thing believes it to be; 0 when it keeps none in mind. */
  declare readonly version: Float64Array

  // Words of the row, by `slot * WORD`; those of every event first.

  /** `Connection`. */
  declare readonly connection: Uint32Array
  /** Index of its row of the mix. */
  declare readonly row: Uint32Array
  /** `Activity`; change it with `setActivity`. */
  declare readonly activity: Uint32Array
  /** `Request`; change it with `setRequest`. */
  declare readonly request: Uint32Array
  /** Index into `OPERATIONS`. */
  declare readonly operation: Uint32Array
  /** Attempts of the request that have failed. */
  declare readonly tries: Uint32Array
  /** 1: the attempt is the first of a planned start. */
  declare readonly planned: Uint32Array
  /** 1: an attempt of this request may have been carried out although nobody said so. */
  declare readonly unsure: Uint32Array
  /** The newest token of its requests, and which of the last ones were answered: `TokenMemory`'s. */
  declare readonly token: Uint32Array
  declare readonly answered: Uint32Array
  /** Where it stands among the open attempts and among the idle things: their `SlotRing`s'. */
  declare readonly openPlace: Uint32Array
  declare readonly idlePlace: Uint32Array
  declare readonly executionNumber: Uint32Array
  /** Progress updates that have been accepted. */
  declare readonly step: Uint32Array
  /** Index into `OUTCOMES`: how the execution will end. */
  declare readonly outcome: Uint32Array
  /** 1: this update, or this start, has found the execution other than it believed before. */
  declare readonly reread: Uint32Array
  /** How often it has set out to ask. */
  declare readonly asks: Uint32Array
  /** How many executions it has begun. */
  declare readonly begun: Uint32Array
  /** 1: speaks HTTP, so it neither subscribes nor hears notifications. */
  declare readonly http: Uint32Array
  declare readonly wishNumber: Uint32Array

  // Columns, by slot.

  /** The execution begun last, as long as it has not ended in the eyes of the thing. */
  declare readonly jobId: (string | undefined)[]
  /** What a look has found waiting, until it has been begun or the start comes to nothing. */
  declare readonly found: (JobExecution | undefined)[]
  /** The execution that a notification has named and no start-next has brought yet. */
  declare readonly wishJobId: (string | undefined)[]
  /** 1: has been online at least once. */
  declare readonly ready: Uint8Array
  /** Since when it may send, or the last time it might. */
  declare readonly onlineSinceUs: Float64Array
  /** Due time of the next handshake; NaN once a handshake has used it. */
  declare readonly connectDueUs: Float64Array
  /** How many connections it has begun. */
  declare readonly connects: Uint32Array
  /** Failed in a row, short-lived ones included. */
  declare readonly connectFailures: Uint32Array
  declare readonly subscribeFailures: Uint32Array
  declare readonly subscribeDueUs: Float64Array
  /** When the handshake or the filters that are open were sent. */
  declare readonly openSinceUs: Float64Array
  /** Filters asked for and not answered. */
  declare readonly openFilters: Uint16Array

  /** Online and idle, longest first. */
  declare readonly idle: SlotRing
  online = 0
  everOnline = 0
  busy = 0
  working = 0
  openRequests = 0
  ended = 0

  constructor(size: number) {
    this.size = size
    const rows = new ArrayBuffer(size * ROW_BYTES)
    let byte = 0
    const times = () => {
      const view = new Float64Array(rows, Math.min(byte, rows.byteLength))
      byte += view.BYTES_PER_ELEMENT
      return view
    }
    const words = () => {
      const view = new Uint32Array(rows, Math.min(byte, rows.byteLength))
      byte += view.BYTES_PER_ELEMENT
      return view
    }
    this.dueUs = times()
    this.sentUs = times()
    this.startDueUs = times()
    this.beganUs = times()
    this.sliceUs = times()
    this.version = times()
    this.connection = words()
    this.row = words()
    this.activity = words()
    this.request = words()
    this.operation = words()
    this.tries = words()
    this.planned = words()
    this.unsure = words()
    this.token = words()
    this.answered = words()
    this.openPlace = words()
    this.idlePlace = words()
    this.executionNumber = words()
    this.step = words()
    this.outcome = words()
    this.reread = words()
    this.asks = words()
    this.begun = words()
    this.http = words()
    this.wishNumber = words()
    if (byte > ROW_BYTES) throw new RangeError(`a row of ${byte} bytes does not fit`)
    this.jobId = new Array<string | undefined>(size).fill(undefined)
    this.found = new Array<JobExecution | undefined>(size).fill(undefined)
    this.wishJobId = new Array<string | undefined>(size).fill(undefined)
    this.ready = new Uint8Array(size)
    this.onlineSinceUs = new Float64Array(size)
    this.connectDueUs = new Float64Array(size).fill(Number.NaN)
    this.connects = new Uint32Array(size)
    this.connectFailures = new Uint32Array(size)
    this.subscribeFailures = new Uint32Array(size)
    this.subscribeDueUs = new Float64Array(size)
    this.openSinceUs = new Float64Array(size)
    this.openFilters = new Uint16Array(size)
    this.idle = new SlotRing(size, this.idlePlace, WORD)
  }

  isOnline(slot: number): boolean {
    return this.connection[slot * WORD] === Connection.online
  }

  /** Keeps the counters and the idle list. */
  setConnection(slot: number, connection: number): void {
    const was = this.isOnline(slot)
    this.connection[slot * WORD] = connection
    const is = this.isOnline(slot)
    if (was === is) return
    this.online += is ? 1 : -1
    if (is && this.ready[slot] === 0) {
      this.ready[slot] = 1
      this.everOnline += 1
    }
    this.#list(slot)
  }

  setActivity(slot: number, activity: number): void {
    const was = this.activity[slot * WORD] as number
    this.activity[slot * WORD] = activity
    this.busy += Number(activity !== Activity.idle) - Number(was !== Activity.idle)
    this.working += Number(activity >= Activity.working) - Number(was >= Activity.working)
    this.#list(slot)
  }

  setRequest(slot: number, request: number): void {
    this.openRequests +=
      Number(isOpen(request)) - Number(isOpen(this.request[slot * WORD] as number))
    this.request[slot * WORD] = request
  }

  #list(slot: number): void {
    const isIdle = this.isOnline(slot) && this.activity[slot * WORD] === Activity.idle
    if (!isIdle) this.idle.remove(slot)
    else if (!this.idle.has(slot)) this.idle.push(slot)
  }
}

function isOpen(request: number): boolean {
  return request === Request.waiting || request === Request.sending || request === Request.sent
}
