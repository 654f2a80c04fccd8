import { CancelJobExecutionCommand, CreateJobCommand } from '@aws-sdk/client-iot'
import { iotjobs, mqtt_request_response } from 'aws-iot-device-sdk-v2'
import { describe, expect, test } from 'vitest'
import type { StandIn } from '../../src/service/stand-in.ts'
import { arn, awsClients } from './aws-clients.ts'
import { officialDevice, type Protocol } from './official-device.ts'
import { begunStandIn, DOCUMENT, openStandIn } from './stand-in-fixture.ts'

const { JobStatus } = iotjobs.model
const thingName = 'thing-0'

type Streams = Pick<
  iotjobs.IotJobsClientv2,
  'createJobExecutionsChangedStream' | 'createNextJobExecutionChangedStream'
>

/** Opens both streams of notifications and keeps what they bring. */
async function listen(jobs: Streams) {
  const changed: iotjobs.model.JobExecutionsChangedEvent[] = []
  const next: iotjobs.model.NextJobExecutionChangedEvent[] = []
  const { StreamingOperation } = mqtt_request_response
  const streams = [
    jobs.createJobExecutionsChangedStream({ thingName }),
    jobs.createNextJobExecutionChangedStream({ thingName }),
  ] as const
  const [all, first] = streams
  all.addListener('incomingPublish', ({ message }) => changed.push(message))
  first.addListener('incomingPublish', ({ message }) => next.push(message))
  for (const stream of streams) {
    const subscribed = new Promise((resolve) =>
      stream.addListener(StreamingOperation.SUBSCRIPTION_STATUS, resolve),
    )
    stream.open()
    await subscribed
  }
  const close = () => {
    for (const stream of streams) stream.close()
  }
  return { changed, next, close }
}

async function createJob(standIn: StandIn, jobId: string): Promise<void> {
  const { iot } = awsClients(standIn)
  const targets = [arn('thing', thingName)]
  await iot.send(new CreateJobCommand({ jobId, targets, document: JSON.stringify(DOCUMENT) }))
}

/** The refusal that the client read from a `rejected` message. */
async function refusalOf(call: Promise<unknown>): Promise<iotjobs.model.V2ErrorResponse> {
  const thrown = await call.then(
    () => new Error('was not refused'),
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(mqtt_request_response.ServiceError)
  return (thrown as mqtt_request_response.ServiceError).modeledError
}

describe.each<Protocol>(['MQTT 3.1.1', 'MQTT 5'])(
  'the official Jobs client over %s',
  (protocol) => {
    const connect = (standIn: StandIn, clientId = 'official') =>
      officialDevice(standIn.addresses.mqtt, protocol, clientId)

    test('B16 N2 N6 works a job off, and is told of its coming and going', async () => {
      const standIn = await openStandIn()
      const jobs = await connect(standIn)
      const told = await listen(jobs)
      expect(await jobs.startNextPendingJobExecution({ thingName })).not.toHaveProperty('execution')
      await createJob(standIn, 'reboot')
      await expect.poll(() => told.next).toHaveLength(1)
      await expect.poll(() => told.changed).toHaveLength(1)
      expect(told.next[0]?.execution).toMatchObject({
        jobId: 'reboot',
        status: 'QUEUED',
        versionNumber: 1,
        executionNumber: 1,
        jobDocument: DOCUMENT,
      })
      expect(told.changed[0]?.jobs).toMatchObject({ QUEUED: [{ jobId: 'reboot' }] })

      const pending = await jobs.getPendingJobExecutions({ thingName })
      expect(pending).toMatchObject({ inProgressJobs: [], queuedJobs: [{ jobId: 'reboot' }] })
      const described = await jobs.describeJobExecution({ thingName, jobId: '$next' })
      expect(described.execution).toMatchObject({ jobId: 'reboot', status: 'QUEUED' })

      const { execution, timestamp } = await jobs.startNextPendingJobExecution({
        thingName,
        stepTimeoutInMinutes: 15,
      })
      // Typed as a date, and passed on as it came: whole seconds.
      expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(60)
      expect(execution).toMatchObject({ jobId: 'reboot', status: 'IN_PROGRESS', versionNumber: 2 })
      expect(execution).not.toHaveProperty('thingName')

      const update = { thingName, jobId: 'reboot', executionNumber: 1 }
      await jobs.updateJobExecution({
        ...update,
        expectedVersion: 2,
        status: JobStatus.IN_PROGRESS,
        statusDetails: { progress: '40' },
      })
      const last = await jobs.updateJobExecution({
        ...update,
        expectedVersion: 3,
        status: JobStatus.SUCCEEDED,
        includeJobExecutionState: true,
      })
      expect(last.executionState).toMatchObject({ status: 'SUCCEEDED', versionNumber: 4 })
      await expect.poll(() => told.next).toHaveLength(2)
      await expect.poll(() => told.changed).toHaveLength(2)
      expect(told.next[1]?.execution).toBeUndefined()
      expect(told.changed[1]?.jobs).toEqual({})
      told.close()
    })

    test('M12 M13 M14 reads every refusal as an error of the model', async () => {
      const standIn = await begunStandIn(1)
      const jobs = await connect(standIn)
      const update = { thingName, jobId: 'fw-1', status: JobStatus.IN_PROGRESS }
      const lost = await refusalOf(jobs.describeJobExecution({ thingName, jobId: 'none' }))
      expect(lost).toMatchObject({ code: 'ResourceNotFound', message: expect.any(String) })
      const stale = await refusalOf(jobs.updateJobExecution({ ...update, expectedVersion: 9 }))
      expect(stale).toMatchObject({
        code: 'VersionMismatch',
        executionState: { status: 'QUEUED', versionNumber: 1 },
      })
      const bad = await refusalOf(
        jobs.updateJobExecution({ ...update, status: 'SUCCESS' as iotjobs.model.JobStatus }),
      )
      expect(bad).toMatchObject({ code: 'InvalidRequest' })
      await jobs.updateJobExecution({ ...update, status: JobStatus.FAILED })
      const late = await refusalOf(jobs.updateJobExecution(update))
      expect(late).toMatchObject({
        code: 'InvalidStateTransition',
        executionState: { status: 'FAILED', versionNumber: 2 },
      })
      const over = await refusalOf(jobs.describeJobExecution({ thingName, jobId: 'fw-1' }))
      expect(over).toMatchObject({ code: 'TerminalStateReached' })
    })

    test('M19 works off jobs called get, start-next and notify', async () => {
      const standIn = await openStandIn()
      const jobs = await connect(standIn)
      for (const jobId of ['get', 'start-next', 'notify']) {
        await createJob(standIn, jobId)
        await expect
          .poll(
            async () => (await jobs.startNextPendingJobExecution({ thingName })).execution?.jobId,
          )
          .toBe(jobId)
        expect(await jobs.describeJobExecution({ thingName, jobId })).toMatchObject({
          execution: { jobId, status: 'IN_PROGRESS' },
        })
        await jobs.updateJobExecution({ thingName, jobId, status: JobStatus.SUCCEEDED })
      }
    })

    test('M26 asks many things at once, and each answer finds its request', async () => {
      const standIn = await begunStandIn(3)
      const jobs = await connect(standIn)
      const asked = ['fw-1', 'fw-2', 'fw-3'].flatMap((jobId) => [jobId, jobId, jobId])
      const answers = await Promise.all(
        asked.map((jobId) => jobs.describeJobExecution({ thingName, jobId })),
      )
      expect(answers.map(({ execution }) => execution?.jobId)).toEqual(asked)
    })

    test('C9 N10 learns from its next update that its execution was canceled', async () => {
      const standIn = await begunStandIn(1)
      const jobs = await connect(standIn)
      const told = await listen(jobs)
      await jobs.startNextPendingJobExecution({ thingName })
      const { iot } = awsClients(standIn)
      const cancel = { jobId: 'fw-1', thingName, force: true }
      await iot.send(new CancelJobExecutionCommand(cancel))
      await expect.poll(() => told.next).toHaveLength(1)
      expect(told.next[0]?.execution).toBeUndefined()
      const update = { thingName, jobId: 'fw-1', status: JobStatus.SUCCEEDED }
      expect(await refusalOf(jobs.updateJobExecution(update))).toMatchObject({
        code: 'InvalidStateTransition',
        executionState: { status: 'CANCELED' },
      })
      told.close()
    })
  },
)
