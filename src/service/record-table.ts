import type { Job } from './job.ts'
import { type ExecutionRecord, newRecord } from './job-execution.ts'

/** All execution records by index. The index of a deleted one is used again, so indexes stay few. */
export class RecordTable {
  readonly #records: (ExecutionRecord | undefined)[] = []
  readonly #free: number[] = []

  make(thing: number, job: Job): ExecutionRecord {
    const index = this.#free.pop() ?? this.#records.length
    const record = newRecord(index, thing, job)
    this.#records[index] = record
    return record
  }

  at(index: number): ExecutionRecord | undefined {
    return this.#records[index]
  }

  /** The record must have no deadline and no neighbours any more. */
  free(record: ExecutionRecord): void {
    this.#records[record.index] = undefined
    this.#free.push(record.index)
  }
}
