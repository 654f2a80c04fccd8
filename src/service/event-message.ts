import { arnOf } from './control/arns.ts'
import type { JobTarget, JobView } from './job-control.ts'
import type { JobEvent } from './job-events.ts'

export interface EventMessage {
  readonly topic: string
  readonly payload: string
}

/** What an event needs to know beside itself. */
export interface EventStamp {
  readonly eventId: string
  /** Whole seconds since the epoch. */
  readonly timestamp: number
  readonly region: string
  readonly nameOf: (thing: number) => string
}

/** An event as it is published (AWS IoT Developer Guide, Jobs events). */
export function eventMessage(event: JobEvent, stamp: EventStamp): EventMessage {
  const { eventId, timestamp } = stamp
  const head = { eventType: event.type, eventId, timestamp }
  if (event.type === 'JOB') {
    const { operation, job } = event
    const body = {
      ...head,
      operation,
      jobId: job.jobId,
      ...jobMembers(event.operation, job, stamp),
    }
    return { topic: `$aws/events/job/${job.jobId}/${operation}`, payload: JSON.stringify(body) }
  }
  const { status, execution } = event
  const operation = status.toLowerCase()
  const { jobId, thing, statusDetails } = execution
  const thingArn = arnOf(stamp.region, 'thing', stamp.nameOf(thing))
  return {
    topic: `$aws/events/jobExecution/${jobId}/${operation}`,
    payload: JSON.stringify({ ...head, operation, jobId, thingArn, status, statusDetails }),
  }
}

/** Times are whole seconds: the guide's examples, with milliseconds, are older than the wire. */
function jobMembers(operation: string, job: JobView, { region, nameOf }: EventStamp): object {
  const arn = (target: JobTarget) =>
    target.kind === 'thing'
      ? arnOf(region, 'thing', nameOf(target.thing))
      : arnOf(region, 'thinggroup', target.group)
  return {
    status: operation.toUpperCase(),
    targetSelection: job.targetSelection,
    targets: job.targets.map(arn),
    description: job.description,
    completedAt: job.completedAt && Math.floor(job.completedAt),
    createdAt: Math.floor(job.createdAt),
    lastUpdatedAt: Math.floor(job.lastUpdatedAt),
    comment: job.comment,
    jobProcessDetails: operation === 'completed' ? processDetails(job) : undefined,
  }
}

function processDetails({ counts }: JobView): object {
  return {
    numberOfCanceledThings: counts.CANCELED,
    numberOfRejectedThings: counts.REJECTED,
    numberOfFailedThings: counts.FAILED,
    numberOfRemovedThings: counts.REMOVED,
    numberOfSucceededThings: counts.SUCCEEDED,
    numberOfTimedOutThings: counts.TIMED_OUT,
  }
}
