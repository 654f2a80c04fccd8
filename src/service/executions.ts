import type { ExecutionStatus, StatusDetails, UpdateRequest } from '../protocol/jobs.ts'
import { isTerminal } from '../protocol/jobs.ts'
import { ExecutionTimers } from './execution-timers.ts'
import {
  become,
  type ExecutionRecord,
  newRecord,
  queueRecord,
  replaceDetails,
} from './job-execution.ts'
import { type Job, type JobSettings, JobTable, jobIdOf, slotOf } from './job-table.ts'
import { PendingList } from './pending.ts'
import { Rollout } from './rollout.ts'

/** What a change of the executions brings about elsewhere. */
export interface ExecutionSink {
  /** The set of pending executions of the thing changed. */
  notify(thing: number, nowUs: number): void
  /** The first pending execution of the thing changed. */
  notifyNext(thing: number, nowUs: number): void
  ended(record: ExecutionRecord): void
}

/**
 * All executions of all things, and the only place that changes them: by a device, by a timer or by a
 * rollout. Each change tells the sink what it did to the pending list (protocol 2.6).
 */
export class Executions {
  readonly #epochSeconds: (nowUs: number) => number
  readonly #minuteUs: number
  readonly #sink: ExecutionSink
  readonly #jobs = new JobTable()
  readonly #records: ExecutionRecord[] = []
  readonly #pending: PendingList[] = []
  readonly #timers: ExecutionTimers
  #rollouts: Rollout[] = []
  #rolloutUs = Number.POSITIVE_INFINITY
  #sequence = 0
  /** While jobs are created together: what was first on each thing before. */
  #together: Map<number, ExecutionRecord | undefined> | undefined

  constructor(
    things: number,
    minuteUs: number,
    epochSeconds: (nowUs: number) => number,
    sink: ExecutionSink,
  ) {
    this.#epochSeconds = epochSeconds
    this.#minuteUs = minuteUs
    this.#sink = sink
    this.#timers = new ExecutionTimers(minuteUs)
    this.grow(things)
  }

  /** Makes room for more things. */
  grow(things: number): void {
    while (this.#pending.length < things) this.#pending.push(new PendingList())
  }

  first(thing: number): ExecutionRecord | undefined {
    return this.#listOf(thing).first()
  }

  /** The first `limit` pending executions of the thing, in order. */
  pendingOf(thing: number, limit: number): ExecutionRecord[] {
    return this.#listOf(thing).list(limit)
  }

  /** The newest execution of the job on the thing, unless its number is another one. */
  find(
    thing: number,
    jobId: string,
    executionNumber: number | undefined,
  ): ExecutionRecord | undefined {
    // Nearly always the one that the thing is busy with.
    const first = this.first(thing)
    const record = first?.jobId === jobId ? first : this.#jobs.find(thing, jobId)
    if (executionNumber === undefined || record?.executionNumber === executionNumber) return record
    return undefined
  }

  hasJob(jobId: string): boolean {
    return this.#jobs.has(jobId)
  }

  /**
   * Queues a job's executions, at its pace.
   *
   * @param targets without repetitions; undefined: the things 0 … `things` − 1.
   * @param perMinute undefined: all at once.
   */
  addJob(
    settings: JobSettings,
    targets: readonly number[] | undefined,
    things: number,
    perMinute: number | undefined,
    nowUs: number,
  ): void {
    const job = this.#jobs.add(settings)
    this.#rollouts.push(new Rollout(job, targets, things, perMinute, this.#minuteUs, nowUs))
    this.#rollOut(nowUs)
  }

  /** Several jobs as one change: a thing that gets ten executions is notified once. */
  together(nowUs: number, addJobs: () => void): void {
    const before = new Map<number, ExecutionRecord | undefined>()
    this.#together = before
    addJobs()
    this.#together = undefined
    for (const [thing, first] of before) this.#changed(thing, first, nowUs)
  }

  /** QUEUED to IN_PROGRESS, asked for with start-next. */
  start(record: ExecutionRecord, details: StatusDetails | undefined, nowUs: number): void {
    replaceDetails(record, details)
    this.#enterProgress(record, nowUs)
  }

  setStepTimer(record: ExecutionRecord, minutes: number, nowUs: number): void {
    this.#timers.setStep(record, minutes, nowUs)
  }

  /** An update that was not refused. */
  update(record: ExecutionRecord, request: UpdateRequest, nowUs: number): void {
    const { status, stepTimeoutInMinutes } = request
    replaceDetails(record, request.statusDetails)
    if (isTerminal(status)) {
      this.#end(record, status, nowUs)
      return
    }
    if (record.status === 'QUEUED') {
      const first = this.first(record.thing)
      this.#enterProgress(record, nowUs)
      // The set of pending ones is the same; the first may be another one now.
      if (this.first(record.thing) !== first) this.#sink.notifyNext(record.thing, nowUs)
    } else become(record, status, this.#epochSeconds(nowUs))
    if (stepTimeoutInMinutes !== undefined) this.setStepTimer(record, stepTimeoutInMinutes, nowUs)
  }

  secondsLeft(record: ExecutionRecord, nowUs: number): number | undefined {
    return this.#timers.secondsLeft(record, nowUs)
  }

  /** When to call `advance`: perhaps too early, never too late. Infinity is never. */
  nextUs(): number {
    return Math.min(this.#timers.nextUs() ?? Number.POSITIVE_INFINITY, this.#rolloutUs)
  }

  /** Lets time go on: executions time out and are rolled out, in the order of their times. */
  advance(nowUs: number): void {
    for (let atUs = this.nextUs(); atUs <= nowUs; atUs = this.nextUs()) {
      this.#timers.advance(atUs, this.#timedOut)
      if (this.#rolloutUs <= atUs) this.#rollOut(atUs)
    }
  }

  /** Executions that have not ended, thing by thing. */
  *open(): Generator<ExecutionRecord> {
    for (const list of this.#pending)
      for (let at = list.first(); at !== undefined; at = list.after(at)) yield at
  }

  readonly #timedOut = (index: number, atUs: number): void => {
    const record = this.#records[index]
    if (record !== undefined) this.#end(record, 'TIMED_OUT', atUs)
  }

  #enterProgress(record: ExecutionRecord, nowUs: number): void {
    const list = this.#listOf(record.thing)
    list.remove(record)
    become(record, 'IN_PROGRESS', this.#epochSeconds(nowUs))
    list.insertInProgress(record)
    this.#timers.started(record, nowUs)
  }

  #end(record: ExecutionRecord, status: ExecutionStatus, nowUs: number): void {
    const { thing, job } = record
    const first = this.first(thing)
    this.#listOf(thing).remove(record)
    this.#timers.stop(record)
    become(record, status, this.#epochSeconds(nowUs))
    this.#sink.ended(record)
    if (job.perThing === Number.POSITIVE_INFINITY)
      this.#queue(job, thing, record.ordinal + 1, nowUs)
    this.#changed(thing, first, nowUs)
  }

  /** @param first the first pending one before the set of them changed. */
  #changed(thing: number, first: ExecutionRecord | undefined, nowUs: number): void {
    this.#sink.notify(thing, nowUs)
    if (this.first(thing) !== first) this.#sink.notifyNext(thing, nowUs)
  }

  #rollOut(nowUs: number): void {
    this.#rolloutUs = Number.POSITIVE_INFINITY
    let hasFinished = false
    for (const rollout of this.#rollouts) {
      let nextUs = rollout.nextUs()
      for (; nextUs !== undefined && nextUs <= nowUs; nextUs = rollout.nextUs())
        this.#rollOutOne(rollout, nowUs)
      if (nextUs === undefined) hasFinished = true
      else if (nextUs < this.#rolloutUs) this.#rolloutUs = nextUs
    }
    if (hasFinished)
      this.#rollouts = this.#rollouts.filter((rollout) => rollout.nextUs() !== undefined)
  }

  #rollOutOne(rollout: Rollout, nowUs: number): void {
    const { job, ordinal } = rollout
    const thing = rollout.takeThing()
    const first = this.first(thing)
    this.#queue(job, thing, ordinal, nowUs)
    if (this.#together === undefined) this.#changed(thing, first, nowUs)
    else if (!this.#together.has(thing)) this.#together.set(thing, first)
  }

  #queue(job: Job, thing: number, ordinal: number, nowUs: number): void {
    const slot = slotOf(job, thing, ordinal)
    // Only an endless row has one here: the execution before the last, which is forgotten now.
    let record = job.slots.get(slot)
    if (record === undefined) {
      record = newRecord(this.#records.length, thing, job)
      this.#records.push(record)
      job.slots.set(slot, record)
    }
    this.#sequence += 1
    queueRecord(record, ordinal, jobIdOf(job, ordinal), this.#sequence, this.#epochSeconds(nowUs))
    this.#listOf(thing).append(record)
  }

  #listOf(thing: number): PendingList {
    const list = this.#pending[thing]
    if (list === undefined) throw new RangeError(`no thing has the index ${thing}`)
    return list
  }
}
