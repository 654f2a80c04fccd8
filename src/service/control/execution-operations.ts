import { EXECUTION_STATUSES } from '../../protocol/jobs.ts'
import { readStatusDetails } from '../../protocol/parse-request.ts'
import { type ControlExecution, isRefusal, type JobControl, type Placed } from '../job-control.ts'
import { type ControlCall, done, type Handlers, type Outcome } from './control-call.ts'
import { notFound } from './exceptions.ts'
import { afterOf, spoken } from './job-operations.ts'
import { JOB_ID } from './job-request.ts'
import type { JobViews } from './job-views.ts'
import { type Page, pageOf, slice } from './paging.ts'
import type { ThingRegistry } from './thing-registry.ts'

/** Single executions of jobs (protocol 4.2). */
export function executionOperations(
  jobs: JobControl,
  things: ThingRegistry,
  views: JobViews,
): Handlers {
  return {
    ListJobExecutionsForJob: (call) => listForJob(jobs, views, call),
    ListJobExecutionsForThing: (call) => listForThing(jobs, things, views, call),
    DescribeJobExecution: (call) => describeExecution(jobs, things, views, call),
    CancelJobExecution: (call) => cancelExecution(jobs, things, call),
    DeleteJobExecution: (call) => deleteExecution(jobs, things, call),
  }
}

function listForJob(jobs: JobControl, views: JobViews, call: ControlCall): Outcome {
  const jobId = readJobId(call)
  const status = call.queryWord('status', EXECUTION_STATUSES)
  const page = pageOf(call, 'ListJobExecutionsForJob', [jobId, status])
  if (call.checks.failed) return call.checks.refusal()
  const filter = { status, after: afterOf(page.after) }
  const executions = jobs.executionsForJob(jobId, filter, call.nowUs)
  if (isRefusal(executions)) return spoken(executions)
  return listed(executions, page, (view) => ({
    thingArn: views.thingArn(view.thing, call.region),
    jobExecutionSummary: views.executionSummary(view),
  }))
}

function listForThing(
  jobs: JobControl,
  things: ThingRegistry,
  views: JobViews,
  call: ControlCall,
): Outcome {
  const thingName = call.name('thingName')
  const status = call.queryWord('status', EXECUTION_STATUSES)
  const jobId = call.checks.text(call.query.get('jobId'), 'jobId', JOB_ID)
  const page = pageOf(call, 'ListJobExecutionsForThing', [thingName, status, jobId])
  if (call.checks.failed) return call.checks.refusal()
  const thing = things.indexOf(thingName)
  if (thing === undefined) return notFound('Thing', thingName)
  const filter = { status, jobId, after: afterOf(page.after) }
  return listed(jobs.executionsForThing(thing, filter, call.nowUs), page, (view) => ({
    jobId: view.jobId,
    jobExecutionSummary: views.executionSummary(view),
  }))
}

function listed(
  executions: Iterable<Placed<ControlExecution>>,
  page: Page,
  shown: (view: ControlExecution) => object,
): Outcome {
  const { items, nextToken } = slice(executions, ({ place }) => place, page)
  return done({ executionSummaries: items.map(({ value }) => shown(value)), nextToken })
}

function describeExecution(
  jobs: JobControl,
  things: ThingRegistry,
  views: JobViews,
  call: ControlCall,
): Outcome {
  const asked = readExecution(things, call)
  const number = call.queryInteger('executionNumber', 0, Number.MAX_SAFE_INTEGER)
  if (call.checks.failed) return call.checks.refusal()
  if ('kind' in asked) return asked
  const view = jobs.describeExecution(asked.thing, asked.jobId, number, call.nowUs)
  return isRefusal(view) ? spoken(view) : done({ execution: views.execution(view, call.region) })
}

function cancelExecution(jobs: JobControl, things: ThingRegistry, call: ControlCall): Outcome {
  const { members, checks } = call
  const asked = readExecution(things, call)
  const version = { min: 0, max: Number.MAX_SAFE_INTEGER }
  const { details: statusDetails, problems } = readStatusDetails(members.statusDetails)
  checks.take(problems)
  const cancel = {
    force: call.queryFlag('force'),
    expectedVersion: checks.integer(members.expectedVersion, 'expectedVersion', version),
    statusDetails,
  }
  if (checks.failed) return checks.refusal()
  if ('kind' in asked) return asked
  const refused = jobs.cancelExecution(asked.thing, asked.jobId, cancel, call.nowUs)
  return refused === undefined ? done() : spoken(refused)
}

function deleteExecution(jobs: JobControl, things: ThingRegistry, call: ControlCall): Outcome {
  const { path, checks } = call
  const asked = readExecution(things, call)
  const force = call.queryFlag('force')
  const text = path.executionNumber ?? ''
  const number = checks.integer(/^\d{1,15}$/.test(text) ? Number(text) : text, 'executionNumber', {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  if (checks.failed || number === undefined) return checks.refusal()
  if ('kind' in asked) return asked
  const refused = jobs.deleteExecution(asked.thing, asked.jobId, number, force, call.nowUs)
  return refused === undefined ? done() : spoken(refused)
}

function readJobId({ path, checks }: ControlCall): string {
  return checks.neededText(path.jobId, 'jobId', JOB_ID)
}

function readExecution(
  things: ThingRegistry,
  call: ControlCall,
): { readonly thing: number; readonly jobId: string } | Outcome {
  const thingName = call.name('thingName')
  const jobId = readJobId(call)
  const thing = things.indexOf(thingName)
  return thing === undefined ? notFound('Thing', thingName) : { thing, jobId }
}
