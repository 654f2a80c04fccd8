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
  readonly #settled: Uint32Array
  readonly #marks: Uint32Array
  readonly #byStatus = new Map<string, number>()
  /** By slot: the one open execution that a thing has as a rule. */
  readonly #row: (OpenRow | undefined)[]
  /** By slot: further ones of the few things that have any. */
  readonly #further = new Map<number, OpenRow[]>()
  readonly #crowded = new Map<number, number>()

  /** @param size how many things the shard has. Slot i is thing `shard + i * shards` of the fleet. */
  constructor(size: number, shard: number, shards: number) {
    this.#shard = shard
    this.#shards = shards
    this.#settled = new Uint32Array(size)
    this.#marks = new Uint32Array(size)
    this.#row = new Array<OpenRow | undefined>(size).fill(undefined)
  }

  began(slot: number, jobId: string, executionNumber: number): void {
    const row = this.#rowOf(slot, jobId, executionNumber)
    if (row) row.wanted = undefined
  }

  settled(slot: number, jobId: string, executionNumber: number, status: string): void {
    this.#settled[slot] = (this.#settled[slot] ?? 0) + 1
    // The array itself cuts the sum to 32 bits.
    this.#marks[slot] = (this.#marks[slot] ?? 0) + markOf(jobId, executionNumber, status)
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1)
    this.#forget(slot, jobId, executionNumber)
  }

  doubtful(slot: number, jobId: string, executionNumber: number, wanted: string): void {
    const row = this.#rowOf(slot, jobId, executionNumber)
    if (row) row.wanted = wanted
  }

  handOver(): ThingsLedger {
    const globalOf = (slot: number) => this.#shard + slot * this.#shards
    return {
      things: Uint32Array.from(this.#settled, (_, slot) => globalOf(slot)),
      settled: this.#settled.slice(),
      marks: this.#marks.slice(),
      settledByStatus: Object.fromEntries(this.#byStatus),
      unsettled: this.#unsettled(globalOf),
      crowded: [...this.#crowded].map(([slot, count]) => [globalOf(slot), count] as const),
    }
  }

  #unsettled(globalOf: (slot: number) => number): UnsettledRow[] {
    const rows: UnsettledRow[] = []
    for (const [slot, row] of this.#row.entries()) {
      if (row !== undefined) rows.push({ thing: globalOf(slot), ...row })
      for (const other of this.#furtherOf(slot)) rows.push({ thing: globalOf(slot), ...other })
    }
    return rows
  }

  /** The row of an execution, made when there is none; undefined when there is no room. */
  #rowOf(slot: number, jobId: string, executionNumber: number): OpenRow | undefined {
    const only = this.#row[slot]
    if (only !== undefined && isOf(only, jobId, executionNumber)) return only
    const further = this.#furtherOf(slot)
    const known = further.find((row) => isOf(row, jobId, executionNumber))
    if (known) return known
    const row: OpenRow = { jobId, executionNumber, wanted: undefined }
    if (only === undefined) this.#row[slot] = row
    else if (further.length >= ROWS_PER_THING - 1) {
      this.#crowded.set(slot, (this.#crowded.get(slot) ?? 0) + 1)
      return undefined
    } else this.#further.set(slot, [...further, row])
    return row
  }

  #forget(slot: number, jobId: string, executionNumber: number): void {
    const only = this.#row[slot]
    if (only !== undefined && isOf(only, jobId, executionNumber)) {
      this.#row[slot] = undefined
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

const NONE: readonly OpenRow[] = []

interface OpenRow {
  readonly jobId: string
  readonly executionNumber: number
  wanted: string | undefined
}

function isOf(row: OpenRow, jobId: string, executionNumber: number): boolean {
  return row.jobId === jobId && row.executionNumber === executionNumber
}
