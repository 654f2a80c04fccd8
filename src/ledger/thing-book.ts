import { EXECUTION_STATUSES, type ExecutionStatus, statusAt } from '../protocol/jobs.ts'
import { columnOf } from './column.ts'
import { markOf } from './mark.ts'

/** An execution that is begun and not settled, as its thing sees it. */
export interface UnsettledRow {
  readonly thing: number
  readonly jobId: string
  readonly executionNumber: number
  /** The status a terminal update asked for, when nothing came back for good. */
  readonly wanted: string | undefined
}

/** What the things of one shard believe. Plain data: it crosses a thread boundary. */
export interface ThingsLedger {
  /** Indexes of the whole fleet; the next two arrays are in the same order. */
  readonly things: Uint32Array
  /** How many executions the service has confirmed to be ended. */
  readonly settled: Uint32Array
  /** Sum of their marks, modulo 2^32. */
  readonly marks: Uint32Array
  readonly settledByStatus: Readonly<Record<string, number>>
  readonly unsettled: readonly UnsettledRow[]
  /** Rows a thing had no room for, as [thing, count]. */
  readonly crowded: readonly (readonly [thing: number, count: number])[]
}

/** A thing works on one execution at a time: more open ones than this are a fault by themselves. */
export const ROWS_PER_THING = 8

/**
 * What the things of one shard believe about their executions. Settled ones collapse into a count and
 * a sum of marks; only those that are begun and not settled stay as rows. It fits the `ThingBook` of
 * `thing/ports.ts`.
 */
export class ThingBook {
  readonly #shard: number
  readonly #shards: number
  /** By slot, `ROW` numbers each: see `Place`. */
  readonly #numbers = new Uint32Array(0)
  /** How many have ended, by `statusAt`. */
  readonly #ended = new Float64Array(EXECUTION_STATUSES.length)
  /** By slot: the job of the one open execution that a thing has as a rule, and is sure of. */
  readonly #jobId: (string | undefined)[]
  /** By slot: further ones of the few things that have any, and those in doubt. */
  readonly #further = new Map<number, OpenRow[]>()
  readonly #crowded = new Map<number, number>()

  /** @param size how many things the shard has. Slot i is thing `shard + i * shards` of the fleet. */
  constructor(size: number, shard: number, shards: number) {
    this.#shard = shard
    this.#shards = shards
    this.#numbers = new Uint32Array(size * ROW)
    this.#jobId = new Array<string | undefined>(size).fill(undefined)
  }

  began(slot: number, jobId: string, executionNumber: number): void {
    if (this.#isOnly(slot, jobId, executionNumber)) return
    const known = this.#furtherOf(slot).find((row) => isOf(row, jobId, executionNumber))
    if (known !== undefined) known.wanted = undefined
    else if (this.#jobId[slot] === undefined && this.#furtherOf(slot).length < ROWS_PER_THING) {
      this.#jobId[slot] = jobId
      this.#numbers[slot * ROW + Place.executionNumber] = executionNumber
    } else this.#add(slot, { jobId, executionNumber, wanted: undefined })
  }

  settled(slot: number, jobId: string, executionNumber: number, status: ExecutionStatus): void {
    const numbers = this.#numbers
    const at = slot * ROW
    numbers[at + Place.settled] = (numbers[at + Place.settled] as number) + 1
    // The array itself cuts the sum to 32 bits.
    numbers[at + Place.marks] =
      (numbers[at + Place.marks] as number) + markOf(jobId, executionNumber, status)
    this.#ended[statusAt(status)] = (this.#ended[statusAt(status)] as number) + 1
    this.#forget(slot, jobId, executionNumber)
  }

  doubtful(slot: number, jobId: string, executionNumber: number, wanted: string): void {
    const known = this.#furtherOf(slot).find((row) => isOf(row, jobId, executionNumber))
    if (known !== undefined) {
      known.wanted = wanted
      return
    }
    if (this.#isOnly(slot, jobId, executionNumber)) this.#jobId[slot] = undefined
    this.#add(slot, { jobId, executionNumber, wanted })
  }

  handOver(): ThingsLedger {
    const globalOf = (slot: number) => this.#shard + slot * this.#shards
    const size = this.#jobId.length
    const things = new Uint32Array(size)
    for (let slot = 0; slot < size; slot++) things[slot] = globalOf(slot)
    return {
      things,
      settled: columnOf(this.#numbers, ROW, Place.settled, size),
      marks: columnOf(this.#numbers, ROW, Place.marks, size),
      settledByStatus: Object.fromEntries(
        EXECUTION_STATUSES.map((status, at) => [status, this.#ended[at] as number] as const).filter(
          ([, count]) => count > 0,
        ),
      ),
      unsettled: this.#unsettled(globalOf),
      crowded: [...this.#crowded].map(([slot, count]) => [globalOf(slot), count] as const),
    }
  }

  #unsettled(globalOf: (slot: number) => number): UnsettledRow[] {
    const rows: UnsettledRow[] = []
    for (const [slot, jobId] of this.#jobId.entries()) {
      const thing = globalOf(slot)
      if (jobId !== undefined) {
        const executionNumber = this.#numbers[slot * ROW + Place.executionNumber] as number
        rows.push({ thing, jobId, executionNumber, wanted: undefined })
      }
      for (const other of this.#furtherOf(slot)) rows.push({ thing, ...other })
    }
    return rows
  }

  #isOnly(slot: number, jobId: string, executionNumber: number): boolean {
    return (
      this.#jobId[slot] === jobId &&
      this.#numbers[slot * ROW + Place.executionNumber] === executionNumber
    )
  }

  /** One more row, if there is room. */
  #add(slot: number, row: OpenRow): void {
    const further = this.#furtherOf(slot)
    const open = further.length + Number(this.#jobId[slot] !== undefined)
    if (open < ROWS_PER_THING) this.#further.set(slot, [...further, row])
    else this.#crowded.set(slot, (this.#crowded.get(slot) ?? 0) + 1)
  }

  #forget(slot: number, jobId: string, executionNumber: number): void {
    if (this.#isOnly(slot, jobId, executionNumber)) {
      this.#jobId[slot] = undefined
      return
    }
    const further = this.#furtherOf(slot)
    const left = further.filter((row) => !isOf(row, jobId, executionNumber))
    if (left.length === 0) this.#further.delete(slot)
    else if (left.length < further.length) this.#further.set(slot, left)
  }

  #furtherOf(slot: number): readonly OpenRow[] {
    return this.#further.size === 0 ? NONE : (this.#further.get(slot) ?? NONE)
  }
}

/** Numbers of a thing side by side: what is read together comes with one access to memory. */
const ROW = 3
const Place = { settled: 0, marks: 1, executionNumber: 2 } as const

const NONE: readonly OpenRow[] = []

interface OpenRow {
  readonly jobId: string
  readonly executionNumber: number
  wanted: string | undefined
}

function isOf(row: OpenRow, jobId: string, executionNumber: number): boolean {
  return row.jobId === jobId && row.executionNumber === executionNumber
}
