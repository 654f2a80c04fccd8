import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import {
  DescribeJobExecutionCommand,
  GetPendingJobExecutionsCommand,
  InvalidRequestException,
  InvalidStateTransitionException,
  IoTJobsDataPlaneClient,
  ResourceNotFoundException,
  StartNextPendingJobExecutionCommand,
  TerminalStateException,
  ThrottlingException,
  UpdateJobExecutionCommand,
} from '@aws-sdk/client-iot-jobs-data-plane'
import { io, iotjobs, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StandInSettings } from '../../src/protocol/admin.ts'
import { AWS_QUOTAS } from '../../src/protocol/quotas.ts'
import { begunStandIn, DOCUMENT, jobOf, openStandIn } from './stand-in-fixture.ts'

/** Clients that other people wrote, which know no more of the stand-in than of the service. */

describe('the AWS SDK for JavaScript over HTTP', () => {
  const open = async (settings: Partial<StandInSettings> = {}, maxAttempts = 1) => {
    const standIn = await begunStandIn(1, settings)
    const client = new IoTJobsDataPlaneClient({
      endpoint: standIn.addresses.http,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
      maxAttempts,
    })
    onTestFinished(() => client.destroy())
    return { client, standIn }
  }
  const thingName = 'thing-0'
  const jobId = 'fw-1'

  test('works an execution off', async () => {
    const { client } = await open()
    const { queuedJobs } = await client.send(new GetPendingJobExecutionsCommand({ thingName }))
    expect(queuedJobs).toMatchObject([{ jobId, executionNumber: 1, versionNumber: 1 }])
    const start = new StartNextPendingJobExecutionCommand({ thingName, stepTimeoutInMinutes: 5 })
    const { execution } = await client.send(start)
    expect(execution).toMatchObject({ jobId, thingName, status: 'IN_PROGRESS', versionNumber: 2 })
    expect(JSON.parse(execution?.jobDocument ?? '')).toEqual(DOCUMENT)
    const progress = { thingName, jobId, statusDetails: { step: 'half' } }
    const update = new UpdateJobExecutionCommand({
      ...progress,
      ...{ status: 'IN_PROGRESS', expectedVersion: 2, includeJobExecutionState: true },
    })
    const { executionState } = await client.send(update)
    expect(executionState).toEqual({
      status: 'IN_PROGRESS',
      statusDetails: { step: 'half' },
      versionNumber: 3,
    })
    await client.send(new UpdateJobExecutionCommand({ thingName, jobId, status: 'SUCCEEDED' }))
    const nothing = new DescribeJobExecutionCommand({ thingName, jobId: '$next' })
    expect((await client.send(nothing)).execution).toBeUndefined()
  })

  test('sees the modelled exceptions', async () => {
    const { client } = await open()
    const update = (status: string, more = {}) =>
      client.send(
        new UpdateJobExecutionCommand({
          thingName,
          jobId,
          status,
          ...more,
        } as ConstructorParameters<typeof UpdateJobExecutionCommand>[0]),
      )
    await expect(update('SUCCESS')).rejects.toBeInstanceOf(InvalidRequestException)
    const missing = update('FAILED', { jobId: 'fw-9' })
    await expect(missing).rejects.toBeInstanceOf(ResourceNotFoundException)
    const stale = update('FAILED', { expectedVersion: 9 })
    await expect(stale).rejects.toBeInstanceOf(InvalidStateTransitionException)
    await update('FAILED')
    await expect(update('SUCCEEDED')).rejects.toBeInstanceOf(InvalidStateTransitionException)
    const describe = client.send(new DescribeJobExecutionCommand({ thingName, jobId }))
    await expect(describe).rejects.toBeInstanceOf(TerminalStateException)
    await expect(describe).rejects.toMatchObject({ $metadata: { httpStatusCode: 410 } })
  })

  test('sees a throttle, and retries it when it may', async () => {
    const quotas = { ...AWS_QUOTAS, writesPerSecond: 4, burstSeconds: 0.25 }
    const once = await open({ quotas })
    const start = () => new StartNextPendingJobExecutionCommand({ thingName })
    await once.client.send(start())
    await expect(once.client.send(start())).rejects.toBeInstanceOf(ThrottlingException)

    const patient = await open({ quotas }, 8)
    await patient.client.send(start())
    const { $metadata, execution } = await patient.client.send(start())
    expect(execution?.jobId).toBe(jobId)
    expect($metadata.attempts).toBeGreaterThan(1)
  })
})

describe.each(['3.1.1', '5'] as const)('the AWS IoT Device SDK over MQTT %s', (version) => {
  const open = async (address: string) => {
    const connect = version === '5' ? connectMqtt5 : connectMqtt311
    const client = await connect(new URL(address))
    onTestFinished(() => client.close())
    return client
  }
  const thingName = 'thing-0'
  const jobId = 'fw-1'

  test('works an execution off', async () => {
    const client = await open((await begunStandIn(1)).addresses.mqtt)
    const { queuedJobs } = await client.getPendingJobExecutions({ thingName })
    expect(queuedJobs).toMatchObject([{ jobId, executionNumber: 1, versionNumber: 1 }])
    const { execution } = await client.startNextPendingJobExecution({ thingName })
    expect(execution).toMatchObject({ jobId, status: 'IN_PROGRESS', jobDocument: DOCUMENT })
    const described = await client.describeJobExecution({ thingName, jobId: '$next' })
    expect(described.execution).toMatchObject({ jobId, versionNumber: 2 })
    const { SUCCEEDED } = iotjobs.model.JobStatus
    await client.updateJobExecution({ thingName, jobId, status: SUCCEEDED, expectedVersion: 2 })
    const nothing = await client.startNextPendingJobExecution({ thingName })
    expect(nothing.execution).toBeUndefined()
  })

  test('sees a rejection with its code', async () => {
    const client = await open((await begunStandIn(1)).addresses.mqtt)
    const { FAILED } = iotjobs.model.JobStatus
    const update = client.updateJobExecution({ thingName, jobId: 'fw-9', status: FAILED })
    await expect(update).rejects.toMatchObject({ modeledError: { code: 'ResourceNotFound' } })
  })

  test('hears of a new job on both streams', async () => {
    const standIn = await openStandIn({ jobs: [jobOf(1)] })
    const client = await open(standIn.addresses.mqtt)
    const next = client.createNextJobExecutionChangedStream({ thingName })
    const changed = client.createJobExecutionsChangedStream({ thingName })
    const established = [next, changed].map((stream) => once(stream, 'subscriptionStatus'))
    const heard = [next, changed].map((stream) => once(stream, 'incomingPublish'))
    next.open()
    changed.open()
    await Promise.all(established)
    standIn.begin()
    const [[first], [pending]] = (await Promise.all(heard)) as [
      [iotjobs.model.NextJobExecutionChangedEvent],
      [iotjobs.model.JobExecutionsChangedEvent],
    ]
    // The SDK wraps the event in what it came with, or not, by version.
    expect(JSON.stringify(first)).toContain(`"jobId":"${jobId}"`)
    expect(JSON.stringify(pending)).toContain(`"jobId":"${jobId}"`)
  })
})

const RR_OPTIONS = {
  maxRequestResponseSubscriptions: 8,
  maxStreamingSubscriptions: 4,
  operationTimeoutInSeconds: 10,
}

async function connectMqtt311({ hostname, port }: URL): Promise<iotjobs.IotJobsClientv2> {
  const client = new mqtt.MqttClient()
  const connection = client.new_connection({
    client_id: 'sdk-311',
    host_name: hostname,
    port: Number(port),
    clean_session: true,
    username: '?SDK=JSv2&Version=1.28.0',
    socket_options: new io.SocketOptions(),
  })
  await connection.connect()
  onTestFinished(async () => void (await connection.disconnect()))
  return iotjobs.IotJobsClientv2.newFromMqtt311(connection, RR_OPTIONS)
}

async function connectMqtt5({ hostname, port }: URL): Promise<iotjobs.IotJobsClientv2> {
  const client = new mqtt5.Mqtt5Client({ hostName: hostname, port: Number(port) })
  const connected = once(client, 'connectionSuccess')
  client.start()
  await connected
  onTestFinished(async () => {
    const stopped = once(client, 'stopped')
    client.stop()
    await stopped
    client.close()
  })
  return iotjobs.IotJobsClientv2.newFromMqtt5(client, RR_OPTIONS)
}

const hasMosquitto = spawnSync('mosquitto_pub', ['--help']).error === undefined
if (!hasMosquitto) console.warn('SKIPPED: mosquitto_pub and mosquitto_sub are not installed')

// On a build machine a missing client is a failure, and not a quiet gap.
test.runIf(hasMosquitto || process.env.CI === 'true').each(['mqttv311', 'mqttv5'])(
  'mosquitto asks, is answered, and hears of the next execution, over %s',
  async (version) => {
    const { addresses } = await begunStandIn(Number.POSITIVE_INFINITY)
    const { hostname, port } = new URL(addresses.mqtt)
    const place = ['-h', hostname, '-p', port, '-V', version]
    const topic = '$aws/things/thing-0/jobs'
    const listen = (last: string) =>
      promisify(execFile)('mosquitto_sub', [
        ...place,
        ...['-q', '1', '-C', '1', '-W', '20', '-t', `${topic}/${last}`],
      ])
    let listening = true
    const heard = listen('notify-next').finally(() => {
      listening = false
    })
    // It does not say when it has subscribed, so there is always another execution to hear of.
    const jobs = `${addresses.http}/things/thing-0/jobs`
    while (listening) {
      const started = await fetch(`${jobs}/$next`, { method: 'PUT' })
      const { execution } = (await started.json()) as { execution: { jobId: string } }
      const last = ['-t', `${topic}/${execution.jobId}/update`, '-m', '{"status":"SUCCEEDED"}']
      await promisify(execFile)('mosquitto_pub', [...place, '-q', '1', ...last])
    }
    const { execution } = JSON.parse((await heard).stdout)
    expect(execution).toMatchObject({ status: 'QUEUED', jobDocument: DOCUMENT })
  },
)
