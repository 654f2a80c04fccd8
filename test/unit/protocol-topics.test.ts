import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OPERATIONS } from '../../src/protocol/jobs.ts'
import { parseTopic, requestSuffix, topicPrefix } from '../../src/protocol/mqtt-topics.ts'

const jobIds = fc.oneof(
  fc.constantFrom('get', 'start-next', 'update', 'notify', 'notify-next', 'accepted', 'rejected'),
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/),
)

test('every topic that is built is read back, also for jobs called get or notify', () => {
  const readBack = fc.property(
    fc.stringMatching(/^[a-zA-Z0-9:_-]{1,128}$/),
    fc.constantFrom(...OPERATIONS),
    jobIds,
    fc.constantFrom('', '/accepted', '/rejected'),
    (thingName, operation, job, ending) => {
      const jobId = operation === 'update' || operation === 'describe' ? job : undefined
      const parsed = parseTopic(topicPrefix(thingName) + requestSuffix(operation, jobId) + ending)
      const kind = ending === '' ? 'request' : 'answer'
      expect(parsed).toMatchObject({ kind, thingName, operation, jobId })
      if (parsed?.kind === 'answer') expect(parsed.accepted).toBe(ending === '/accepted')
    },
  )
  fc.assert(readBack)
})

test.each([
  { suffix: 'notify', kind: 'notify' },
  { suffix: 'notify-next', kind: 'notify-next' },
  { suffix: 'notify/get', kind: 'request', operation: 'describe', jobId: 'notify' },
  { suffix: 'get/get', kind: 'request', operation: 'describe', jobId: 'get' },
  { suffix: 'get/accepted', kind: 'answer', operation: 'get-pending' },
  { suffix: '$next/get', kind: 'request', operation: 'describe', jobId: '$next' },
  { suffix: 'foo', kind: 'unknown' },
  { suffix: 'foo/bar', kind: 'unknown' },
  { suffix: 'foo/accepted', kind: 'unknown' },
  { suffix: 'start-next/accepted/more', kind: 'unknown' },
  { suffix: 'j/get/accepted/more', kind: 'unknown' },
  { suffix: 'j/namespace-aws-gg-deployment/get', kind: 'unknown' },
  { suffix: '', kind: 'unknown' },
])('M22 jobs/$suffix is $kind', ({ suffix, ...expected }) => {
  expect(parseTopic(`$aws/things/dev/jobs/${suffix}`)).toMatchObject(expected)
})

test.each(['$aws/things/dev/shadow/get', 'things/dev/jobs/get', '$aws/things/dev/jobs', '', '/'])(
  '%s is no topic of Jobs',
  (topic) => {
    expect(parseTopic(topic)).toBeUndefined()
  },
)
