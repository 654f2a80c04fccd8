import { drawUnit, PURPOSE } from '../clock/draw.ts'
import type { ExecutionStatus, StatusDetails, UpdateRequest } from '../protocol/jobs.ts'
import { isTerminal } from '../protocol/jobs.ts'
import type { ServiceSwitches } from '../protocol/switches.ts'
import { ExecutionTimers } from './execution-timers.ts'
import { type Job, jobIdOf, slotOf } from './job.ts'
import { documentFor } from './job-document.ts'
import { become, type ExecutionRecord, queueRecord, storeDetails } from './job-execution.ts'
import type { JobTable } from './job-table.ts'
import { PendingLists } from './pending.ts'
import { RecordTable } from './record-table.ts'
import { addTo } from './status-counts.ts'

/** What a change of the executions brings about elsewhere. */
export interface ExecutionSink {
  /** The set of pending executions of the thing changed. */
  notify(thing: number, nowUs: number): void
  /** The first pending execution of the thing changed. */
  notifyNext(thing: number, nowUs: number): void
  /** What follows from it may be done at once: the thing is notified when all is done. */
  ended(record: ExecutionRecord, nowUs: number): void
}

export interface ExecutionSettings {
  readonly seed: number
  readonly minuteUs: number
  readonly switches: ServiceSwitches
  /** The wall clock's seconds, with a fraction, at a time of ours. */
  readonly epochSeconds: (nowUs: number) => number
}

/**
 * All executions of all things, and the only place that changes them. Each change tells the sink what
 * it did to the pending list of its thing (protocol 2.6). What becomes of the job is for `JobLife`.
 */
export class Executions {
  readonly switches: ServiceSwitches
  readonly #settings: ExecutionSettings
  readonly #sink: ExecutionSink
  readonly #jobs: JobTable
  readonly #records = new RecordTable()
  readonly #pending = new PendingLists()
  readonly #timers: ExecutionTimers
  #sequence = 0
  #frontSequence = 0
  #open = 0
  /** While changes are made together: what was first on each thing before. */
  #together: Map<number, ExecutionRecord | undefined> | undefined
  /** The thing whose change goes on and will be told at its end. */
  #changing = -1

  constructor(things: number, jobs: JobTable, settings: ExecutionSettings, sink: ExecutionSink) {
    this.switches = settings.switches
    this.#settings = settings
    this.#jobs = jobs
    this.#sink = sink
    this.#timers = new ExecutionTimers(settings.minuteUs, this.#latenessUs)
    this.grow(things)
  }

  /** Makes room for more things. */
  grow(things: number): void {
    this.#pending.grow(things)
  }

  /** How many have not ended. */
  get openCount(): number {
    return this.#open
  }

  first(thing: number): ExecutionRecord | undefined {
    return this.#pending.first(thing)
  }

  /** The first `limit` pending executions of the thing, in order. */
  pendingOf(thing: number, limit: number): ExecutionRecord[] {
    return this.#pending.list(thing, limit)
  }

  /** The same, but those that reads do not see yet (switch 17). */
  visibleOf(thing: number, limit: number, nowUs: number): ExecutionRecord[] {
    if (this.switches.describeLagMs === 0) return this.pendingOf(thing, limit)
    const pending = this.pendingOf(thing, Number.POSITIVE_INFINITY)
    return pending.filter((record) => this.isVisible(record, nowUs)).slice(0, limit)
  }

  /** @param executionNumber undefined: the latest execution of the job on the thing. */
  find(
    thing: number,
    jobId: string,
    executionNumber: number | undefined,
  ): ExecutionRecord | undefined {
    // Nearly always the one that the thing is busy with.
    const first = this.first(thing)
    let record = first?.jobId === jobId ? first : this.#jobs.find(thing, jobId)
    if (executionNumber === undefined) return record
    while (record !== undefined && record.executionNumber !== executionNumber)
      record = record.earlier
    return record
  }

  at(index: number): ExecutionRecord | undefined {
    return this.#records.at(index)
  }

  /**
   * Gives the thing an execution of the job: its first, or one with the next number.
   *
   * @param ordinal as of `slotOf`.
   */
  queue(job: Job, thing: number, ordinal: number, nowUs: number): void {
    const first = this.first(thing)
    this.#queue(job, thing, ordinal, 0, nowUs)
    this.#changed(thing, first, nowUs)
  }

  /** One more execution in place of one that has failed. */
  retry({ job, thing, ordinal, retryAttempt }: ExecutionRecord, nowUs: number): void {
    const first = this.first(thing)
    this.#queue(job, thing, ordinal, retryAttempt + 1, nowUs)
    this.#changed(thing, first, nowUs)
  }

  /** Several changes as one: a thing that gets ten executions is notified once. */
  together(nowUs: number, change: () => void): void {
    const before = new Map<number, ExecutionRecord | undefined>()
    this.#together = before
    change()
    this.#together = undefined
    for (const [thing, first] of before) this.#changed(thing, first, nowUs)
  }

  /** QUEUED to IN_PROGRESS, asked for with start-next. */
  start(record: ExecutionRecord, details: StatusDetails | undefined, nowUs: number): void {
    storeDetails(record, details, this.switches.statusDetails)
    this.#enterProgress(record, nowUs)
  }

  setStepTimer(record: ExecutionRecord, minutes: number, nowUs: number): void {
    this.#timers.setStep(record, minutes, nowUs)
  }

  /** An update that was not refused. */
  update(record: ExecutionRecord, request: UpdateRequest, nowUs: number): void {
    const { status, stepTimeoutInMinutes } = request
    storeDetails(record, request.statusDetails, this.switches.statusDetails)
    if (isTerminal(status)) {
      this.#end(record, status, 1, nowUs)
      return
    }
    if (record.status === 'QUEUED') {
      const first = this.first(record.thing)
      this.#enterProgress(record, nowUs)
      // The set of pending ones is the same; the first may be another one now.
      if (this.first(record.thing) !== first) this.#sink.notifyNext(record.thing, nowUs)
    } else become(record, status, this.#settings.epochSeconds(nowUs), 1)
    if (stepTimeoutInMinutes !== undefined) this.setStepTimer(record, stepTimeoutInMinutes, nowUs)
  }

  /** The service ends a pending execution. */
  end(
    record: ExecutionRecord,
    status: 'CANCELED' | 'REMOVED' | 'TIMED_OUT',
    nowUs: number,
    details?: StatusDetails,
  ): void {
    storeDetails(record, details, this.switches.statusDetails)
    record.forceCanceled = status === 'CANCELED' && record.status === 'IN_PROGRESS'
    this.#end(record, status, this.switches.serviceChangeVersions, nowUs)
  }

  /** As if it had never been. It has ended. */
  delete(record: ExecutionRecord): void {
    addTo(record.job.counts, record.status, -1)
    this.#unchain(record)
    this.#records.free(record)
  }

  secondsLeft(record: ExecutionRecord, nowUs: number): number | undefined {
    return this.#timers.secondsLeft(record, nowUs)
  }

  /** The document as a device gets it now. */
  documentOf({ job }: ExecutionRecord, nowUs: number): string {
    if (job.presigned === undefined) return job.documentText
    return documentFor(job, this.#settings.epochSeconds(nowUs))
  }

  /** Whether reads see it yet (switch 17). */
  isVisible(record: ExecutionRecord, nowUs: number): boolean {
    const { describeLagMs } = this.switches
    if (describeLagMs === 0) return true
    return (this.#settings.epochSeconds(nowUs) - record.queuedAt) * 1_000 >= describeLagMs
  }

  /** When an execution may time out: perhaps too early, never too late. Infinity is never. */
  get nextUs(): number {
    return this.#timers.nextUs
  }

  /** Lets executions time out, in the order of their times. */
  advance(nowUs: number): void {
    this.#timers.advance(nowUs, this.#timedOut)
  }

  /** Executions that have not ended, thing by thing. */
  *open(): Generator<ExecutionRecord> {
    for (let thing = 0; thing < this.#pending.things; thing++)
      for (let at = this.first(thing); at !== undefined; at = at.next) yield at
  }

  readonly #timedOut = (index: number, atUs: number): void => {
    const record = this.#records.at(index)
    if (record !== undefined) this.end(record, 'TIMED_OUT', atUs)
  }

  readonly #latenessUs = ({ thing, sequence }: ExecutionRecord): number => {
    const { timeoutLatenessSeconds } = this.switches
    if (timeoutLatenessSeconds === 0) return 0
    const { seed, minuteUs } = this.#settings
    const unit = drawUnit(seed, thing, sequence, PURPOSE.lateness, 0)
    return Math.floor((unit * timeoutLatenessSeconds * minuteUs) / 60)
  }

  #enterProgress(record: ExecutionRecord, nowUs: number): void {
    this.#pending.remove(record)
    become(record, 'IN_PROGRESS', this.#settings.epochSeconds(nowUs), 1)
    this.#pending.insertInProgress(record)
    this.#timers.started(record, nowUs)
  }

  #end(record: ExecutionRecord, status: ExecutionStatus, versions: number, nowUs: number): void {
    const { thing } = record
    const first = this.first(thing)
    const around = this.#changing
    this.#changing = thing
    this.#pending.remove(record)
    this.#timers.stop(record)
    become(record, status, this.#settings.epochSeconds(nowUs), versions)
    this.#open -= 1
    this.#sink.ended(record, nowUs)
    this.#changing = around
    this.#changed(thing, first, nowUs)
  }

  /** @param first the first pending one before the set of them changed. */
  #changed(thing: number, first: ExecutionRecord | undefined, nowUs: number): void {
    if (thing === this.#changing) return
    if (this.#together !== undefined) {
      if (!this.#together.has(thing)) this.#together.set(thing, first)
      return
    }
    this.#sink.notify(thing, nowUs)
    if (this.first(thing) !== first) this.#sink.notifyNext(thing, nowUs)
  }

  #queue(job: Job, thing: number, ordinal: number, retryAttempt: number, nowUs: number): void {
    const record = this.#recordFor(job, thing, ordinal)
    record.retryAttempt = retryAttempt
    this.#open += 1
    // An order below all others, so that it stays in front once it is in progress.
    const isInFront = retryAttempt > 0 && this.switches.retryPlace === 'front'
    const sequence = isInFront ? --this.#frontSequence : ++this.#sequence
    const nowSeconds = this.#settings.epochSeconds(nowUs)
    queueRecord(record, ordinal, jobIdOf(job, ordinal), sequence, nowSeconds)
    job.counts.QUEUED += 1
    if (isInFront) this.#pending.prepend(record)
    else this.#pending.append(record)
  }

  #recordFor(job: Job, thing: number, ordinal: number): ExecutionRecord {
    const slot = slotOf(job, thing, ordinal)
    const latest = job.latest.get(slot)
    if (latest !== undefined && latest.ordinal !== ordinal) {
      // In an endless row: the execution before the last, which is forgotten now with its retries.
      for (let at = latest.earlier; at !== undefined; at = at.earlier) this.#records.free(at)
      latest.earlier = undefined
      latest.executionNumber = 1
      return latest
    }
    const record = this.#records.make(thing, job)
    if (latest !== undefined) {
      record.earlier = latest
      record.executionNumber = latest.executionNumber + 1
    }
    job.latest.set(slot, record)
    if (!job.isEndless) job.records.push(record)
    return record
  }

  #unchain(record: ExecutionRecord): void {
    const { job, thing, ordinal, earlier } = record
    const slot = slotOf(job, thing, ordinal)
    const latest = job.latest.get(slot)
    if (latest === record) {
      if (earlier === undefined) job.latest.delete(slot)
      else job.latest.set(slot, earlier)
      return
    }
    for (let later = latest; later !== undefined; later = later.earlier)
      if (later.earlier === record) later.earlier = earlier
  }
}
