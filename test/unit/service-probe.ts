import type { StandInJob, StandInSettings } from '../../src/protocol/admin.ts'
import type {
  Accepted,
  DescribeRequest,
  JobExecution,
  JobsNotification,
  JobsRequest,
  Operation,
  Rejected,
  Reply,
  StartNextRequest,
  UpdateRequest,
} from '../../src/protocol/jobs.ts'
import { UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import type { ControlExecution, JobSpec, JobView, Refusal } from '../../src/service/job-control.ts'
import { isRefusal } from '../../src/service/job-control.ts'
import { JobsService } from '../../src/service/jobs-service.ts'

const EPOCH_SECONDS = 1_786_000_000
export const SECOND_US = 1_000_000
export const MINUTE_US = 60 * SECOND_US

export const SETTINGS: StandInSettings = {
  seed: 7,
  things: 3,
  namePrefix: 'thing-',
  quotas: UNLIMITED_QUOTAS,
  latency: { medianUs: 0, p99Us: 0 },
  minuteUs: MINUTE_US,
  faults: [],
  jobs: [],
}

export function rowOfJobs(perThing: number, more: Partial<StandInJob> = {}): StandInJob {
  return {
    id: 'fw',
    documentText: '{"operation":"install"}',
    perThing,
    inProgressTimeoutMinutes: undefined,
    maximumPerMinute: undefined,
    ...more,
  }
}

/** A service whose notifications are kept, and whose time is a number of seconds. */
export class ServiceProbe {
  readonly service: JobsService
  nowUs = 0
  /** By thing, content as it was when the sink was called. */
  readonly notifications: { thing: number; notification: JobsNotification; atUs: number }[] = []

  constructor(settings: Partial<StandInSettings> = {}) {
    const keep = (thing: number, notification: JobsNotification, atUs: number) =>
      this.notifications.push({ thing, notification, atUs })
    this.service = new JobsService(
      { ...SETTINGS, ...settings },
      (nowUs) => EPOCH_SECONDS + Math.floor(nowUs / SECOND_US),
      {
        notify: (thing, atUs) => keep(thing, this.service.notifyOf(thing), atUs),
        notifyNext: (thing, atUs) => keep(thing, this.service.notifyNextOf(thing, atUs), atUs),
      },
    )
    this.service.begin(0)
  }

  /** Seconds since the epoch at this probe's time. */
  static epoch(seconds: number): number {
    return EPOCH_SECONDS + seconds
  }

  at(seconds: number): this {
    this.nowUs = seconds * SECOND_US
    return this
  }

  /** A job for certain things. @returns the code of a refusal. */
  create(id: string, things: number[] = [0], more: { inProgressTimeoutMinutes?: number } = {}) {
    const { inProgressTimeoutMinutes } = more
    const refusal = this.job(id, {
      targets: things.map((thing) => ({ kind: 'thing', thing })),
      ...(inProgressTimeoutMinutes !== undefined && {
        timeoutConfig: { inProgressTimeoutInMinutes: inProgressTimeoutMinutes },
      }),
    })
    return refusal?.code ?? 'created'
  }

  get control() {
    return this.service.control
  }

  /** A job of the control plane, for thing 0 when nothing else is said. */
  job(jobId: string, more: Partial<JobSpec> = {}): Refusal | undefined {
    const targets = [{ kind: 'thing', thing: 0 }] as const
    const spec = { jobId, targets, documentText: '{"do":"it"}', ...more }
    return this.control.createJob(spec, this.nowUs)
  }

  join(group: string, ...things: number[]): this {
    for (const thing of things) this.control.thingJoined(group, thing, this.nowUs)
    return this
  }

  advance(): this {
    this.service.advance(this.nowUs)
    return this
  }

  view(jobId: string): JobView {
    const view = this.control.describeJob(jobId, this.nowUs)
    if (isRefusal(view)) throw new Error(view.message)
    return view
  }

  /** The counters of a job that are not 0. */
  counts(jobId: string): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.view(jobId).counts).filter(([, many]) => many > 0),
    )
  }

  executionsOf(jobId: string, status?: ControlExecution['status']): ControlExecution[] {
    const found = this.control.executionsForJob(jobId, { status }, this.nowUs)
    if (isRefusal(found)) throw new Error(found.message)
    return [...found].map(({ value }) => value)
  }

  /** `<number> <status> v<version>` of each execution of the job on the thing, oldest first. */
  history(jobId: string, thing = 0): string[] {
    return [...this.control.executionsForThing(thing, { jobId }, this.nowUs)].map(
      ({ value: one }) => `${one.executionNumber} ${one.status} v${one.versionNumber}`,
    )
  }

  request(operation: Operation, request: JobsRequest, thing = 0): Reply {
    return this.service.handle(thing, operation, request, this.nowUs)
  }

  startNext(request: StartNextRequest = {}, thing = 0): Reply {
    return this.request('start-next', request, thing)
  }

  update(jobId: string, status: string, more: Partial<UpdateRequest> = {}, thing = 0): Reply {
    return this.request('update', { jobId, status, ...more } as UpdateRequest, thing)
  }

  describe(jobId: string, more: Partial<DescribeRequest> = {}): Reply {
    return this.request('describe', { jobId, ...more })
  }

  pending(thing = 0): string[] {
    const reply = this.request('get-pending', {}, thing) as Accepted
    return [...(reply.inProgressJobs ?? []), ...(reply.queuedJobs ?? [])].map((job) => job.jobId)
  }

  /** What was notified since the last call, in short: `notify: a*1 b1` is a in progress, version 1. */
  told(): string[] {
    return this.notifications.splice(0).map(({ notification }) => short(notification))
  }
}

export function executionIn(reply: Reply): JobExecution {
  if (reply.kind === 'rejected' || reply.execution === undefined)
    throw new Error(`no execution in ${JSON.stringify(reply)}`)
  return reply.execution
}

export function codeOf(reply: Reply): Rejected['code'] {
  return reply.kind === 'rejected' ? reply.code : 'accepted'
}

function short(notification: JobsNotification): string {
  if (notification.kind === 'notify-next') {
    const { execution } = notification
    if (execution === undefined) return 'notify-next: none'
    return `notify-next: ${execution.jobId} ${execution.status} v${execution.versionNumber}`
  }
  const lists = Object.entries(notification.jobs).map(
    ([status, jobs]) => `${status} ${jobs.map((job) => `${job.jobId} v${job.versionNumber}`)}`,
  )
  return `notify: ${lists.join('; ') || 'none'}`
}
