import type { ExecutionRecord } from './job-execution.ts'

/**
 * The pending executions of each thing: IN_PROGRESS before QUEUED, inside each in the order of
 * queueing (protocol 3.3). A chain of records that begins here; the first of a chain has the last for
 * its `previous`, so that a thing costs one word and its usual single execution no object besides.
 * A change costs the same however many are queued; only those in progress are walked along.
 */
export class PendingLists {
  readonly #first: (ExecutionRecord | undefined)[] = []

  get things(): number {
    return this.#first.length
  }

  /** Makes room for more things. */
  grow(things: number): void {
    while (this.#first.length < things) this.#first.push(undefined)
  }

  /** @throws RangeError for an index that no thing has, which is a bug of the caller. */
  first(thing: number): ExecutionRecord | undefined {
    if (!(thing < this.#first.length)) throw new RangeError(`no thing has the index ${thing}`)
    return this.#first[thing]
  }

  /** At most `limit` of them, in order. */
  list(thing: number, limit: number): ExecutionRecord[] {
    const records: ExecutionRecord[] = []
    let at = this.first(thing)
    for (; at !== undefined && records.length < limit; at = at.next) records.push(at)
    return records
  }

  /** Puts a QUEUED execution at the end; none was queued later. */
  append(record: ExecutionRecord): void {
    this.#insertBefore(undefined, record)
  }

  /** Puts a QUEUED execution before all that are queued. */
  prepend(record: ExecutionRecord): void {
    let at = this.first(record.thing)
    while (at?.status === 'IN_PROGRESS') at = at.next
    this.#insertBefore(at, record)
  }

  /** Puts an execution, already taken out, among those in progress. */
  insertInProgress(record: ExecutionRecord): void {
    let at = this.first(record.thing)
    while (at?.status === 'IN_PROGRESS' && at.sequence < record.sequence) at = at.next
    this.#insertBefore(at, record)
  }

  /** Takes it out. */
  remove(record: ExecutionRecord): void {
    const { thing, previous, next } = record
    const first = this.#first[thing]
    if (record === first) {
      this.#first[thing] = next
      if (next !== undefined) next.previous = previous
    } else {
      if (previous !== undefined) previous.next = next
      if (next !== undefined) next.previous = previous
      else if (first !== undefined) first.previous = previous
    }
    record.previous = undefined
    record.next = undefined
  }

  /** @param at undefined is the end. */
  #insertBefore(at: ExecutionRecord | undefined, record: ExecutionRecord): void {
    const { thing } = record
    const first = this.first(thing)
    record.next = at
    if (first === undefined) {
      record.previous = record
      this.#first[thing] = record
    } else if (at === first) {
      record.previous = first.previous
      first.previous = record
      this.#first[thing] = record
    } else {
      const before = (at ?? first).previous
      record.previous = before
      if (before !== undefined) before.next = record
      ;(at ?? first).previous = record
    }
  }
}
