import { expect, test } from 'vitest'
import { executionIn, ServiceProbe } from './service-probe.ts'

const OBJECT = 'https://s3.eu-west-1.amazonaws.com/fw/a.bin'
const RAW = JSON.stringify({ files: [`$${`{aws:iot:s3-presigned-url:${OBJECT}}`}`, 'x'] })
const PRESIGNED = { presignedUrlConfig: { roleArn: 'arn:aws:iam::1:role/r', expiresInSec: 600 } }

function documentAt(probe: ServiceProbe, seconds: number): { files: string[] } {
  const { jobDocument } = executionIn(probe.at(seconds).describe('job'))
  return JSON.parse(String(jobDocument)) as { files: string[] }
}

test('C23 a device gets a signed URL, another one at each time; GetJobDocument has the placeholder', () => {
  const probe = new ServiceProbe()
  probe.job('job', { documentText: RAW, ...PRESIGNED })
  const { files } = documentAt(probe, 0)
  const { host, pathname, searchParams } = new URL(files[0] ?? '')
  expect([host, pathname]).toEqual(['s3.eu-west-1.amazonaws.com', '/fw/a.bin'])
  expect(Object.fromEntries(searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': expect.stringMatching(/^\w+\/20260806\/eu-west-1\/s3\/aws4_request$/),
    'X-Amz-Date': '20260806T070640Z',
    'X-Amz-Expires': '600',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(files[1]).toBe('x')
  expect(documentAt(probe, 0)).toEqual({ files })
  expect(documentAt(probe, 1)).not.toEqual({ files })
  expect(probe.control.jobDocument('job')).toBe(RAW)
})

test('C23 start-next, update and notify-next have it signed too', () => {
  const probe = new ServiceProbe()
  probe.job('job', { documentText: RAW, ...PRESIGNED })
  const { notification } = probe.notifications[1] ?? {}
  expect(JSON.stringify(notification)).toContain('X-Amz-Signature')
  expect(JSON.stringify(probe.startNext())).toContain('X-Amz-Signature')
  const update = probe.update('job', 'IN_PROGRESS', { includeJobDocument: true })
  expect(JSON.stringify(update)).toContain('X-Amz-Signature')
})

test('C23 without a presignedUrlConfig the placeholder stays', () => {
  const probe = new ServiceProbe()
  probe.job('job', { documentText: RAW })
  expect(executionIn(probe.describe('job')).jobDocument).toBe(RAW)
})
