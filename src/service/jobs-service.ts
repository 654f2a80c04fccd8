import type { ServiceLedger, StandInJob, StandInSettings } from '../protocol/admin.ts'
import type { JobsNotification, JobsRequest, Operation, Rejected, Reply } from '../protocol/jobs.ts'
import { PENDING_ENTRIES_MAX } from '../protocol/limits.ts'
import { Counts } from './counts.ts'
import { executionView, notifyView } from './execution-views.ts'
import { Executions } from './executions.ts'
import { type Fate, Fates } from './faults.ts'
import type { ExecutionRecord } from './job-execution.ts'
import { decide } from './operations.ts'
import { ThingNames } from './thing-names.ts'
import { TokenBucket } from './token-bucket.ts'

/** Called while the service works: do not call it back, but to ask for the notification. */
export interface ServiceSink {
  /** The set of pending executions of the thing changed. `notifyOf` has the content now. */
  notify(thing: number, nowUs: number): void
  /** The first pending execution of the thing changed. `notifyNextOf` has the content now. */
  notifyNext(thing: number, nowUs: number): void
}

/** A job for certain things, as the control plane creates it. */
export interface NewJob {
  /** A legal job id. */
  readonly id: string
  readonly documentText: string
  /** Thing indexes; one that is named twice gets one execution. */
  readonly targets: readonly number[]
  readonly inProgressTimeoutMinutes?: number
  /** Absent: all at once. */
  readonly maximumPerMinute?: number
}

const THROTTLED: Rejected = {
  kind: 'rejected',
  code: 'RequestThrottled',
  message: 'Rate exceeded',
}
const UNKNOWN_THING: Rejected = {
  kind: 'rejected',
  code: 'ResourceNotFound',
  message: 'There is no such thing',
}

/**
 * The Jobs service of one account, without wires: requests in, replies out, notifications into a
 * sink. It has no clock and no timers; whoever drives it says what time it is, and calls `advance`
 * when `nextUs` has come. Times must not go back.
 */
export class JobsService {
  readonly #settings: StandInSettings
  readonly #names: ThingNames
  readonly #counts: Counts
  readonly #fates: Fates
  readonly #executions: Executions
  readonly #writes: TokenBucket
  readonly #reads: TokenBucket
  readonly #connects: TokenBucket
  readonly #subscribes: TokenBucket
  #hasBegun = false

  /** @param epochSeconds the wall clock's whole seconds at a time of ours. */
  constructor(
    settings: StandInSettings,
    epochSeconds: (nowUs: number) => number,
    sink: ServiceSink,
  ) {
    const { seed, things, quotas, latency, faults, minuteUs, namePrefix } = settings
    this.#settings = settings
    this.#names = new ThingNames(namePrefix, things)
    const counts = new Counts(things)
    this.#counts = counts
    this.#fates = new Fates(seed, latency, faults, things)
    this.#executions = new Executions(things, minuteUs, epochSeconds, {
      notify: (thing, nowUs) => sink.notify(thing, nowUs),
      notifyNext: (thing, nowUs) => sink.notifyNext(thing, nowUs),
      ended: ({ thing, jobId, executionNumber, status }: ExecutionRecord) =>
        counts.ended(thing, jobId, executionNumber, status),
    })
    const bucket = (ratePerSecond: number) => new TokenBucket(ratePerSecond, quotas.burstSeconds)
    this.#writes = bucket(quotas.writesPerSecond)
    this.#reads = bucket(quotas.readsPerSecond)
    this.#connects = bucket(quotas.connectsPerSecond)
    this.#subscribes = bucket(quotas.subscribesPerSecond)
  }

  /** The scenario's jobs are created, and fault windows count from here. Once; later calls do nothing. */
  begin(nowUs: number): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#fates.begin(nowUs)
    this.#executions.together(nowUs, () => {
      for (const job of this.#settings.jobs) this.#addRow(job, nowUs)
    })
  }

  get things(): number {
    return this.#names.count
  }

  thingIndex(name: string): number | undefined {
    return this.#names.indexOf(name)
  }

  thingName(index: number): string {
    return this.#names.nameOf(index)
  }

  /** @returns the index of the thing, which may have been there. It gets no job of the scenario. */
  addThing(name: string): number {
    const index = this.#names.add(name)
    this.#counts.grow(this.things)
    this.#fates.grow(this.things)
    this.#executions.grow(this.things)
    return index
  }

  createJob(job: NewJob, nowUs: number): 'created' | 'exists' {
    this.advance(nowUs)
    if (this.#executions.hasJob(job.id)) return 'exists'
    const targets = [...new Set(job.targets)]
    this.#executions.addJob(
      {
        id: job.id,
        isRow: false,
        documentText: job.documentText,
        perThing: 1,
        inProgressTimeoutUs: this.#timeoutUs(job.inProgressTimeoutMinutes),
      },
      targets,
      targets.length,
      job.maximumPerMinute,
      nowUs,
    )
    return 'created'
  }

  /**
   * Applies one request: counts it, takes from its quota, decides.
   *
   * @param thing undefined for a name that the service does not know.
   * @returns a reply that nobody may change: some are shared.
   */
  handle(
    thing: number | undefined,
    operation: Operation,
    request: JobsRequest,
    nowUs: number,
  ): Reply {
    if (this.#executions.nextUs() <= nowUs) this.#executions.advance(nowUs)
    let reply: Reply
    if (!this.#bucketOf(operation).take(nowUs)) reply = THROTTLED
    else if (thing === undefined) reply = UNKNOWN_THING
    else reply = decide(this.#executions, thing, operation, request, nowUs)
    this.#counts.answered(operation, reply)
    return reply
  }

  /** A request that came to nothing before the service saw it. It counts, and a throttle wins over it. */
  refuse(operation: Operation, rejected: Rejected, nowUs: number): Reply {
    const reply = this.#bucketOf(operation).take(nowUs) ? rejected : THROTTLED
    this.#counts.answered(operation, reply)
    return reply
  }

  /**
   * What happens to a request and its answer on their way. To be asked once a request, before `handle`
   * or `refuse`; a lost request is counted here and must not be handled.
   *
   * @returns the same object each time, valid until the next call.
   */
  fate(thing: number | undefined, operation: Operation, nowUs: number): Readonly<Fate> {
    const fate = this.#fates.ofRequest(thing, nowUs)
    if (fate.requestLost) this.#counts.lostRequests[operation] += 1
    return fate
  }

  /** How much later than its cause a notification leaves. To be asked once for each. */
  notificationDelayUs(thing: number, nowUs: number): number {
    return this.#fates.notificationDelayUs(thing, nowUs)
  }

  notifyOf(thing: number): JobsNotification {
    return notifyView(this.#executions.pendingOf(thing, PENDING_ENTRIES_MAX))
  }

  notifyNextOf(thing: number): JobsNotification {
    const first = this.#executions.first(thing)
    if (first === undefined) return { kind: 'notify-next' }
    return { kind: 'notify-next', execution: executionView(first, undefined, true) }
  }

  admitConnect(nowUs: number): boolean {
    return this.#connects.take(nowUs)
  }

  /** @param filters how many a SUBSCRIBE asks for; all are admitted, or none. */
  admitSubscribe(filters: number, nowUs: number): boolean {
    return this.#subscribes.take(nowUs, filters)
  }

  /** When to call `advance`: perhaps too early, never too late. */
  nextUs(): number | undefined {
    const nextUs = this.#executions.nextUs()
    return nextUs === Number.POSITIVE_INFINITY ? undefined : nextUs
  }

  /** Lets timers run out and rollouts go on. */
  advance(nowUs: number): void {
    this.#executions.advance(nowUs)
  }

  ledger(): ServiceLedger {
    const open: [number, string, number, string][] = []
    for (const { thing, jobId, executionNumber, status } of this.#executions.open())
      open.push([thing, jobId, executionNumber, status])
    return {
      operations: structuredClone(this.#counts.operations),
      lostRequests: { ...this.#counts.lostRequests },
      ...this.#counts.endings(this.things),
      open,
      byStatus: { ...this.#counts.byStatus },
    }
  }

  #addRow(job: StandInJob, nowUs: number): void {
    this.#executions.addJob(
      {
        id: job.id,
        isRow: true,
        documentText: job.documentText,
        perThing: job.perThing,
        inProgressTimeoutUs: this.#timeoutUs(job.inProgressTimeoutMinutes),
      },
      undefined,
      this.#settings.things,
      job.maximumPerMinute,
      nowUs,
    )
  }

  #timeoutUs(minutes: number | undefined): number {
    return minutes === undefined ? Number.POSITIVE_INFINITY : minutes * this.#settings.minuteUs
  }

  #bucketOf(operation: Operation): TokenBucket {
    return operation === 'start-next' || operation === 'update' ? this.#writes : this.#reads
  }
}
