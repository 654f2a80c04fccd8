import type { ExecutionRecord } from './job-execution.ts'

/**
 * The newest execution of a job by slot, see `slotOf`. An array and no map: a job is for much of the
 * fleet as a rule, and the engine itself keeps an array with few members as a table.
 */
export class LatestExecutions {
  readonly #records: (ExecutionRecord | undefined)[] = []

  get(slot: number): ExecutionRecord | undefined {
    return this.#records[slot]
  }

  has(slot: number): boolean {
    return this.#records[slot] !== undefined
  }

  set(slot: number, record: ExecutionRecord): void {
    this.#records[slot] = record
  }

  delete(slot: number): void {
    delete this.#records[slot]
  }

  /** By slot. What is added meanwhile may be left out. */
  *values(): Generator<ExecutionRecord> {
    for (const slot in this.#records) {
      const record = this.#records[slot]
      if (record !== undefined) yield record
    }
  }
}
