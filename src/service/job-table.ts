import type { ExecutionRecord } from './job-execution.ts'

/** A job as the control plane knows it, or a row of jobs `<id>-1`, `<id>-2`, … of a scenario. */
export interface Job {
  readonly index: number
  /** The id itself, or of a row what stands before `-<k>`. */
  readonly id: string
  readonly isRow: boolean
  readonly documentText: string
  /** How many executions a thing gets: 1 if it is no row. Infinity: one after the other, for ever. */
  readonly perThing: number
  /** Infinity is no timer. */
  readonly inProgressTimeoutUs: number
  /**
   * The newest execution by thing and ordinal, see `slotOf`. An endless row has two slots a thing,
   * used in turn: one execution that waits or runs, and the last that ended. So its memory does not
   * grow with time.
   */
  readonly slots: Map<number, ExecutionRecord>
}

export type JobSettings = Omit<Job, 'index' | 'slots'>

export class JobTable {
  readonly #jobs = new Map<string, Job>()
  readonly #rows = new Map<string, Job>()
  #count = 0

  add(settings: JobSettings): Job {
    const job: Job = { ...settings, index: this.#count, slots: new Map() }
    this.#count += 1
    if (job.isRow) this.#rows.set(job.id, job)
    else this.#jobs.set(job.id, job)
    return job
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId) || this.#rowOf(jobId) !== undefined
  }

  /** The newest execution of the job on the thing. Takes as long with one job as with a million. */
  find(thing: number, jobId: string): ExecutionRecord | undefined {
    const job = this.#jobs.get(jobId)
    if (job !== undefined) return job.slots.get(slotOf(job, thing, 1))
    const row = this.#rowOf(jobId)
    if (row === undefined) return undefined
    const record = row.slots.get(slotOf(row, thing, ordinalIn(jobId)))
    // The slot of an endless row may hold a later execution by now.
    return record?.jobId === jobId ? record : undefined
  }

  #rowOf(jobId: string): Job | undefined {
    const ordinal = ordinalIn(jobId)
    if (ordinal === 0) return undefined
    const row = this.#rows.get(jobId.slice(0, jobId.lastIndexOf('-')))
    return row !== undefined && ordinal <= row.perThing ? row : undefined
  }
}

const SLOTS_OF_ENDLESS = 2

export function slotOf(job: Job, thing: number, ordinal: number): number {
  const width = job.perThing === Number.POSITIVE_INFINITY ? SLOTS_OF_ENDLESS : job.perThing
  return thing * width + (ordinal % width)
}

export function jobIdOf(job: Job, ordinal: number): string {
  return job.isRow ? `${job.id}-${ordinal}` : job.id
}

const NUMBERED = /-([1-9][0-9]{0,14})$/

/** The k of `<id>-<k>`, or 0. */
function ordinalIn(jobId: string): number {
  return Number(NUMBERED.exec(jobId)?.[1] ?? 0)
}
