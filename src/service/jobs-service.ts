import type { ServiceLedger, StandInSettings } from '../protocol/admin.ts'
import type {
  Accepted,
  DescribeRequest,
  ExecutionStatus,
  JobsNotification,
  JobsRequest,
  Operation,
  Rejected,
  Reply,
} from '../protocol/jobs.ts'
import { NEXT_JOB } from '../protocol/limits.ts'
import { DEFAULT_SWITCHES, type ServiceSwitches } from '../protocol/switches.ts'
import { BrokerQuotas } from './broker-quotas.ts'
import { Counts } from './counts.ts'
import { executionView, NextView, notifyView } from './execution-views.ts'
import { Executions } from './executions.ts'
import { type Fate, Fates } from './faults.ts'
import type { JobControl } from './job-control.ts'
import { JobDesk } from './job-desk.ts'
import { type EventsWanted, type JobEvent, JobEvents } from './job-events.ts'
import type { ExecutionRecord } from './job-execution.ts'
import { JobLife } from './job-life.ts'
import { JobTable } from './job-table.ts'
import { decide } from './operations.ts'
import { jobsOfRow, paceOfRow } from './scenario-jobs.ts'
import { ThingGroups } from './thing-groups.ts'
import { ThingNames } from './thing-names.ts'
import { TokenBucket } from './token-bucket.ts'

/** Called while the service works: do not call it back, but to ask for the notification. */
export interface ServiceSink {
  /** The set of pending executions of the thing changed. `notifyOf` has the content now. */
  notify(thing: number, nowUs: number): void
  /** The first pending execution of the thing changed. `notifyNextOf` has the content now. */
  notifyNext(thing: number, nowUs: number): void
  /** Only of what `events` asks for. */
  event?(event: JobEvent, nowUs: number): void
}

const THROTTLED: Rejected = {
  kind: 'rejected',
  code: 'RequestThrottled',
  message: 'Rate exceeded',
}
const NOTHING: Accepted = { kind: 'accepted' }
const NOTHING_PENDING: Accepted = { kind: 'accepted', inProgressJobs: [], queuedJobs: [] }
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
  readonly #jobs = new JobTable()
  readonly #life: JobLife
  readonly #groups = new ThingGroups()
  /** What the control plane may do with jobs. */
  readonly control: JobControl
  /** What the message broker lets through to it, and from it. */
  readonly broker: BrokerQuotas
  readonly switches: ServiceSwitches
  /** Which events the sink is told. */
  readonly events: EventsWanted
  readonly #writes: TokenBucket
  readonly #reads: TokenBucket
  #hasBegun = false
  /** Executions of the scenario that come with the beginning; with an endless row Infinity for ever. */
  #toBegin = 0

  /** @param epochSeconds the wall clock's seconds at a time of ours; devices see whole ones. */
  constructor(
    settings: StandInSettings,
    epochSeconds: (nowUs: number) => number,
    sink: ServiceSink,
  ) {
    const { seed, things, quotas, latency, faults, minuteUs, namePrefix } = settings
    this.#settings = settings
    this.#toBegin = settings.jobs.reduce((sum, { perThing }) => sum + perThing * things, 0)
    this.#names = new ThingNames(namePrefix, things)
    const counts = new Counts(things)
    this.#counts = counts
    this.#fates = new Fates(seed, latency, faults, things)
    this.switches = { ...DEFAULT_SWITCHES, ...settings.switches }
    const jobs = this.#jobs
    const groups = this.#groups
    const events = new JobEvents((event, nowUs) => sink.event?.(event, nowUs))
    this.events = events.wanted
    const executionSettings = { seed, minuteUs, switches: this.switches, epochSeconds }
    const executions = new Executions(things, jobs, executionSettings, {
      notify: (thing, nowUs) => sink.notify(thing, nowUs),
      notifyNext: (thing, nowUs) => sink.notifyNext(thing, nowUs),
      ended: (record: ExecutionRecord, nowUs) => {
        counts.ended(record.thing, record.jobId, record.executionNumber, record.status)
        events.ended(record, nowUs)
        life.ended(record, nowUs)
      },
    })
    const life = new JobLife(jobs, executions, groups, minuteUs, epochSeconds, events)
    this.#executions = executions
    this.#life = life
    const advance = (nowUs: number) => this.advance(nowUs)
    this.control = new JobDesk({ jobs, executions, life, groups, minuteUs, epochSeconds, advance })
    const bucket = (ratePerSecond: number) => new TokenBucket(ratePerSecond, quotas.burstSeconds)
    this.#writes = bucket(quotas.writesPerSecond)
    this.#reads = bucket(quotas.readsPerSecond)
    this.broker = new BrokerQuotas(quotas, counts.lostRequests)
  }

  /** The scenario's jobs are created, and fault windows count from T0. Once; later calls do nothing. */
  begin(nowUs: number, t0Us = nowUs): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    if (this.#toBegin < Number.POSITIVE_INFINITY) this.#toBegin = 0
    this.#fates.begin(t0Us)
    this.#executions.together(nowUs, () => {
      const { jobs, things, minuteUs } = this.#settings
      for (const job of jobs)
        this.#life.create(jobsOfRow(job, minuteUs), things, paceOfRow(job), nowUs)
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

  /** The thing leaves its groups, its executions end (switch 19), and its name is free. */
  removeThing(index: number, nowUs: number): void {
    this.control.thingRemoved(index, nowUs)
    this.#names.remove(index)
  }

  /**
   * Executions that have not ended and those that are still to be rolled out or retried, before the
   * beginning those of the scenario too. Infinity with an endless row.
   */
  openExecutions(): number {
    return this.#executions.openCount + this.#life.toCome + this.#toBegin
  }

  /** Of the first pending execution of the thing; undefined without one. */
  firstStatusOf(thing: number): ExecutionStatus | undefined {
    return this.#executions.first(thing)?.status
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
    if (this.nextUs <= nowUs) this.advance(nowUs)
    let reply: Reply
    if (!this.#bucketOf(operation).take(nowUs)) reply = THROTTLED
    else if (thing === undefined) reply = this.#toStranger(operation, request)
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

  /** From the arrival of a request to the departure of its answer, at most: `delayUs` of its fate. */
  get longestDelayUs(): number {
    return this.#fates.longestDelayUs
  }

  /** How much later than its cause a notification leaves. To be asked once for each. */
  notificationDelayUs(thing: number, nowUs: number): number {
    return this.#fates.notificationDelayUs(thing, nowUs)
  }

  notifyOf(thing: number): JobsNotification {
    return notifyView(this.#executions.pendingOf(thing, this.switches.pendingEntries))
  }

  /** @param nowUs for the signatures in its document. */
  notifyNextOf(thing: number, nowUs: number): JobsNotification {
    const first = this.#executions.first(thing)
    if (first === undefined) return { kind: 'notify-next' }
    const document = this.#executions.documentOf(first, nowUs)
    return new NextView(executionView(first, undefined, document))
  }

  /** When to call `advance`: perhaps too early, never too late. Infinity is never. */
  get nextUs(): number {
    const timerUs = this.#executions.nextUs
    const jobUs = this.#life.nextUs
    return timerUs < jobUs ? timerUs : jobUs
  }

  /** Lets timers run out, rollouts go on and schedules come, in the order of their times. */
  advance(nowUs: number): void {
    for (let atUs = this.nextUs; atUs <= nowUs; atUs = this.nextUs) {
      this.#executions.advance(atUs)
      this.#life.advance(atUs)
    }
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
      byStatus: this.#counts.byStatus,
      limits: { connectionPublishes: this.broker.dropped },
    }
  }

  /** A device of a thing that there is not (switch 10). */
  #toStranger(operation: Operation, request: JobsRequest): Reply {
    if (this.switches.unknownThing === 'not-found') return UNKNOWN_THING
    if (operation === 'get-pending') return NOTHING_PENDING
    const isNext = operation === 'describe' && (request as DescribeRequest).jobId === NEXT_JOB
    return isNext || operation === 'start-next' ? NOTHING : UNKNOWN_THING
  }

  #bucketOf(operation: Operation): TokenBucket {
    return operation === 'start-next' || operation === 'update' ? this.#writes : this.#reads
  }
}
