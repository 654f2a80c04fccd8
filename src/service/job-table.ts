import { type Job, type JobSettings, newJob, slotOf } from './job.ts'
import type { ExecutionRecord } from './job-execution.ts'

/** The jobs by id. To find one takes as long with one job as with a million. */
export class JobTable {
  readonly #jobs = new Map<string, Job>()
  /** Endless rows, by what their ids begin with. */
  readonly #rows = new Map<string, Job>()
  readonly #byIndex: (Job | undefined)[] = []
  readonly #freeIndexes: number[] = []
  #serial = 0

  add(settings: JobSettings, nowSeconds: number): Job {
    const index = this.#freeIndexes.pop() ?? this.#byIndex.length
    this.#serial += 1
    const job = newJob(settings, index, this.#serial, nowSeconds)
    this.#byIndex[index] = job
    if (job.isEndless) this.#rows.set(job.id, job)
    else this.#jobs.set(job.id, job)
    return job
  }

  /** A job without executions goes. */
  remove(job: Job): void {
    this.#jobs.delete(job.id)
    this.#byIndex[job.index] = undefined
    this.#freeIndexes.push(job.index)
  }

  at(index: number): Job | undefined {
    return this.#byIndex[index]
  }

  /** Not the jobs of endless rows, of which there is no end. */
  get(jobId: string): Job | undefined {
    return this.#jobs.get(jobId)
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId) || this.#rowOf(jobId) !== undefined
  }

  /** In the order of creation, without endless rows. */
  all(): Iterable<Job> {
    return this.#jobs.values()
  }

  /** All there is, endless rows too. */
  *withRows(): Generator<Job> {
    yield* this.#rows.values()
    yield* this.#jobs.values()
  }

  /** The newest execution of the job on the thing. */
  find(thing: number, jobId: string): ExecutionRecord | undefined {
    const job = this.#jobs.get(jobId)
    if (job !== undefined) return job.latest.get(thing)
    const row = this.#rowOf(jobId)
    if (row === undefined) return undefined
    const record = row.latest.get(slotOf(row, thing, ordinalIn(jobId)))
    // The slot of an endless row may hold a later execution by now.
    return record?.jobId === jobId ? record : undefined
  }

  #rowOf(jobId: string): Job | undefined {
    if (this.#rows.size === 0 || ordinalIn(jobId) === 0) return undefined
    return this.#rows.get(jobId.slice(0, jobId.lastIndexOf('-')))
  }
}

const NUMBERED = /-([1-9][0-9]{0,14})$/

/** The k of `<id>-<k>`, or 0. */
function ordinalIn(jobId: string): number {
  return Number(NUMBERED.exec(jobId)?.[1] ?? 0)
}
