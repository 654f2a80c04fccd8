import type { ExecutionStatus } from '../../protocol/jobs.ts'
import type { ControlExecution, JobTarget, JobView } from '../job-control.ts'
import { arnOf } from './arns.ts'

/** Which thing has which index, and which group which id. */
export interface Names {
  nameOf(thing: number): string
  groupIdOf(group: string): string | undefined
}

/** Jobs and executions as the control plane shows them (protocol 4.4). */
export class JobViews {
  readonly #names: Names

  constructor(names: Names) {
    this.#names = names
  }

  job(view: JobView, region: string): object {
    const { jobId, description, completedAt } = view
    return {
      jobArn: arnOf(region, 'job', jobId),
      jobId,
      targetSelection: view.targetSelection,
      status: view.status,
      forceCanceled: view.forceCanceled,
      reasonCode: view.reasonCode,
      comment: view.comment,
      targets: this.#arns(view.targets, region),
      description,
      presignedUrlConfig: view.presignedUrlConfig ?? {},
      jobExecutionsRolloutConfig: view.jobExecutionsRolloutConfig,
      abortConfig: view.abortConfig,
      timeoutConfig: view.timeoutConfig,
      jobExecutionsRetryConfig: view.jobExecutionsRetryConfig,
      schedulingConfig: view.schedulingConfig,
      createdAt: view.createdAt,
      lastUpdatedAt: view.lastUpdatedAt,
      completedAt,
      isConcurrent: view.isConcurrent,
      jobProcessDetails: this.#details(view, region),
      ...view.repeated,
    }
  }

  jobSummary(view: JobView, region: string): object {
    return {
      jobArn: arnOf(region, 'job', view.jobId),
      jobId: view.jobId,
      thingGroupId: this.#groupId(view.targets),
      targetSelection: view.targetSelection,
      status: view.status,
      createdAt: view.createdAt,
      lastUpdatedAt: view.lastUpdatedAt,
      completedAt: view.completedAt,
      isConcurrent: view.isConcurrent,
    }
  }

  execution(view: ControlExecution, region: string): object {
    const { statusDetails } = view
    return {
      jobId: view.jobId,
      status: view.status,
      forceCanceled: view.forceCanceled,
      statusDetails: statusDetails === undefined ? {} : { detailsMap: statusDetails },
      thingArn: this.thingArn(view.thing, region),
      queuedAt: view.queuedAt,
      startedAt: view.startedAt,
      lastUpdatedAt: view.lastUpdatedAt,
      executionNumber: view.executionNumber,
      versionNumber: view.versionNumber,
      approximateSecondsBeforeTimedOut: view.approximateSecondsBeforeTimedOut,
    }
  }

  executionSummary(view: ControlExecution): object {
    return {
      status: view.status,
      queuedAt: view.queuedAt,
      startedAt: view.startedAt,
      lastUpdatedAt: view.lastUpdatedAt,
      executionNumber: view.executionNumber,
      retryAttempt: view.retryAttempt,
    }
  }

  thingArn(thing: number, region: string): string {
    return arnOf(region, 'thing', this.#names.nameOf(thing))
  }

  #arns(targets: readonly JobTarget[], region: string): string[] {
    return targets.map((target) =>
      target.kind === 'thing'
        ? this.thingArn(target.thing, region)
        : arnOf(region, 'thinggroup', target.group),
    )
  }

  #details({ counts, processingTargets }: JobView, region: string): object {
    return {
      processingTargets: processingTargets && this.#arns(processingTargets, region),
      ...Object.fromEntries(
        Object.entries(COUNTER_NAMES).map(([status, name]) => [
          name,
          counts[status as ExecutionStatus],
        ]),
      ),
    }
  }

  /** Of a job for one group alone: the summary has room for one. */
  #groupId(targets: readonly JobTarget[]): string | undefined {
    const [target] = targets
    if (targets.length !== 1 || target?.kind !== 'group') return undefined
    return this.#names.groupIdOf(target.group)
  }
}

/** They count executions, retries included, despite their names (protocol 4.4). */
const COUNTER_NAMES: Readonly<Record<ExecutionStatus, string>> = {
  CANCELED: 'numberOfCanceledThings',
  SUCCEEDED: 'numberOfSucceededThings',
  FAILED: 'numberOfFailedThings',
  REJECTED: 'numberOfRejectedThings',
  QUEUED: 'numberOfQueuedThings',
  IN_PROGRESS: 'numberOfInProgressThings',
  REMOVED: 'numberOfRemovedThings',
  TIMED_OUT: 'numberOfTimedOutThings',
}
