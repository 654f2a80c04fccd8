import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StandIn } from '../../src/service/stand-in.ts'
import { arn } from './aws-clients.ts'
import { AWS, isMissing, runTool } from './foreign-tool.ts'
import { openStandIn } from './stand-in-fixture.ts'

/** The AWS CLI, as an operator would use it. Each call is a process of its own, so there are few. */

const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_DEFAULT_OUTPUT: 'json',
  AWS_PAGER: '',
  AWS_MAX_ATTEMPTS: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
}

/** As the CLI prints them. */
interface Answer {
  readonly certificateArn?: string
  readonly certificateId?: string
  readonly certificatePem?: string
  readonly keyPair?: object
  readonly execution?: { readonly startedAt?: string }
  readonly things?: readonly object[]
}

async function commandLine({ addresses }: StandIn) {
  const folder = await mkdtemp(join(tmpdir(), 'shakedown-cli-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const AWS_CONFIG_FILE = join(folder, 'config')
  // Version 1 prints numbers otherwise, version 2 dates.
  await writeFile(AWS_CONFIG_FILE, '[default]\ncli_timestamp_format = iso8601\n')
  const environment = { ...ENVIRONMENT, AWS_CONFIG_FILE }
  const call = (service: string, words: readonly string[]) =>
    runTool('aws', ['--endpoint-url', addresses.http, service, ...words], environment)
  return {
    folder,
    /** What it printed, which must be its answer. */
    async aws(service: 'iot' | 'iot-jobs-data', ...words: string[]) {
      const { code, stdout, stderr } = await call(service, words)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as Answer
    },
    /** What it said of a refusal. */
    async refused(service: 'iot' | 'iot-jobs-data', ...words: string[]) {
      const { code, stderr } = await call(service, words)
      expect(code).not.toBe(0)
      return stderr
    },
  }
}

/** Seventeen processes that take a second each on an idle machine. */
const SLOW_MS = 300_000

/** One process for each call that does not build on another. */
const atOnce = <Value>(...calls: Promise<Value>[]) => Promise.all(calls)

describe.skipIf(isMissing(AWS))('the AWS CLI', () => {
  test(
    'C1 C2 C20 provisions a thing, runs a job on it as its device, and cleans up',
    async () => {
      const standIn = await openStandIn()
      const { aws, folder } = await commandLine(standIn)
      const pem = join(folder, 'certificate.pem')
      const [thing, certificate, endpoint] = await atOnce(
        aws('iot', 'create-thing', '--thing-name', 'pump'),
        aws(
          ...(['iot', 'create-keys-and-certificate', '--set-as-active'] as const),
          ...['--certificate-pem-outfile', pem],
        ),
        aws('iot', 'describe-endpoint', '--endpoint-type', 'iot:Jobs'),
        aws('iot', 'create-thing-group', '--thing-group-name', 'plant'),
      )
      expect(thing).toMatchObject({ thingName: 'pump', thingArn: arn('thing', 'pump') })
      expect(await readFile(pem, 'utf8')).toBe(certificate?.certificatePem)
      expect(Object.keys(certificate?.keyPair ?? {}).sort()).toEqual(['PrivateKey', 'PublicKey'])
      expect(endpoint).toEqual({ endpointAddress: new URL(standIn.addresses.http).host })
      const { certificateArn = '', certificateId = '' } = certificate ?? {}
      const principal = ['--thing-name', 'pump', '--principal', certificateArn]
      const member = ['--thing-group-name', 'plant', '--thing-name', 'pump']
      await atOnce(
        aws('iot', 'attach-thing-principal', ...principal),
        aws('iot', 'add-thing-to-thing-group', ...member),
      )

      const job = ['--job-id', 'reboot']
      const created = await aws(
        ...(['iot', 'create-job', ...job] as const),
        ...['--targets', arn('thinggroup', 'plant'), '--document', '{"operation":"reboot"}'],
        ...['--timeout-config', 'inProgressTimeoutInMinutes=5'],
      )
      expect(created).toEqual({ jobArn: arn('job', 'reboot'), jobId: 'reboot' })
      const started = await aws(
        ...(['iot-jobs-data', 'start-next-pending-job-execution'] as const),
        ...['--thing-name', 'pump', '--status-details', 'step=boot'],
      )
      expect(started).toMatchObject({
        execution: {
          jobId: 'reboot',
          status: 'IN_PROGRESS',
          jobDocument: '{"operation":"reboot"}',
        },
      })
      const execution = [...job, '--thing-name', 'pump']
      const { execution: described } = await aws('iot', 'describe-job-execution', ...execution)
      expect(described).toMatchObject({
        statusDetails: { detailsMap: { step: 'boot' } },
        thingArn: arn('thing', 'pump'),
      })
      // The CLI makes a date of it; milliseconds would be one far from this year.
      expect(new Date(described?.startedAt ?? '').getUTCFullYear()).toBe(
        new Date().getUTCFullYear(),
      )
      const update = [...execution, '--status', 'SUCCEEDED', '--expected-version', '2']
      await aws('iot-jobs-data', 'update-job-execution', ...update)
      const [over, listed] = await atOnce(
        aws('iot', 'describe-job', ...job),
        aws('iot', 'list-job-executions-for-job', ...job, '--page-size', '1'),
      )
      expect(over).toMatchObject({
        job: { status: 'COMPLETED', jobProcessDetails: { numberOfSucceededThings: 1 } },
      })
      expect(listed).toMatchObject({
        executionSummaries: [{ thingArn: arn('thing', 'pump') }],
      })

      await atOnce(
        aws('iot', 'detach-thing-principal', ...principal),
        aws(
          ...(['iot', 'update-certificate', '--new-status', 'INACTIVE'] as const),
          ...['--certificate-id', certificateId],
        ),
        aws('iot', 'delete-job', ...job),
      )
      await atOnce(
        aws('iot', 'delete-certificate', '--certificate-id', certificateId),
        aws('iot', 'delete-thing', '--thing-name', 'pump'),
        aws('iot', 'delete-thing-group', '--thing-group-name', 'plant'),
      )
    },
    SLOW_MS,
  )

  test('H14 names each refusal as the service does', async () => {
    const { refused } = await commandLine(await openStandIn())
    const [lost, stale, unknown] = await atOnce(
      refused('iot', 'describe-job', '--job-id', 'none'),
      refused(
        ...(['iot-jobs-data', 'update-job-execution', '--job-id', 'none'] as const),
        ...['--thing-name', 'thing-0', '--status', 'SUCCEEDED'],
      ),
      refused('iot', 'describe-thing', '--thing-name', 'nobody'),
    )
    expect(lost).toContain('(ResourceNotFoundException) when calling the DescribeJob operation')
    expect(stale).toContain('(ResourceNotFoundException) when calling the UpdateJobExecution')
    expect(unknown).toContain('(ResourceNotFoundException) when calling the DescribeThing')
  })

  test('C17 pages through a list by itself', async () => {
    const { aws } = await commandLine(await openStandIn({ things: 7 }))
    const { things = [] } = await aws('iot', 'list-things', '--page-size', '3')
    expect(things).toHaveLength(7)
  })
})
