import {
  CancelJobCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeleteThingCommand,
  DescribeEventConfigurationsCommand,
  type EventType,
  InvalidRequestException,
  UpdateEventConfigurationsCommand,
} from '@aws-sdk/client-iot'
import {
  StartNextPendingJobExecutionCommand,
  UpdateJobExecutionCommand,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, test } from 'vitest'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { Device } from './mqtt-device.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** Events for fleet monitoring: protocol 3.12, and the guide's page on jobs events. */

const VERSIONS = [4, 5] as const

async function open(protocolVersion: 4 | 5 = 4) {
  const standIn = await openStandIn()
  const { iot, data } = awsClients(standIn)
  const watcher = await Device.open(standIn.addresses.mqtt, { protocolVersion })
  await watcher.client.subscribeAsync('$aws/events/#', { qos: 1 })
  return {
    standIn,
    iot,
    data,
    watcher,
    enable: (...types: EventType[]) => {
      const on = types.map((type) => [type, { Enabled: true }] as const)
      const eventConfigurations = Object.fromEntries(on)
      return iot.send(new UpdateEventConfigurationsCommand({ eventConfigurations }))
    },
    create: (jobId: string, things: string[], more: Partial<CreateJobCommandInput> = {}) => {
      const targets = things.map((name) => arn('thing', name))
      return iot.send(new CreateJobCommand({ jobId, targets, document: '{}', ...more }))
    },
    end: (jobId: string, thingName: string, status: 'SUCCEEDED' | 'FAILED' | 'REJECTED') => {
      const statusDetails = { step: 'last' }
      return data.send(new UpdateJobExecutionCommand({ jobId, thingName, status, statusDetails }))
    },
    /** The ends of the topics of the first so many events. */
    heard: async (count: number) => {
      await expect.poll(() => watcher.messages.length).toBeGreaterThanOrEqual(count)
      return watcher.messages.map(({ topic }) => topic.replace('$aws/events/', ''))
    },
  }
}

test.each(VERSIONS)(
  'executions that end and the job that completes are told, %i',
  async (version) => {
    const { enable, create, end, heard, watcher } = await open(version)
    await enable('JOB', 'JOB_EXECUTION')
    await create('fw', ['thing-0', 'thing-1'], { description: 'all of them' })
    await end('fw', 'thing-0', 'SUCCEEDED')
    await end('fw', 'thing-1', 'REJECTED')
    expect(await heard(3)).toEqual([
      'jobExecution/fw/succeeded',
      'jobExecution/fw/rejected',
      'job/fw/completed',
    ])
    const [first, second, last] = watcher.messages.map(({ body }) => body)
    const seconds = expect.any(Number)
    expect(first).toEqual({
      eventType: 'JOB_EXECUTION',
      eventId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      timestamp: seconds,
      operation: 'succeeded',
      jobId: 'fw',
      thingArn: arn('thing', 'thing-0'),
      status: 'SUCCEEDED',
      statusDetails: { step: 'last' },
    })
    expect(second?.eventId).not.toBe(first?.eventId)
    expect(last).toEqual({
      eventType: 'JOB',
      eventId: expect.any(String),
      timestamp: seconds,
      operation: 'completed',
      jobId: 'fw',
      status: 'COMPLETED',
      targetSelection: 'SNAPSHOT',
      targets: [arn('thing', 'thing-0'), arn('thing', 'thing-1')],
      description: 'all of them',
      createdAt: seconds,
      lastUpdatedAt: seconds,
      completedAt: seconds,
      jobProcessDetails: {
        numberOfCanceledThings: 0,
        numberOfRejectedThings: 1,
        numberOfFailedThings: 0,
        numberOfRemovedThings: 0,
        numberOfSucceededThings: 1,
        numberOfTimedOutThings: 0,
      },
    })
    for (const stamp of [first?.timestamp, last?.createdAt, last?.completedAt])
      expect(String(stamp)).toMatch(/^\d{10}$/)
  },
)

test('a cancellation begins, cancels what waits, and is done', async () => {
  const { iot, data, enable, create, heard, watcher } = await open()
  await enable('JOB', 'JOB_EXECUTION')
  await create('fw', ['thing-0', 'thing-1'])
  await data.send(new StartNextPendingJobExecutionCommand({ thingName: 'thing-0' }))
  await iot.send(new CancelJobCommand({ jobId: 'fw', comment: 'enough' }))
  expect(await heard(3)).toEqual([
    'job/fw/cancellation_in_progress',
    'jobExecution/fw/canceled',
    'job/fw/canceled',
  ])
  expect(watcher.messages[0]?.body).toMatchObject({
    status: 'CANCELLATION_IN_PROGRESS',
    comment: 'enough',
  })
  expect(watcher.messages[1]?.body).toMatchObject({ thingArn: arn('thing', 'thing-1') })
  expect(watcher.messages[2]?.body).toMatchObject({ status: 'CANCELED', jobId: 'fw' })
})

test('a deletion tells of each execution that goes, and of the job', async () => {
  const { iot, enable, create, end, heard, watcher } = await open()
  await create('fw', ['thing-0'])
  await end('fw', 'thing-0', 'FAILED')
  await enable('JOB', 'JOB_EXECUTION')
  await iot.send(new DeleteJobCommand({ jobId: 'fw' }))
  expect(await heard(3)).toEqual([
    'job/fw/deletion_in_progress',
    'jobExecution/fw/deleted',
    'job/fw/deleted',
  ])
  expect(watcher.messages[1]?.body).toMatchObject({ operation: 'deleted', status: 'DELETED' })
  expect(watcher.messages[2]?.body).toMatchObject({ operation: 'deleted', status: 'DELETED' })
})

test('an open execution of a deleted job is canceled before it is deleted', async () => {
  const { iot, data, enable, create, heard } = await open()
  await create('fw', ['thing-0'])
  await data.send(new StartNextPendingJobExecutionCommand({ thingName: 'thing-0' }))
  await enable('JOB_EXECUTION')
  await iot.send(new DeleteJobCommand({ jobId: 'fw', force: true }))
  expect(await heard(2)).toEqual(['jobExecution/fw/canceled', 'jobExecution/fw/deleted'])
})

test('an execution that is deleted while open is canceled first, and nothing follows', async () => {
  const { iot, data, enable, create, end, heard } = await open()
  await create('fw', ['thing-0', 'thing-1'])
  await data.send(new StartNextPendingJobExecutionCommand({ thingName: 'thing-0' }))
  await enable('JOB_EXECUTION')
  const of = { jobId: 'fw', thingName: 'thing-0', executionNumber: 1 }
  await iot.send(new DeleteJobExecutionCommand({ ...of, force: true }))
  await end('fw', 'thing-1', 'SUCCEEDED')
  expect(await heard(3)).toEqual([
    'jobExecution/fw/canceled',
    'jobExecution/fw/deleted',
    'jobExecution/fw/succeeded',
  ])
})

test('a thing that is deleted is named in the event of its execution', async () => {
  const { iot, enable, create, heard, watcher } = await open()
  await enable('JOB_EXECUTION')
  await create('fw', ['thing-0'])
  await iot.send(new DeleteThingCommand({ thingName: 'thing-0' }))
  expect(await heard(1)).toEqual(['jobExecution/fw/removed'])
  expect(watcher.messages[0]?.body).toMatchObject({
    status: 'REMOVED',
    thingArn: arn('thing', 'thing-0'),
  })
})

test('events are off until they are asked for, each type for itself, and off again', async () => {
  const { iot, enable, create, end, heard } = await open()
  const enabled = async () => {
    const { eventConfigurations } = await iot.send(new DescribeEventConfigurationsCommand({}))
    const { JOB, JOB_EXECUTION } = eventConfigurations ?? {}
    return [JOB?.Enabled, JOB_EXECUTION?.Enabled]
  }
  expect(await enabled()).toEqual([false, false])
  await create('quiet', ['thing-0'])
  await end('quiet', 'thing-0', 'SUCCEEDED')
  await enable('JOB')
  expect(await enabled()).toEqual([true, false])
  await create('half', ['thing-0'])
  await end('half', 'thing-0', 'SUCCEEDED')
  await enable('JOB_EXECUTION')
  const off = { JOB: { Enabled: false } }
  await iot.send(new UpdateEventConfigurationsCommand({ eventConfigurations: off }))
  await create('other', ['thing-0'])
  await end('other', 'thing-0', 'SUCCEEDED')
  expect(await heard(2)).toEqual(['job/half/completed', 'jobExecution/other/succeeded'])
})

test('an event of no known type is refused', async () => {
  const { iot } = await open()
  const eventConfigurations = { JOBS: { Enabled: true } } as Record<string, { Enabled: boolean }>
  await expectRefusal(
    iot.send(new UpdateEventConfigurationsCommand({ eventConfigurations })),
    InvalidRequestException,
    400,
  )
})

test.each([
  ['$aws/events/jobExecution/+/failed', 1],
  ['$aws/events/job/fw/#', 1],
  ['$aws/+/jobExecution/fw/failed', 1],
  ['$aws/events/jobExecution/other/#', 0],
  ['#', 0],
])('a subscription to %s gets %i of the two events of a job that fails', async (filter, count) => {
  const { standIn, enable, create, end, heard } = await open()
  const device = await Device.open(standIn.addresses.mqtt)
  await device.client.subscribeAsync(filter, { qos: 1 })
  await enable('JOB', 'JOB_EXECUTION')
  await create('fw', ['thing-0'])
  await end('fw', 'thing-0', 'FAILED')
  await heard(2)
  // What was sent to it before its own message is there when that comes.
  await device.client.subscribeAsync('plant/heat')
  await device.client.publishAsync('plant/heat', '{}', { qos: 1 })
  await device.next(({ topic }) => topic === 'plant/heat')
  expect(device.messages.filter(({ topic }) => topic !== 'plant/heat')).toHaveLength(count)
})

test('a persistent session gets the events that it was away for', async () => {
  const { standIn, enable, create, end, heard } = await open()
  const options = { clientId: 'monitor', clean: false }
  const monitor = await Device.open(standIn.addresses.mqtt, options)
  await monitor.client.subscribeAsync('$aws/events/job/#', { qos: 1 })
  await monitor.client.endAsync()
  await enable('JOB')
  await create('fw', ['thing-0'])
  await end('fw', 'thing-0', 'SUCCEEDED')
  await heard(1)
  const back = await Device.open(standIn.addresses.mqtt, options)
  expect((await back.next(() => true)).topic).toBe('$aws/events/job/fw/completed')
})
