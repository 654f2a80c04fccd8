import { expect, test } from 'vitest'
import type { JobSpec } from '../../src/service/job-control.ts'
import { ServiceProbe } from './service-probe.ts'

const EXPONENTIAL = {
  baseRatePerMinute: 50,
  incrementFactor: 1.5,
  rateIncreaseCriteria: { numberOfNotifiedThings: 10 },
}
const CRITERION = {
  failureType: 'FAILED',
  action: 'CANCEL',
  thresholdPercentage: 20.5,
  minNumberOfExecutedThings: 1,
} as const
const targets = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ kind: 'group', group: `g-${at}` }) as const)
const paced = (more: object) => ({
  jobExecutionsRolloutConfig: { exponentialRate: { ...EXPONENTIAL, ...more } },
})
const aborting = (more: object) => ({ abortConfig: { criteriaList: [{ ...CRITERION, ...more }] } })

test.each<Partial<JobSpec> & { field: string }>([
  { field: 'jobId', jobId: '' },
  { field: 'jobId', jobId: 'a'.repeat(65) },
  { field: 'jobId', jobId: 'a b' },
  { field: 'targets', targets: [] },
  { field: 'targets', targets: targets(101) },
  { field: 'document', documentText: '' },
  { field: 'document', documentText: 'install' },
  { field: 'document', documentText: JSON.stringify('ä'.repeat(16_384)) },
  { field: 'description', description: '' },
  { field: 'description', description: 'x'.repeat(2_029) },
  { field: 'description', description: 'two\nlines' },
  { field: 'inProgressTimeoutInMinutes', timeoutConfig: { inProgressTimeoutInMinutes: 0 } },
  { field: 'inProgressTimeoutInMinutes', timeoutConfig: { inProgressTimeoutInMinutes: 10_081 } },
  { field: 'expiresInSec', presignedUrlConfig: { expiresInSec: 59 } },
  { field: 'expiresInSec', presignedUrlConfig: { expiresInSec: 3_601 } },
  { field: 'maximumPerMinute', jobExecutionsRolloutConfig: { maximumPerMinute: 0 } },
  { field: 'maximumPerMinute', jobExecutionsRolloutConfig: { maximumPerMinute: 1_001 } },
  { field: 'baseRatePerMinute', ...paced({ baseRatePerMinute: 1_001 }) },
  { field: 'incrementFactor', ...paced({ incrementFactor: 1 }) },
  { field: 'incrementFactor', ...paced({ incrementFactor: 5.1 }) },
  { field: 'incrementFactor', ...paced({ incrementFactor: 1.25 }) },
  { field: 'rateIncreaseCriteria', ...paced({ rateIncreaseCriteria: {} }) },
  {
    field: 'numberOfSucceededThings',
    ...paced({ rateIncreaseCriteria: { numberOfSucceededThings: 0 } }),
  },
  { field: 'criteriaList', abortConfig: { criteriaList: [] } },
  { field: 'failureType', ...aborting({ failureType: 'CANCELED' }) },
  { field: 'thresholdPercentage', ...aborting({ thresholdPercentage: 100.01 }) },
  { field: 'thresholdPercentage', ...aborting({ thresholdPercentage: 10.999 }) },
  { field: 'minNumberOfExecutedThings', ...aborting({ minNumberOfExecutedThings: 0 }) },
])('CreateJob refuses a bad $field', ({ field, ...spec }) => {
  const probe = new ServiceProbe()
  const { jobId = 'job', ...more } = spec
  const refusal = probe.job(jobId, more)
  expect(refusal).toMatchObject({ code: 'InvalidRequestException' })
  expect(refusal?.message).toMatch(new RegExp(`at '[\\w.]*${field}[\\w.]*' failed`))
  expect([...probe.control.listJobs({}, 0)]).toEqual([])
})

test('a threshold has at most two decimals, whatever a computer makes of them', () => {
  const probe = new ServiceProbe()
  for (const [at, thresholdPercentage] of [0, 0.07, 33.33, 64.35, 99.99].entries())
    expect(probe.job(`job-${at}`, aborting({ thresholdPercentage }))).toBeUndefined()
})

test('CreateJob takes what stands at the limits', () => {
  const probe = new ServiceProbe()
  const spec: Partial<JobSpec> = {
    targets: targets(100),
    documentText: JSON.stringify('x'.repeat(32_766)),
    description: 'ü'.repeat(2_028),
    timeoutConfig: { inProgressTimeoutInMinutes: 10_080 },
    jobExecutionsRetryConfig: {
      criteriaList: [
        { failureType: 'FAILED', numberOfRetries: 4 },
        { failureType: 'TIMED_OUT', numberOfRetries: 6 },
      ],
    },
    presignedUrlConfig: { roleArn: 'arn:aws:iam::1:role/r', expiresInSec: 3_600 },
    ...paced({ incrementFactor: 4.9 }),
    ...aborting({ thresholdPercentage: 100 }),
    repeated: { jobTemplateArn: 'arn' },
  }
  const jobId = 'a'.repeat(64)
  expect(probe.job(jobId, spec)).toBeUndefined()
  const { documentText: _, ...shown } = spec
  expect(probe.view(jobId)).toMatchObject(shown)
})

test('CreateJob tells all its problems at once', () => {
  const refusal = new ServiceProbe().job('no good', { targets: [], description: '' })
  expect(refusal?.message).toMatch(/^3 validation errors detected: /)
})

test('UpdateJob and CancelJob keep to the same rules', () => {
  const probe = new ServiceProbe()
  probe.job('job')
  const bad = { code: 'InvalidRequestException' }
  const { control } = probe
  expect(control.updateJob('job', { description: '' }, 0)).toMatchObject(bad)
  const criteriaList = [{ failureType: 'TIMED_OUT', numberOfRetries: 1 }] as const
  const jobExecutionsRetryConfig = { criteriaList }
  expect(control.updateJob('job', { jobExecutionsRetryConfig }, 0)).toMatchObject(bad)
  const timeoutConfig = { inProgressTimeoutInMinutes: 5 }
  expect(control.updateJob('job', { jobExecutionsRetryConfig, timeoutConfig }, 0)).toBeUndefined()
  expect(control.cancelJob('job', { force: false, reasonCode: 'small' }, 0)).toMatchObject(bad)
  expect(control.cancelJob('job', { force: false, comment: '' }, 0)).toMatchObject(bad)
  expect(control.cancelJob('job', { force: false, reasonCode: 'A_1' }, 0)).toMatchObject({
    reasonCode: 'A_1',
  })
  expect(control.updateJob('job', { description: 'late' }, 0)).toMatchObject(bad)
  expect(control.updateJob('none', {}, 0)).toMatchObject({ code: 'ResourceNotFoundException' })
})

test('no more than 500 jobs are rolled out at a time', () => {
  const probe = new ServiceProbe({ things: 2 }).join('g', 0, 1)
  const targets = [{ kind: 'group', group: 'g' }] as const
  const spec = { targets, jobExecutionsRolloutConfig: { maximumPerMinute: 1_000 } }
  for (let job = 0; job < 500; job++) expect(probe.job(`job-${job}`, spec)).toBeUndefined()
  expect(probe.job('job-500', spec)).toMatchObject({ code: 'LimitExceededException' })
  probe.control.cancelJob('job-7', { force: false }, probe.nowUs)
  expect(probe.job('job-500', spec)).toBeUndefined()
  expect(probe.job('job-501', spec)).toMatchObject({ code: 'LimitExceededException' })
  probe.at(1)
  expect(probe.job('job-501', spec)).toBeUndefined()
})
