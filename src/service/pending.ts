import type { ExecutionRecord } from './job-execution.ts'

/**
 * The pending executions of one thing: IN_PROGRESS before QUEUED, inside each in the order of
 * queueing (protocol 3.3). Every change costs the same, however long the list is; only starting out
 * of turn looks for its place among those in progress.
 */
export class PendingList {
  #firstInProgress: ExecutionRecord | undefined
  #lastInProgress: ExecutionRecord | undefined
  #firstQueued: ExecutionRecord | undefined
  #lastQueued: ExecutionRecord | undefined

  first(): ExecutionRecord | undefined {
    return this.#firstInProgress ?? this.#firstQueued
  }

  /** At most `limit` of them, in order. */
  list(limit: number): ExecutionRecord[] {
    const records: ExecutionRecord[] = []
    let at = this.first()
    for (; at !== undefined && records.length < limit; at = this.after(at)) records.push(at)
    return records
  }

  after(record: ExecutionRecord): ExecutionRecord | undefined {
    return record.next ?? (record.status === 'IN_PROGRESS' ? this.#firstQueued : undefined)
  }

  /** Puts a QUEUED execution at the end; none was queued later. */
  append(record: ExecutionRecord): void {
    record.previous = this.#lastQueued
    record.next = undefined
    if (this.#lastQueued === undefined) this.#firstQueued = record
    else this.#lastQueued.next = record
    this.#lastQueued = record
  }

  /** Puts a QUEUED execution before all that are queued. */
  prepend(record: ExecutionRecord): void {
    record.previous = undefined
    record.next = this.#firstQueued
    if (this.#firstQueued === undefined) this.#lastQueued = record
    else this.#firstQueued.previous = record
    this.#firstQueued = record
  }

  /** Takes it out. Its status must still be the one it stands here with. */
  remove(record: ExecutionRecord): void {
    const { previous, next } = record
    if (previous !== undefined) previous.next = next
    else if (record.status === 'IN_PROGRESS') this.#firstInProgress = next
    else this.#firstQueued = next
    if (next !== undefined) next.previous = previous
    else if (record.status === 'IN_PROGRESS') this.#lastInProgress = previous
    else this.#lastQueued = previous
    record.previous = undefined
    record.next = undefined
  }

  /** Puts an execution, already taken out, among those in progress. */
  insertInProgress(record: ExecutionRecord): void {
    let before = this.#lastInProgress
    while (before !== undefined && before.sequence > record.sequence) before = before.previous
    const after = before === undefined ? this.#firstInProgress : before.next
    record.previous = before
    record.next = after
    if (before === undefined) this.#firstInProgress = record
    else before.next = record
    if (after === undefined) this.#lastInProgress = record
    else after.previous = record
  }
}
