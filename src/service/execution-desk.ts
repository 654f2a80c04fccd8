import { isTerminal } from '../protocol/jobs.ts'
import type { Executions } from './executions.ts'
import type { Job } from './job.ts'
import type {
  ControlExecution,
  ExecutionCancel,
  ExecutionFilter,
  JobControl,
  Placed,
  Refusal,
} from './job-control.ts'
import type { ExecutionRecord } from './job-execution.ts'
import type { JobLife } from './job-life.ts'
import type { JobTable } from './job-table.ts'
import { controlExecution } from './job-views.ts'
import { noExecution, noJob, notIn, refused } from './refusals.ts'
import type { ThingGroups } from './thing-groups.ts'

/** What the desk works on. */
export interface DeskParts {
  readonly jobs: JobTable
  readonly executions: Executions
  readonly life: JobLife
  readonly groups: ThingGroups
  readonly minuteUs: number
  /** The wall clock's seconds, with a fraction, at a time of ours. */
  readonly epochSeconds: (nowUs: number) => number
  /** Lets all happen that is due. */
  readonly advance: (nowUs: number) => void
}

/** What the control plane asks of single executions, and what the registry tells of things. */
export class ExecutionDesk
  implements
    Pick<
      JobControl,
      | 'executionsForJob'
      | 'executionsForThing'
      | 'describeExecution'
      | 'cancelExecution'
      | 'deleteExecution'
      | 'thingJoined'
      | 'thingLeft'
      | 'thingRemoved'
    >
{
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  executionsForJob(
    jobId: string,
    filter: ExecutionFilter,
    nowUs: number,
  ): Iterable<Placed<ControlExecution>> | Refusal {
    this.#parts.advance(nowUs)
    const job = this.#parts.jobs.get(jobId)
    return job === undefined ? noJob(jobId) : this.#executionsOf(job, filter, nowUs)
  }

  *executionsForThing(
    thing: number,
    filter: ExecutionFilter,
    nowUs: number,
  ): Generator<Placed<ControlExecution>> {
    this.#parts.advance(nowUs)
    const { status, jobId, after } = filter
    const records = this.#recordsOf(thing)
      .filter((one) => status === undefined || one.status === status)
      .filter((one) => jobId === undefined || one.jobId === jobId)
      .filter((one) => after === undefined || one.sequence > after)
      .sort((one, other) => one.sequence - other.sequence)
    for (const record of records) yield { place: record.sequence, value: this.#view(record, nowUs) }
  }

  describeExecution(
    thing: number,
    jobId: string,
    executionNumber: number | undefined,
    nowUs: number,
  ): ControlExecution | Refusal {
    this.#parts.advance(nowUs)
    const record = this.#parts.executions.find(thing, jobId, executionNumber)
    return record === undefined ? noExecution(jobId) : this.#view(record, nowUs)
  }

  cancelExecution(
    thing: number,
    jobId: string,
    { force, expectedVersion, statusDetails }: ExecutionCancel,
    nowUs: number,
  ): Refusal | undefined {
    const { executions, advance } = this.#parts
    advance(nowUs)
    const record = executions.find(thing, jobId, undefined)
    if (record === undefined) return noExecution(jobId)
    const { status, versionNumber } = record
    if (expectedVersion !== undefined && expectedVersion !== versionNumber)
      return refused(
        'VersionConflictException',
        `Expected version ${expectedVersion} but found version ${versionNumber}`,
      )
    if (isTerminal(status) || (status === 'IN_PROGRESS' && !force)) return notIn(status)
    executions.end(record, 'CANCELED', nowUs, statusDetails)
    return undefined
  }

  deleteExecution(
    thing: number,
    jobId: string,
    executionNumber: number,
    force: boolean,
    nowUs: number,
  ): Refusal | undefined {
    const { executions, life, advance } = this.#parts
    advance(nowUs)
    const record = executions.find(thing, jobId, executionNumber)
    // Those of an endless row follow each other for ever: to delete one would take a hole.
    if (record === undefined || record.job.isEndless) return noExecution(jobId)
    if (record.status === 'IN_PROGRESS' && !force) return notIn(record.status)
    life.deleteExecution(record, nowUs)
    return undefined
  }

  thingJoined(group: string, thing: number, nowUs: number): void {
    const { life, groups, advance } = this.#parts
    advance(nowUs)
    // Jobs that reach the thing through another target go on as they are.
    const jobs = groups.followersOf(group).filter((job) => !groups.isTargeted(job, thing))
    if (!groups.join(group, thing)) return
    for (const job of jobs) life.joined(job, thing, nowUs)
  }

  thingLeft(group: string, thing: number, nowUs: number): void {
    const { life, groups, advance } = this.#parts
    advance(nowUs)
    if (!groups.leave(group, thing)) return
    for (const job of groups.followersOf(group))
      if (!groups.isTargeted(job, thing)) life.left(job, thing, nowUs)
  }

  thingRemoved(thing: number, nowUs: number): void {
    const { life, executions, groups, advance } = this.#parts
    advance(nowUs)
    groups.remove(thing)
    if (executions.switches.deletedThing === 'removed') life.removeThing(thing, nowUs)
  }

  *#executionsOf(
    job: Job,
    { status, after = 0 }: ExecutionFilter,
    nowUs: number,
  ): Generator<Placed<ControlExecution>> {
    for (let at = after; at < job.records.length; at++) {
      const record = job.records[at]
      if (record === undefined || (status !== undefined && record.status !== status)) continue
      yield { place: at + 1, value: this.#view(record, nowUs) }
    }
  }

  #recordsOf(thing: number): ExecutionRecord[] {
    const records: ExecutionRecord[] = []
    for (const job of this.#parts.jobs.withRows())
      for (const slot of job.isEndless ? [thing * 2, thing * 2 + 1] : [thing])
        for (let at = job.latest.get(slot); at !== undefined; at = at.earlier) records.push(at)
    return records
  }

  #view(record: ExecutionRecord, nowUs: number): ControlExecution {
    return controlExecution(record, this.#parts.executions.secondsLeft(record, nowUs))
  }
}
