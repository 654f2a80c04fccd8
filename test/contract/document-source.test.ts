import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateJobCommand,
  DescribeJobCommand,
  GetJobDocumentCommand,
  InvalidRequestException,
} from '@aws-sdk/client-iot'
import { StartNextPendingJobExecutionCommand } from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, onTestFinished, test } from 'vitest'
import { startStandIn } from '../../src/service/stand-in.ts'
import { arn, awsClients, expectRefusal } from './aws-clients.ts'
import { openStandIn, settingsWith } from './stand-in-fixture.ts'

/** Jobs that name their document by the URL of an S3 object (protocol 3.11). */

const DOCUMENT = '{"operation":"install"}'

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'shakedown-documents-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'objects/bucket/deep'), { recursive: true })
  const write = (key: string, text: string) => writeFile(join(folder, 'objects/bucket', key), text)
  await write('fw.json', DOCUMENT)
  await write('deep/a b.json', DOCUMENT)
  await write('text.txt', 'install')
  await write('long.json', JSON.stringify('x'.repeat(32_767)))
  await writeFile(join(folder, 'secret.json'), DOCUMENT)
  await symlink('/dev/zero', join(folder, 'objects/bucket/endless'))
  const options = {
    host: '127.0.0.1',
    mqttPort: 0,
    httpPort: 0,
    documents: join(folder, 'objects'),
  }
  const standIn = await startStandIn(settingsWith(), options)
  onTestFinished(() => standIn.close())
  return awsClients(standIn)
}

const jobFrom = (documentSource: string, more: { document?: string } = {}) =>
  new CreateJobCommand({ jobId: 'fw', targets: [arn('thing', 'thing-0')], documentSource, ...more })

test.each([
  'https://s3.eu-west-1.amazonaws.com/bucket/fw.json',
  'https://s3.amazonaws.com/bucket/fw.json',
  'https://bucket.s3.eu-west-1.amazonaws.com/fw.json',
  'https://bucket.s3.amazonaws.com/deep/a%20b.json',
  's3://bucket/fw.json',
])('the object at %s is the document of its job', async (documentSource) => {
  const { iot, data } = await open()
  await iot.send(jobFrom(documentSource))
  const described = await iot.send(new DescribeJobCommand({ jobId: 'fw' }))
  expect(described.documentSource).toBe(documentSource)
  const { document } = await iot.send(new GetJobDocumentCommand({ jobId: 'fw' }))
  expect(document).toBe(DOCUMENT)
  const start = new StartNextPendingJobExecutionCommand({ thingName: 'thing-0' })
  expect((await data.send(start)).execution?.jobDocument).toBe(DOCUMENT)
})

test.each([
  ['https://s3.amazonaws.com/bucket/none.json', 'no file bucket/none.json'],
  ['https://s3.amazonaws.com/bucket/deep', 'no file bucket/deep'],
  ['https://s3.amazonaws.com/bucket/../../secret.json', 'is empty, "." or ".."'],
  ['https://s3.amazonaws.com/bucket/%2e%2e/%2e%2e/secret.json', 'is empty, "." or ".."'],
  ['https://s3.amazonaws.com/bucket/endless', 'no file bucket/endless'],
  ['https://s3.amazonaws.com/bucket/text.txt', 'valid JSON'],
  ['https://s3.amazonaws.com/bucket/long.json', 'less than or equal to 32768'],
  ['https://example.com/bucket/fw.json', 'URL of an S3 object'],
  ['https://s3.amazonaws.com/bucket', 'URL of an S3 object'],
  [`https://s3.amazonaws.com/bucket/${'x'.repeat(1_350)}`, 'less than or equal to 1350'],
])('CreateJob with the source %.60s is refused: %s', async (documentSource, why) => {
  const { iot } = await open()
  await expectRefusal(iot.send(jobFrom(documentSource)), InvalidRequestException, 400, {
    message: expect.stringContaining(why),
  })
})

test('a job has a document or a source of it, and not both', async () => {
  const { iot } = await open()
  const both = jobFrom('https://s3.amazonaws.com/bucket/fw.json', { document: DOCUMENT })
  await expectRefusal(iot.send(both), InvalidRequestException, 400)
})

test('without a folder of documents a source is refused, with what would help', async () => {
  const { iot } = awsClients(await openStandIn())
  const job = jobFrom('https://s3.amazonaws.com/bucket/fw.json')
  await expectRefusal(iot.send(job), InvalidRequestException, 400, {
    message: expect.stringContaining('--documents'),
  })
})
