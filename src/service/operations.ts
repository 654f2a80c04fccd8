import type {
  Accepted,
  DescribeRequest,
  ExecutionStatus,
  JobsRequest,
  Operation,
  RejectCode,
  Rejected,
  Reply,
  StartNextRequest,
  UpdateRequest,
} from '../protocol/jobs.ts'
import { isTerminal } from '../protocol/jobs.ts'
import { NEXT_JOB } from '../protocol/limits.ts'
import { invalidRequest, problem } from '../protocol/parse-request.ts'
import { executionView, splitSummaries, stateView } from './execution-views.ts'
import type { Executions } from './executions.ts'
import { type ExecutionRecord, isStepTimeout, updateRefusal } from './job-execution.ts'

/** Shared by all answers that say no more than yes; nobody changes a reply. */
const ACCEPTED: Accepted = { kind: 'accepted' }

/** What only the service sets. QUEUED is not among them: to set it is a wrong transition (3.2). */
function isServiceOnly(status: ExecutionStatus): boolean {
  return status === 'CANCELED' || status === 'REMOVED' || status === 'TIMED_OUT'
}

/** The four operations of a known thing, with a request that was parsed. */
export function decide(
  executions: Executions,
  thing: number,
  operation: Operation,
  request: JobsRequest,
  nowUs: number,
): Reply {
  switch (operation) {
    case 'start-next':
      return startNext(executions, thing, request as StartNextRequest, nowUs)
    case 'update':
      return update(executions, thing, request as UpdateRequest, nowUs)
    case 'describe':
      return describe(executions, thing, request as DescribeRequest, nowUs)
    case 'get-pending':
      return getPending(executions, thing, nowUs)
  }
}

function startNext(
  executions: Executions,
  thing: number,
  request: StartNextRequest,
  nowUs: number,
): Reply {
  const { stepTimeoutInMinutes } = request
  if (!isStepTimeout(stepTimeoutInMinutes)) return badStepTimeout(stepTimeoutInMinutes)
  const record = executions.first(thing)
  if (record === undefined) return ACCEPTED
  // One that is in progress is returned as it is, its details and version untouched (protocol 3.3).
  const isNew = record.status === 'QUEUED'
  if (isNew) executions.start(record, request.statusDetails, nowUs)
  const isTimed = isNew || executions.switches.startNextStepTimeout === 'set'
  if (stepTimeoutInMinutes !== undefined && isTimed)
    executions.setStepTimer(record, stepTimeoutInMinutes, nowUs)
  return accepted(executions, record, true, nowUs)
}

function update(
  executions: Executions,
  thing: number,
  request: UpdateRequest,
  nowUs: number,
): Reply {
  const { jobId, executionNumber, status } = request
  if (isServiceOnly(status) && executions.switches.serviceOnlyStatus === 'InvalidRequest')
    return invalidRequest([problem(status, 'status', 'Member must be a status for devices to set')])
  const record = executions.find(thing, jobId, executionNumber)
  if (record === undefined) return notFound(jobId, executionNumber)
  const refusal = updateRefusal(record, request)
  if (refusal !== undefined) return refused(refusal, record, request)
  executions.update(record, request, nowUs)
  const { includeJobExecutionState: withState, includeJobDocument: withDocument } = request
  if (!withState && !withDocument) return ACCEPTED
  return {
    kind: 'accepted',
    executionState: withState ? stateView(record) : undefined,
    jobDocument: withDocument ? executions.documentOf(record, nowUs) : undefined,
  }
}

function describe(
  executions: Executions,
  thing: number,
  request: DescribeRequest,
  nowUs: number,
): Reply {
  const { jobId, executionNumber, includeJobDocument = true } = request
  if (jobId === NEXT_JOB) {
    const first = executions.visibleOf(thing, 1, nowUs)[0]
    return first === undefined ? ACCEPTED : accepted(executions, first, includeJobDocument, nowUs)
  }
  const record = executions.find(thing, jobId, executionNumber)
  if (record === undefined || !executions.isVisible(record, nowUs))
    return notFound(jobId, executionNumber)
  if (isTerminal(record.status))
    return rejected('TerminalStateReached', `The execution of job ${jobId} is ${record.status}`)
  return accepted(executions, record, includeJobDocument, nowUs)
}

function getPending(executions: Executions, thing: number, nowUs: number): Reply {
  const most = executions.switches.pendingEntries
  const { inProgress, queued } = splitSummaries(executions.visibleOf(thing, most, nowUs))
  return { kind: 'accepted', inProgressJobs: inProgress, queuedJobs: queued }
}

function accepted(
  executions: Executions,
  record: ExecutionRecord,
  withDocument: boolean,
  nowUs: number,
): Accepted {
  const secondsLeft = executions.secondsLeft(record, nowUs)
  const document = withDocument ? executions.documentOf(record, nowUs) : undefined
  return { kind: 'accepted', execution: executionView(record, secondsLeft, document) }
}

function refused(code: RejectCode, record: ExecutionRecord, request: UpdateRequest): Rejected {
  if (code === 'InvalidRequest') return badStepTimeout(request.stepTimeoutInMinutes)
  const message =
    code === 'VersionMismatch'
      ? `Expected version ${request.expectedVersion} but found version ${record.versionNumber}`
      : `An execution that is ${record.status} cannot become ${request.status}`
  return { kind: 'rejected', code, message, executionState: stateView(record) }
}

function badStepTimeout(minutes: number | undefined): Rejected {
  return invalidRequest([
    problem(minutes, 'stepTimeoutInMinutes', 'Member must be between 1 and 10080'),
  ])
}

function notFound(jobId: string, executionNumber: number | undefined): Rejected {
  const which = executionNumber === undefined ? 'No execution' : `No execution ${executionNumber}`
  return rejected('ResourceNotFound', `${which} of job ${jobId} for this thing`)
}

function rejected(code: RejectCode, message: string): Rejected {
  return { kind: 'rejected', code, message }
}
