import { TARGET_SELECTIONS } from '../../protocol/job-config.ts'
import type { DocumentReader } from '../document-folder.ts'
import {
  isRefusal,
  JOB_STATUSES,
  type JobControl,
  type Refusal as JobRefusal,
  type JobTarget,
  type JobView,
} from '../job-control.ts'
import { arnOf, readArn } from './arns.ts'
import { type ControlCall, done, type Handlers, NAME, type Outcome } from './control-call.ts'
import { alreadyExists, notFound, type Refusal, refusal } from './exceptions.ts'
import type { GroupRegistry } from './group-registry.ts'
import { ANY_TEXT, JOB_ID, readJobChange, readJobOrder, readTargets } from './job-request.ts'
import type { JobViews } from './job-views.ts'
import { pageOf, slice } from './paging.ts'
import type { ThingRegistry } from './thing-registry.ts'

/** Jobs as a whole (protocol 4.2); those of single executions are in `execution-operations.ts`. */
export function jobOperations(
  jobs: JobControl,
  things: ThingRegistry,
  groups: GroupRegistry,
  views: JobViews,
  readSource: DocumentReader,
): Handlers {
  const registry = { things, groups, readSource }
  return {
    CreateJob: (call) => createJob(jobs, registry, call),
    DescribeJob: (call) => describeJob(jobs, views, call),
    UpdateJob: (call) => updateJob(jobs, call),
    CancelJob: (call) => cancelJob(jobs, call),
    DeleteJob: (call) => deleteJob(jobs, call),
    ListJobs: (call) => listJobs(jobs, groups, views, call),
    GetJobDocument: (call) => getDocument(jobs, call),
    AssociateTargetsWithJob: (call) => associateTargets(jobs, registry, call),
  }
}

interface Registry {
  readonly things: ThingRegistry
  readonly groups: GroupRegistry
  readonly readSource: DocumentReader
}

function createJob(jobs: JobControl, registry: Registry, call: ControlCall): Outcome {
  const { targetArns, ...order } = readJobOrder(call, registry.readSource)
  if (call.checks.failed) return call.checks.refusal()
  const targets = targetsOf(targetArns, registry)
  if ('kind' in targets) return targets
  const refused = jobs.createJob({ ...order, targets }, call.nowUs)
  if (refused?.code === 'ResourceAlreadyExistsException')
    return alreadyExists('Job', order.jobId, arnOf(call.region, 'job', order.jobId))
  return refused === undefined ? named(order, call.region) : spoken(refused)
}

function named(
  { jobId, description }: { readonly jobId: string; readonly description?: string | undefined },
  region: string,
): Outcome {
  return done({ jobArn: arnOf(region, 'job', jobId), jobId, description })
}

/** The core's refusal in the words of the wire. */
export function spoken({ code, message }: JobRefusal): Refusal {
  return refusal(code, message)
}

function targetsOf(arns: readonly string[], { things, groups }: Registry): JobTarget[] | Refusal {
  const targets: JobTarget[] = []
  for (const text of arns) {
    const arn = readArn(text)
    if (arn?.kind === 'thing') {
      const thing = things.indexOf(arn.name)
      if (thing === undefined) return notFound('Target', text)
      targets.push({ kind: 'thing', thing })
    } else if (arn?.kind === 'thinggroup') {
      if (groups.find(arn.name) === undefined) return notFound('Target', text)
      targets.push({ kind: 'group', group: arn.name })
    } else
      return refusal(
        'InvalidRequestException',
        `Target ${text} is the ARN of no thing and of no thing group`,
      )
  }
  return targets
}

function readJobId({ path, checks }: ControlCall): string {
  return checks.neededText(path.jobId, 'jobId', JOB_ID)
}

function describeJob(jobs: JobControl, views: JobViews, call: ControlCall): Outcome {
  const jobId = readJobId(call)
  call.queryFlag('beforeSubstitution') // without job templates there is nothing to substitute
  if (call.checks.failed) return call.checks.refusal()
  const view = jobs.describeJob(jobId, call.nowUs)
  if (isRefusal(view)) return spoken(view)
  return done({ documentSource: view.documentSource, job: views.job(view, call.region) })
}

function updateJob(jobs: JobControl, call: ControlCall): Outcome {
  const jobId = readJobId(call)
  const change = readJobChange(call.members, call.checks)
  if (call.checks.failed) return call.checks.refusal()
  const refused = jobs.updateJob(jobId, change, call.nowUs)
  return refused === undefined ? done() : spoken(refused)
}

function cancelJob(jobs: JobControl, call: ControlCall): Outcome {
  const { members, checks } = call
  const jobId = readJobId(call)
  const cancel = {
    force: call.queryFlag('force'),
    reasonCode: checks.text(members.reasonCode, 'reasonCode', ANY_TEXT),
    comment: checks.text(members.comment, 'comment', ANY_TEXT),
  }
  if (checks.failed) return checks.refusal()
  const view = jobs.cancelJob(jobId, cancel, call.nowUs)
  return isRefusal(view) ? spoken(view) : named(view, call.region)
}

function deleteJob(jobs: JobControl, call: ControlCall): Outcome {
  const jobId = readJobId(call)
  const force = call.queryFlag('force')
  if (call.checks.failed) return call.checks.refusal()
  const refused = jobs.deleteJob(jobId, force, call.nowUs)
  return refused === undefined ? done() : spoken(refused)
}

function listJobs(
  jobs: JobControl,
  groups: GroupRegistry,
  views: JobViews,
  call: ControlCall,
): Outcome {
  const { query, checks } = call
  const status = call.queryWord('status', JOB_STATUSES)
  const targetSelection = call.queryWord('targetSelection', TARGET_SELECTIONS)
  const groupName = checks.text(query.get('thingGroupName'), 'thingGroupName', NAME)
  const groupId = query.get('thingGroupId')
  const namespaceId = query.get('namespaceId')
  const filters = [status, targetSelection, groupName, groupId, namespaceId]
  const page = pageOf(call, 'ListJobs', filters)
  if (checks.failed) return checks.refusal()
  const group = groupName ?? groups.nameOfId(groupId)
  if (group === undefined ? groupId !== null : groups.find(group) === undefined)
    return notFound('Thing group', groupName ?? groupId ?? '')
  const filter = { status, targetSelection, group, after: afterOf(page.after) }
  const fits = (view: JobView) => namespaceId === null || view.repeated?.namespaceId === namespaceId
  const fitting = function* () {
    for (const row of jobs.listJobs(filter, call.nowUs)) if (fits(row.value)) yield row
  }
  const { items, nextToken } = slice(fitting(), ({ place }) => place, page)
  return done({ jobs: items.map(({ value }) => views.jobSummary(value, call.region)), nextToken })
}

/** The core counts places from 1, and the first page has none before it. */
export function afterOf(after: number): number | undefined {
  return after === Number.NEGATIVE_INFINITY ? undefined : after
}

function getDocument(jobs: JobControl, call: ControlCall): Outcome {
  const jobId = readJobId(call)
  call.queryFlag('beforeSubstitution')
  if (call.checks.failed) return call.checks.refusal()
  const document = jobs.jobDocument(jobId)
  return isRefusal(document) ? spoken(document) : done({ document })
}

function associateTargets(jobs: JobControl, registry: Registry, call: ControlCall): Outcome {
  const { members, checks } = call
  const jobId = readJobId(call)
  const arns = readTargets(members.targets, checks)
  const comment = checks.text(members.comment, 'comment', ANY_TEXT)
  if (checks.failed) return checks.refusal()
  const targets = targetsOf(arns, registry)
  if ('kind' in targets) return targets
  const groups: string[] = []
  for (const target of targets) {
    if (target.kind === 'thing')
      return refusal('InvalidRequestException', 'Only thing groups can be added to a job')
    groups.push(target.group)
  }
  const view = jobs.associateTargets(jobId, groups, comment, call.nowUs)
  return isRefusal(view) ? spoken(view) : named(view, call.region)
}
