import {
  AddThingToThingGroupCommand,
  AssociateTargetsWithJobCommand,
  CancelJobCommand,
  CancelJobExecutionCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  CreateThingGroupCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  GetJobDocumentCommand,
  InvalidRequestException,
  InvalidStateTransitionException,
  ListJobExecutionsForThingCommand,
  ListJobsCommand,
  paginateListJobExecutionsForJob,
  paginateListJobs,
  RemoveThingFromThingGroupCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  UpdateJobCommand,
  VersionConflictException,
} from '@aws-sdk/client-iot'
import {
  GetPendingJobExecutionsCommand,
  type JobExecutionStatus,
  ResourceNotFoundException as NoExecution,
  StartNextPendingJobExecutionCommand,
  UpdateJobExecutionCommand,
  InvalidStateTransitionException as WrongTransition,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, test } from 'vitest'
import type { StandInSettings } from '../../src/protocol/admin.ts'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { Device, jobsTopic } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

const DOCUMENT = '{"operation":"reboot"}'
const THINGS = [0, 1, 2].map((thing) => `thing-${thing}`)

/** Both clients on one stand-in, with the calls that every test makes. */
async function open(settings: Partial<StandInSettings> = {}) {
  const standIn = await openStandIn(settings)
  const { iot, data } = awsClients(standIn)
  return {
    standIn,
    iot,
    data,
    create: (jobId: string, things: readonly string[], more: Partial<CreateJobCommandInput> = {}) =>
      iot.send(
        new CreateJobCommand({
          jobId,
          targets: things.map((name) => arn('thing', name)),
          document: DOCUMENT,
          ...more,
        }),
      ),
    job: async (jobId: string) => (await iot.send(new DescribeJobCommand({ jobId }))).job,
    execution: async (jobId: string, thingName = 'thing-0') =>
      (await iot.send(new DescribeJobExecutionCommand({ jobId, thingName }))).execution,
    start: async (thingName = 'thing-0') =>
      (await data.send(new StartNextPendingJobExecutionCommand({ thingName }))).execution,
    update: (jobId: string, status: JobExecutionStatus, thingName = 'thing-0') =>
      data.send(new UpdateJobExecutionCommand({ jobId, thingName, status })),
    pending: async (thingName = 'thing-0') => {
      const answer = await data.send(new GetPendingJobExecutionsCommand({ thingName }))
      return [...(answer.inProgressJobs ?? []), ...(answer.queuedJobs ?? [])]
    },
    group: async (thingGroupName: string, ...members: string[]) => {
      await iot.send(new CreateThingGroupCommand({ thingGroupName }))
      for (const thingName of members)
        await iot.send(new AddThingToThingGroupCommand({ thingGroupName, thingName }))
      return arn('thinggroup', thingGroupName)
    },
  }
}

const COUNTERS = [
  'numberOfQueuedThings',
  'numberOfInProgressThings',
  'numberOfSucceededThings',
  'numberOfFailedThings',
  'numberOfRejectedThings',
  'numberOfTimedOutThings',
  'numberOfCanceledThings',
  'numberOfRemovedThings',
] as const

type Job = Awaited<ReturnType<Awaited<ReturnType<typeof open>>['job']>>

/** The counters that are not 0, in short. */
function counted(job: Job): Record<string, number> {
  const details = job?.jobProcessDetails ?? {}
  return Object.fromEntries(
    COUNTERS.flatMap((name) => {
      const count = details[name]
      expect(count).toEqual(expect.any(Number))
      return count ? [[name.slice('numberOf'.length, -'Things'.length), count]] : []
    }),
  )
}

function expectRecent(date: Date | undefined): void {
  expect(Math.abs(Date.now() - (date?.getTime() ?? 0))).toBeLessThan(60_000)
}

test('C1 C5 C16 a job is described at every moment, until its last execution ends it', async () => {
  const { iot, create, job, start, update } = await open()
  const description = 'reboot them all'
  const created = await create('reboot', THINGS, {
    description,
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
    tags: [{ Key: 'run', Value: '42' }],
  })
  expect(created).toMatchObject({ jobArn: arn('job', 'reboot'), jobId: 'reboot', description })

  const fresh = await job('reboot')
  expect(fresh).toMatchObject({
    jobArn: arn('job', 'reboot'),
    jobId: 'reboot',
    targetSelection: 'SNAPSHOT',
    status: 'IN_PROGRESS',
    targets: THINGS.map((name) => arn('thing', name)),
    description,
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
  })
  expectRecent(fresh?.createdAt)
  expectRecent(fresh?.lastUpdatedAt)
  expect(fresh?.completedAt).toBeUndefined()

  // The default pace is a thousand a minute.
  await expect.poll(async () => counted(await job('reboot'))).toEqual({ Queued: 3 })
  await start('thing-0')
  expect(counted(await job('reboot'))).toEqual({ Queued: 2, InProgress: 1 })
  await update('reboot', 'SUCCEEDED', 'thing-0')
  await update('reboot', 'FAILED', 'thing-1')
  expect(await job('reboot')).toMatchObject({ status: 'IN_PROGRESS', isConcurrent: false })
  await update('reboot', 'REJECTED', 'thing-2')
  const done = await job('reboot')
  expect(done?.status).toBe('COMPLETED')
  expectRecent(done?.completedAt)
  expect(counted(done)).toEqual({ Succeeded: 1, Failed: 1, Rejected: 1 })
  const { document } = await iot.send(new GetJobDocumentCommand({ jobId: 'reboot' }))
  expect(document).toBe(DOCUMENT)
})

test('timestamps travel as seconds with a fraction', async () => {
  const { standIn, create } = await open()
  await create('reboot', ['thing-0'])
  const scope = 'Credential=AKID/20260101/eu-west-1/iot/aws4_request'
  const answer = await fetch(`${standIn.addresses.http}/jobs/reboot`, {
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=00` },
  })
  const text = await answer.text()
  const [, createdAt = ''] = /"createdAt":([\d.]+)/.exec(text) ?? []
  expect(createdAt).toMatch(/^\d{10}(\.\d{1,3})?$/)
})

test('C2 C3 executions show their details in a map, also when they have ended', async () => {
  const { iot, data, create, execution } = await open()
  await create('reboot', ['thing-0'])
  const queued = await execution('reboot')
  expect(queued).toMatchObject({
    jobId: 'reboot',
    status: 'QUEUED',
    thingArn: arn('thing', 'thing-0'),
    executionNumber: 1,
    versionNumber: 1,
  })
  expect(queued?.statusDetails?.detailsMap ?? {}).toEqual({})
  expectRecent(queued?.queuedAt)
  expect(queued?.startedAt).toBeUndefined()
  const statusDetails = { step: 'done' }
  const ended = { jobId: 'reboot', thingName: 'thing-0', status: 'FAILED', statusDetails } as const
  await data.send(new UpdateJobExecutionCommand(ended))
  expect(await execution('reboot')).toMatchObject({
    status: 'FAILED',
    statusDetails: { detailsMap: statusDetails },
    versionNumber: 2,
  })
  const number = (executionNumber: number) =>
    iot.send(
      new DescribeJobExecutionCommand({ jobId: 'reboot', thingName: 'thing-0', executionNumber }),
    )
  expect((await number(1)).execution?.status).toBe('FAILED')
  await expectRefusal(number(2), ResourceNotFoundException, 404)
})

test('C4 a job id is taken once, and free again when the job is deleted', async () => {
  const { iot, create } = await open()
  await create('reboot', ['thing-0'])
  await expectRefusal(create('reboot', ['thing-0']), ResourceAlreadyExistsException, 409, {
    resourceId: 'reboot',
    resourceArn: arn('job', 'reboot'),
  })
  await iot.send(new DeleteJobCommand({ jobId: 'reboot', force: true }))
  await expect
    .poll(() => create('reboot', ['thing-0']).then(({ jobId }) => jobId, String))
    .toBe('reboot')
})

test('C6 C7 a continuous job follows its group: who joins gets an execution, who leaves loses it', async () => {
  const { standIn, iot, create, job, group, pending, execution } = await open()
  const device = await Device.open(standIn.addresses.mqtt)
  await device.client.subscribeAsync(jobsTopic(1, 'notify-next'), { qos: 1 })
  const target = await group('plant', 'thing-0')
  await create('reboot', [], { targets: [target], targetSelection: 'CONTINUOUS' })
  await expect.poll(() => pending('thing-0')).toHaveLength(1)
  expect(await pending('thing-1')).toEqual([])

  const member = { thingGroupName: 'plant', thingName: 'thing-1' }
  await iot.send(new AddThingToThingGroupCommand(member))
  const told = await device.next(({ body }) => body.execution !== undefined)
  expect(told.body).toMatchObject({ execution: { jobId: 'reboot', status: 'QUEUED' } })
  expect(await pending('thing-1')).toMatchObject([{ jobId: 'reboot' }])

  const before = device.messages.length
  await iot.send(new RemoveThingFromThingGroupCommand(member))
  const over = await device.next(() => true, before)
  expect(over.body).toEqual({ timestamp: expect.any(Number) })
  expect(await execution('reboot', 'thing-1')).toMatchObject({ status: 'REMOVED' })
  expect(await job('reboot')).toMatchObject({
    status: 'IN_PROGRESS',
    targetSelection: 'CONTINUOUS',
    targets: [target],
  })
  expect(counted(await job('reboot'))).toEqual({ Queued: 1, Removed: 1 })
})

test('a thing that joins a child group gets the continuous job of the group above', async () => {
  const { iot, create, group, pending } = await open()
  const target = await group('plant')
  const child = { thingGroupName: 'hall', parentGroupName: 'plant' }
  await iot.send(new CreateThingGroupCommand(child))
  await create('reboot', [], { targets: [target], targetSelection: 'CONTINUOUS' })
  const member = { thingGroupName: 'hall', thingName: 'thing-1' }
  await iot.send(new AddThingToThingGroupCommand(member))
  expect(await pending('thing-1')).toMatchObject([{ jobId: 'reboot' }])
})

test('C8 C9 a canceled job takes what waits, with force also what is under way', async () => {
  const { iot, create, job, start, update, execution } = await open()
  const reasons = { reasonCode: 'SECOND_THOUGHTS', comment: 'not today' }
  for (const [jobId, force] of [
    ['mild', false],
    ['hard', true],
  ] as const) {
    await create(jobId, ['thing-0', 'thing-1'])
    await expect.poll(async () => counted(await job(jobId)).Queued).toBe(2)
    expect((await start('thing-0'))?.jobId).toBe(jobId)
    const canceled = await iot.send(new CancelJobCommand({ jobId, force, ...reasons }))
    expect(canceled).toMatchObject({ jobArn: arn('job', jobId), jobId })
    expect(await job(jobId)).toMatchObject({ status: 'CANCELED', ...reasons })
    expect(await execution(jobId, 'thing-1')).toMatchObject({ status: 'CANCELED' })
    if (force) {
      expect(await execution(jobId)).toMatchObject({ status: 'CANCELED', forceCanceled: true })
      await expectRefusal(update(jobId, 'SUCCEEDED'), WrongTransition, 409)
      expect(counted(await job(jobId))).toEqual({ Canceled: 2 })
    } else {
      expect(await execution(jobId)).toMatchObject({ status: 'IN_PROGRESS' })
      await update(jobId, 'SUCCEEDED')
      expect(counted(await job(jobId))).toEqual({ Canceled: 1, Succeeded: 1 })
    }
  }
})

test('C10 an execution under way is canceled by force only, and only at the version expected', async () => {
  const { iot, create, start, execution } = await open()
  await create('reboot', ['thing-0'])
  await expect.poll(async () => (await start())?.jobId).toBe('reboot')
  const cancel = (more: object) =>
    iot.send(new CancelJobExecutionCommand({ jobId: 'reboot', thingName: 'thing-0', ...more }))
  await expectRefusal(cancel({}), InvalidStateTransitionException, 409)
  const wrong = cancel({ force: true, expectedVersion: 7 })
  await expectRefusal(wrong, VersionConflictException, 409)
  const tooMany = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`k${at}`, 'v']))
  await expectRefusal(cancel({ force: true, statusDetails: tooMany }), InvalidRequestException, 400)
  expect(await execution('reboot')).toMatchObject({ status: 'IN_PROGRESS', versionNumber: 2 })
  await cancel({ force: true, expectedVersion: 2, statusDetails: { by: 'operator' } })
  expect(await execution('reboot')).toMatchObject({
    status: 'CANCELED',
    statusDetails: { detailsMap: { by: 'operator' } },
  })
  await expectRefusal(cancel({ force: true }), InvalidStateTransitionException, 409)
})

test('C11 C12 a job in progress is deleted by force only, and then nobody knows it', async () => {
  const { iot, create, job, start, update } = await open()
  await create('reboot', ['thing-0'])
  await expect.poll(async () => (await start())?.jobId).toBe('reboot')
  const remove = (force: boolean) => iot.send(new DeleteJobCommand({ jobId: 'reboot', force }))
  await expectRefusal(remove(false), InvalidStateTransitionException, 409)
  await remove(true)
  await expect
    .poll(() =>
      job('reboot').then(
        () => 'there',
        (error: Error) => error.name,
      ),
    )
    .toBe('ResourceNotFoundException')
  await expectRefusal(update('reboot', 'SUCCEEDED'), NoExecution, 404)
  await expectRefusal(remove(true), ResourceNotFoundException, 404)
})

test('an execution is deleted when it waits or has ended, and otherwise by force', async () => {
  const { iot, create, start, pending } = await open()
  await create('reboot', ['thing-0', 'thing-1'])
  await expect.poll(async () => (await start('thing-0'))?.jobId).toBe('reboot')
  await expect.poll(() => pending('thing-1')).toHaveLength(1)
  const remove = (thingName: string, more = {}) =>
    iot.send(
      new DeleteJobExecutionCommand({ jobId: 'reboot', thingName, executionNumber: 1, ...more }),
    )
  await expectRefusal(remove('thing-0'), InvalidStateTransitionException, 409)
  await remove('thing-0', { force: true })
  await remove('thing-1')
  await expectRefusal(remove('thing-1'), ResourceNotFoundException, 404)
  expect(await pending('thing-0')).toEqual([])
  expect(await pending('thing-1')).toEqual([])
})

test('C17 executions of a job and of a thing come in pages that add up', async () => {
  const things = Array.from({ length: 7 }, (_, thing) => `thing-${thing}`)
  const { iot, create, update, job } = await open({ things: 7 })
  await create('reboot', things)
  await expect.poll(async () => counted(await job('reboot')).Queued).toBe(7)
  await update('reboot', 'SUCCEEDED', 'thing-3')
  const pages = async (filter: object) => {
    const seen: (string | undefined)[] = []
    const request = { jobId: 'reboot', ...filter }
    for await (const page of paginateListJobExecutionsForJob({ client: iot, pageSize: 3 }, request))
      seen.push(...(page.executionSummaries ?? []).map(({ thingArn }) => thingArn))
    return seen
  }
  const arns = things.map((name) => arn('thing', name))
  expect(await pages({})).toEqual(arns)
  expect(await pages({ status: 'QUEUED' })).toEqual(arns.filter((_, at) => at !== 3))

  await create('again', things)
  await expect.poll(async () => counted(await job('again')).Queued).toBe(7)
  const ofThing = async (filter: object) =>
    (
      await iot.send(new ListJobExecutionsForThingCommand({ thingName: 'thing-3', ...filter }))
    ).executionSummaries?.map(({ jobId, jobExecutionSummary }) => [
      jobId,
      jobExecutionSummary?.status,
      jobExecutionSummary?.executionNumber,
    ])
  expect(await ofThing({})).toEqual([
    ['reboot', 'SUCCEEDED', 1],
    ['again', 'QUEUED', 1],
  ])
  expect(await ofThing({ status: 'QUEUED' })).toEqual([['again', 'QUEUED', 1]])
  expect(await ofThing({ jobId: 'reboot' })).toEqual([['reboot', 'SUCCEEDED', 1]])
})

test('C17 jobs are listed by status, selection and group, page by page while others are added', async () => {
  const { iot, create, group } = await open()
  const target = await group('plant', 'thing-0')
  for (const jobId of ['a', 'b', 'c']) await create(jobId, ['thing-0'])
  await create('d', [], { targets: [target], targetSelection: 'CONTINUOUS' })
  await iot.send(new CancelJobCommand({ jobId: 'b' }))
  const seen: (string | undefined)[] = []
  for await (const page of paginateListJobs({ client: iot, pageSize: 1 }, {})) {
    seen.push(...(page.jobs ?? []).map(({ jobId }) => jobId))
    if (seen.length === 2) await create('late', ['thing-1'])
  }
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'late'])
  const list = async (filter: object) =>
    (await iot.send(new ListJobsCommand(filter))).jobs?.map(({ jobId }) => jobId)
  expect(await list({ status: 'CANCELED' })).toEqual(['b'])
  expect(await list({ targetSelection: 'CONTINUOUS' })).toEqual(['d'])
  expect(await list({ thingGroupName: 'plant' })).toEqual(['d'])
  await expectRefusal(list({ thingGroupName: 'nowhere' }), ResourceNotFoundException, 404)
  await expectRefusal(list({ maxResults: 251 }), InvalidRequestException, 400)
})

test('C24 a thing that is reached twice gets one execution', async () => {
  const { create, group, pending, job } = await open()
  const target = await group('plant', 'thing-0', 'thing-1')
  await create('reboot', [], { targets: [arn('thing', 'thing-0'), target] })
  await expect.poll(async () => counted(await job('reboot'))).toEqual({ Queued: 2 })
  expect(await pending('thing-0')).toHaveLength(1)
})

test('UpdateJob changes what it names and keeps the rest', async () => {
  const { iot, create, job } = await open()
  await create('reboot', ['thing-0'], {
    description: 'first',
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
  })
  const description = 'second'
  await iot.send(new UpdateJobCommand({ jobId: 'reboot', description }))
  expect(await job('reboot')).toMatchObject({
    description,
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
  })
  const timeoutConfig = { inProgressTimeoutInMinutes: 0 }
  await expectRefusal(
    iot.send(new UpdateJobCommand({ jobId: 'reboot', timeoutConfig })),
    InvalidRequestException,
    400,
  )
  await expectRefusal(
    iot.send(new UpdateJobCommand({ jobId: 'none', description })),
    ResourceNotFoundException,
    404,
  )
})

test('targets are added to a continuous job, and to no other', async () => {
  const { iot, create, group, pending, job } = await open()
  const plant = await group('plant', 'thing-0')
  const yard = await group('yard', 'thing-2')
  await create('follow', [], { targets: [plant], targetSelection: 'CONTINUOUS' })
  await create('once', [], { targets: [plant] })
  const associate = (jobId: string, target: string) =>
    iot.send(new AssociateTargetsWithJobCommand({ jobId, targets: [target], comment: 'more' }))
  expect(await associate('follow', yard)).toMatchObject({ jobId: 'follow' })
  await expect.poll(() => pending('thing-2')).toMatchObject([{ jobId: 'follow' }])
  expect((await job('follow'))?.targets).toEqual([plant, yard])
  await expectRefusal(associate('once', yard), InvalidRequestException, 400)
  const nowhere = associate('follow', arn('thinggroup', 'nowhere'))
  await expectRefusal(nowhere, ResourceNotFoundException, 404)
  const thing = associate('follow', arn('thing', 'thing-1'))
  await expectRefusal(thing, InvalidRequestException, 400)
})

test.each([
  ['no target', { targets: [] }],
  ['101 targets', { targets: Array.from({ length: 101 }, () => arn('thing', 'thing-0')) }],
  ['a target that is no ARN', { targets: ['thing-0'] }],
  ['no document', { document: undefined }],
  ['a document that is no JSON', { document: 'reboot' }],
  ['a document of 32,769 bytes', { document: `"${'x'.repeat(32_767)}"` }],
  ['a description of 2,029 characters', { description: 'x'.repeat(2_029) }],
  ['a rollout of 1,001 a minute', { jobExecutionsRolloutConfig: { maximumPerMinute: 1_001 } }],
  ['a timeout of 10,081 minutes', { timeoutConfig: { inProgressTimeoutInMinutes: 10_081 } }],
  [
    'an unknown failure',
    {
      abortConfig: {
        criteriaList: [
          {
            failureType: 'BROKEN' as 'FAILED',
            action: 'CANCEL' as const,
            thresholdPercentage: 1,
            minNumberOfExecutedThings: 1,
          },
        ],
      },
    },
  ],
  [
    'eleven retries in all (R4)',
    {
      timeoutConfig: { inProgressTimeoutInMinutes: 1 },
      jobExecutionsRetryConfig: {
        criteriaList: [
          { failureType: 'FAILED' as const, numberOfRetries: 6 },
          { failureType: 'TIMED_OUT' as const, numberOfRetries: 5 },
        ],
      },
    },
  ],
])('a job with %s is refused', async (_, more: Partial<CreateJobCommandInput>) => {
  const { create, job } = await open()
  await expectRefusal(create('bad', ['thing-0'], more), InvalidRequestException, 400)
  await expectRefusal(job('bad'), ResourceNotFoundException, 404)
})

test('targets that do not exist are not found, and no job is made', async () => {
  const { create, job } = await open()
  await expectRefusal(create('lost', ['thing-0', 'nobody']), ResourceNotFoundException, 404)
  const nowhere = create('lost', [], { targets: [arn('thinggroup', 'nowhere')] })
  await expectRefusal(nowhere, ResourceNotFoundException, 404)
  await expectRefusal(job('lost'), ResourceNotFoundException, 404)
})

test('C23 links of a document are signed when they are fetched, and stay bare for the operator', async () => {
  const { standIn, iot, data, create } = await open()
  const device = await Device.open(standIn.addresses.mqtt)
  await device.client.subscribeAsync(jobsTopic(0, 'notify-next'), { qos: 1 })
  const link = 'https://s3.eu-west-1.amazonaws.com/bucket/firmware.bin'
  const document = `{"url":"\${aws:iot:s3-presigned-url:${link}}"}`
  const roleArn = 'arn:aws:iam::123456789012:role/download'
  await create('fetch', ['thing-0'], {
    document,
    presignedUrlConfig: { roleArn, expiresInSec: 120 },
  })
  const told = await device.next(({ body }) => body.execution !== undefined)
  const { jobDocument } = told.body.execution as { jobDocument: { url: string } }
  const fetched = async (): Promise<string> => {
    const asked = { thingName: 'thing-0' }
    const { execution } = await data.send(new StartNextPendingJobExecutionCommand(asked))
    return JSON.parse(execution?.jobDocument ?? '').url
  }
  // A signature is of a second, like those of S3.
  await expect.poll(fetched, { timeout: 5_000 }).not.toBe(jobDocument.url)
  for (const url of [jobDocument.url, await fetched()]) {
    expect(url.startsWith(`${link}?`)).toBe(true)
    const { searchParams } = new URL(url)
    expect(searchParams.get('X-Amz-Expires')).toBe('120')
    expect(searchParams.get('X-Amz-Date')).toMatch(/^\d{8}T\d{6}Z$/)
  }
  const raw = await iot.send(new GetJobDocumentCommand({ jobId: 'fetch' }))
  expect(raw.document).toBe(document)
})

test('R1 R3 R5 what fails or times out comes again, as an execution of its own', async () => {
  const { iot, create, start, update, execution, job } = await open({ minuteUs: 50_000 })
  await create('reboot', ['thing-0'], {
    timeoutConfig: { inProgressTimeoutInMinutes: 1 },
    jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'ALL', numberOfRetries: 2 }] },
  })
  await update('reboot', 'FAILED')
  expect(await execution('reboot')).toMatchObject({
    status: 'QUEUED',
    executionNumber: 2,
    versionNumber: 1,
  })
  expect((await start())?.executionNumber).toBe(2)
  await expect.poll(async () => (await execution('reboot'))?.executionNumber).toBe(3)
  await update('reboot', 'SUCCEEDED')
  expect(await job('reboot')).toMatchObject({ status: 'COMPLETED' })
  expect(counted(await job('reboot'))).toEqual({ Succeeded: 1, Failed: 1, TimedOut: 1 })
  const { executionSummaries } = await iot.send(
    new ListJobExecutionsForThingCommand({ thingName: 'thing-0' }),
  )
  expect(executionSummaries?.map(({ jobExecutionSummary: row }) => row)).toMatchObject([
    { status: 'FAILED', executionNumber: 1, retryAttempt: 0 },
    { status: 'TIMED_OUT', executionNumber: 2, retryAttempt: 1 },
    { status: 'SUCCEEDED', executionNumber: 3, retryAttempt: 2 },
  ])
})

test('C15 a job that fails too often takes back what waits, and lets the rest run', async () => {
  const { create, start, update, job, execution } = await open({ things: 4 })
  const things = [0, 1, 2, 3].map((thing) => `thing-${thing}`)
  await create('reboot', things, {
    abortConfig: {
      criteriaList: [
        {
          failureType: 'FAILED',
          action: 'CANCEL',
          thresholdPercentage: 25,
          minNumberOfExecutedThings: 4,
        },
      ],
    },
  })
  await expect.poll(async () => counted(await job('reboot')).Queued).toBe(4)
  await start('thing-1')
  await update('reboot', 'FAILED', 'thing-0')
  expect(await job('reboot')).toMatchObject({ status: 'CANCELED', reasonCode: expect.any(String) })
  expect(counted(await job('reboot'))).toEqual({ Failed: 1, InProgress: 1, Canceled: 2 })
  await update('reboot', 'SUCCEEDED', 'thing-1')
  expect(await execution('reboot', 'thing-1')).toMatchObject({ status: 'SUCCEEDED' })
})
