import {
  DescribeJobExecutionCommand,
  GetPendingJobExecutionsCommand,
  InvalidRequestException,
  InvalidStateTransitionException,
  IoTJobsDataPlaneServiceException,
  type JobExecutionStatus,
  ResourceNotFoundException,
  StartCommandExecutionCommand,
  StartNextPendingJobExecutionCommand,
  TerminalStateException,
  UpdateJobExecutionCommand,
  type UpdateJobExecutionCommandInput,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, test } from 'vitest'
import { awsClients, expectRefusal } from './aws-clients.ts'
import { begunStandIn, DOCUMENT, jobOf, openStandIn } from './stand-in-fixture.ts'

/** The Jobs data plane through the official client: protocol, section 8, rows H. */

const thingName = 'thing-0'

async function open(perThing = 1, settings = {}, maxAttempts = 1) {
  const standIn = await begunStandIn(perThing, settings)
  const { data } = awsClients(standIn, maxAttempts)
  return {
    standIn,
    describe: (jobId: string, more = {}) =>
      data.send(new DescribeJobExecutionCommand({ thingName, jobId, ...more })),
    pending: (name = thingName) =>
      data.send(new GetPendingJobExecutionsCommand({ thingName: name })),
    start: (more = {}) =>
      data.send(new StartNextPendingJobExecutionCommand({ thingName, ...more })),
    update: (
      jobId: string,
      status: JobExecutionStatus,
      more: Partial<UpdateJobExecutionCommandInput> = {},
    ) => data.send(new UpdateJobExecutionCommand({ thingName, jobId, status, ...more })),
    command: () => data.send(new StartCommandExecutionCommand(COMMAND)),
  }
}

const COMMAND = {
  targetArn: 'arn:aws:iot:eu-west-1:123456789012:thing/thing-0',
  commandArn: 'arn:aws:iot:eu-west-1:123456789012:command/reboot',
}

test('H1 H4 H5 H13 H17 a device works its executions off, until nothing is pending', async () => {
  const { start, update, pending } = await open()
  const { execution } = await start({ statusDetails: { step: 'boot' } })
  expect(execution).toMatchObject({
    jobId: 'fw-1',
    thingName,
    status: 'IN_PROGRESS',
    statusDetails: { step: 'boot' },
    versionNumber: 2,
    executionNumber: 1,
  })
  expect(JSON.parse(execution?.jobDocument ?? '')).toEqual(DOCUMENT)
  for (const at of [execution?.queuedAt, execution?.startedAt, execution?.lastUpdatedAt])
    expect(Math.abs(Date.now() / 1_000 - (at ?? 0))).toBeLessThan(60)
  expect(Number.isInteger(execution?.queuedAt)).toBe(true)
  expect(await pending()).toMatchObject({ inProgressJobs: [{ jobId: 'fw-1' }], queuedJobs: [] })

  const bare = await update('fw-1', 'IN_PROGRESS')
  expect(bare).not.toHaveProperty('executionState')
  expect(bare).not.toHaveProperty('jobDocument')
  const full = await update('fw-1', 'SUCCEEDED', {
    includeJobExecutionState: true,
    includeJobDocument: true,
    expectedVersion: 3,
  })
  expect(full.executionState).toMatchObject({ status: 'SUCCEEDED', versionNumber: 4 })
  expect(JSON.parse(full.jobDocument ?? '')).toEqual(DOCUMENT)
  expect(await start()).not.toHaveProperty('execution')
})

test('H3 H6 H29 describe looks at the next one, or at a number, and starts nothing', async () => {
  const { describe, update } = await open()
  const next = await describe('$next')
  expect(next.execution).toMatchObject({ jobId: 'fw-1', status: 'QUEUED', versionNumber: 1 })
  expect(next.execution?.jobDocument).toBe(JSON.stringify(DOCUMENT))
  const bare = await describe('fw-1', { includeJobDocument: false, executionNumber: 1 })
  expect(bare.execution).toMatchObject({ status: 'QUEUED', versionNumber: 1 })
  expect(bare.execution?.jobDocument).toBeUndefined()
  await expectRefusal(describe('fw-1', { executionNumber: 2 }), ResourceNotFoundException, 404)
  await update('fw-1', 'FAILED')
  expect(await describe('$next')).not.toHaveProperty('execution')
})

test('H7 H8 H9 H10 H11 H12 H14 H24 each refusal is the client’s own class of error', async () => {
  const { describe, update, pending } = await open()
  await expectRefusal(describe('none'), ResourceNotFoundException, 404)
  await expectRefusal(pending('nobody'), ResourceNotFoundException, 404)
  await expectRefusal(
    update('fw-1', undefined as unknown as JobExecutionStatus),
    InvalidRequestException,
    400,
    { message: expect.stringMatching(/^Value null at 'status' failed to satisfy constraint/) },
  )
  const success = update('fw-1', 'SUCCESS' as JobExecutionStatus)
  await expectRefusal(success, InvalidRequestException, 400)
  await expectRefusal(update('$next', 'FAILED'), InvalidRequestException, 400)
  await update('fw-1', 'FAILED')
  await expectRefusal(update('fw-1', 'FAILED'), InvalidStateTransitionException, 409, {
    // A member that the model does not list; this client keeps it.
    executionState: { status: 'FAILED', versionNumber: 2 },
  })
  await expectRefusal(describe('fw-1'), TerminalStateException, 410)
})

test('H16 what will not get better is sent once, though the client may try again', async () => {
  const { standIn, describe, update } = await open(1, {}, 5)
  await update('fw-1', 'FAILED')
  const calls = [() => describe('none'), () => update('fw-1', 'FAILED'), () => describe('fw-1')]
  for (const call of calls)
    await expect(call()).rejects.toMatchObject({ $metadata: { attempts: 1 } })
  const { describe: described, update: updated } = standIn.ledger().operations
  expect([described.received, updated.received]).toEqual([2, 2])
})

test('H2 a thing name with a colon finds its thing', async () => {
  const standIn = await begunStandIn(1, { namePrefix: 'site:pump:' })
  const { data } = awsClients(standIn)
  const asked = { thingName: 'site:pump:0' }
  const { execution } = await data.send(new StartNextPendingJobExecutionCommand(asked))
  expect(execution).toMatchObject({ thingName: 'site:pump:0', jobId: 'fw-1' })
})

const pairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key-${at}`, 'value']))

test.each([
  ['10 pairs', pairs(10), true],
  ['11 pairs', pairs(11), false],
  ['a key of 128', { ['k'.repeat(128)]: 'v' }, true],
  ['a key of 129', { ['k'.repeat(129)]: 'v' }, false],
  ['a value of 1,024', { key: 'v'.repeat(1_024) }, true],
  ['a value of 1,025', { key: 'v'.repeat(1_025) }, false],
  ['an empty value', { key: '' }, false],
  ['a control character', { key: 'a\u0007b' }, false],
])('H22 status details with %s', async (_, statusDetails, accepted) => {
  const { update } = await open()
  const call = update('fw-1', 'IN_PROGRESS', { statusDetails })
  if (accepted) await call
  else await expectRefusal(call, InvalidRequestException, 400)
})

test.each([
  ['start', 1, true],
  ['start', 10_080, true],
  ['start', 0, false],
  ['start', 10_081, false],
  ['start', -1, false],
  ['update', 1, true],
  ['update', 10_080, true],
  ['update', -1, true],
  ['update', 0, false],
  ['update', 10_081, false],
] as const)('H23 a step timeout on %s of %i minutes', async (operation, minutes, accepted) => {
  const { start, update } = await open()
  const step = { stepTimeoutInMinutes: minutes }
  const call = operation === 'start' ? start(step) : update('fw-1', 'IN_PROGRESS', step)
  if (accepted) await call
  else await expectRefusal(call, InvalidRequestException, 400)
})

test('H27 a command is no job: it is unknown here, and changes nothing', async () => {
  const { command, pending } = await open()
  await expectRefusal(command(), IoTJobsDataPlaneServiceException, 404, {
    name: 'UnknownOperationException',
  })
  expect((await pending()).queuedJobs).toMatchObject([{ jobId: 'fw-1', versionNumber: 1 }])
})

test('S3 S4 S5 executions come in the order of queueing, and what is under way comes first', async () => {
  const { start, update } = await open(3)
  expect((await start()).execution?.jobId).toBe('fw-1')
  const again = await start({ statusDetails: { ignored: 'yes' } })
  expect(again.execution).toMatchObject({ jobId: 'fw-1', versionNumber: 2 })
  expect(again.execution?.statusDetails).toBeUndefined()
  await update('fw-3', 'IN_PROGRESS')
  await update('fw-1', 'SUCCEEDED')
  expect((await start()).execution).toMatchObject({ jobId: 'fw-3', versionNumber: 2 })
  await update('fw-3', 'SUCCEEDED')
  expect((await start()).execution?.jobId).toBe('fw-2')
})

test('S12 of two updates that expect one version, one wins', async () => {
  const { update } = await open()
  const results = await Promise.allSettled([
    update('fw-1', 'IN_PROGRESS', { expectedVersion: 1 }),
    update('fw-1', 'IN_PROGRESS', { expectedVersion: 1 }),
  ])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('T1 T6 T7 what is under way times out after its minutes, what waits does not', async () => {
  const standIn = await openStandIn({
    minuteUs: 100_000,
    jobs: [jobOf(2, { inProgressTimeoutMinutes: 1 })],
  })
  standIn.begin()
  const { data } = awsClients(standIn)
  await data.send(new StartNextPendingJobExecutionCommand({ thingName }))
  const described = (jobId: string) =>
    data.send(new DescribeJobExecutionCommand({ thingName, jobId })).then(
      ({ execution }) => execution?.status,
      (error: Error) => error.name,
    )
  await expect.poll(() => described('fw-1')).toBe('TerminalStateException')
  expect(await described('fw-2')).toBe('QUEUED')
})
