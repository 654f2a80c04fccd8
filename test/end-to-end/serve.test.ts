import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepared, SCENARIOS, type Started, shakedown, started } from './command-line.ts'

const PORTS = ['--http', '0', '--mqtt', '0']

async function httpOf(serving: Started): Promise<string> {
  const ready = /^ready (\{.*\})$/m
  await serving.until('it is ready', () => ready.test(serving.stdout()))
  return JSON.parse(ready.exec(serving.stdout())?.[1] ?? '').http
}

interface Answer {
  readonly execution: { jobId: string; jobDocument: string; executionNumber: number }
}

async function startNext(http: string, thing: string) {
  const response = await fetch(`${http}/things/${thing}/jobs/$next`, { method: 'PUT', body: '{}' })
  return { status: response.status, body: (await response.json()) as Answer }
}

test('somebody’s own firmware finds the jobs of the scenario, and the ledger is told at the end', async () => {
  const { file } = prepared(`
name: own-firmware
service: { quotas: unlimited }
fleet: { things: 3, namePrefix: pump- }
jobs:
  - { id: firmware, document: { operation: install, version: 1.2.3 }, perThing: 2 }
load: { arrivals: [{ name: none, rate: 0/s, for: 0s }] }
`)
  const serving = started('serve', file, ...PORTS, '--set', 'fleet.things=4')
  const http = await httpOf(serving)

  const { status, body } = await startNext(http, 'pump-3')
  expect(status).toBe(200)
  const { jobId, jobDocument, executionNumber } = body.execution
  expect(jobId).toBe('firmware-1')
  expect(JSON.parse(jobDocument)).toEqual({ operation: 'install', version: '1.2.3' })
  const update = await fetch(`${http}/things/pump-3/jobs/${jobId}`, {
    method: 'POST',
    body: JSON.stringify({ status: 'SUCCEEDED', executionNumber }),
  })
  expect(update.status).toBe(200)
  expect((await startNext(http, 'pump-0')).status).toBe(200)
  // There are four of them, by the override.
  expect((await startNext(http, 'pump-4')).status).toBe(404)

  serving.child.kill('SIGINT')
  const { exitCode, stdout } = await serving.ended
  expect(exitCode).toBe(0)
  expect(stdout).toContain('ended by SIGINT')
  expect(stdout).toMatch(/start-next +received 3, accepted 2, empty 0, throttled 0, rejected 1/)
  expect(stdout).toMatch(/update +received 1, accepted 1/)
  expect(stdout).toMatch(/executions ended: 1 SUCCEEDED/)
  expect(stdout).toMatch(/executions open: .*1 IN_PROGRESS/)
})

test('the quotas of the scenario hold for anybody', async () => {
  const serving = started(
    'serve',
    ...PORTS,
    '--things',
    '50',
    '--set',
    'service.quotas={ writes: 5/s }',
  )
  const http = await httpOf(serving)

  const statuses = await Promise.all(
    Array.from(
      { length: 50 },
      async (_, thing) => (await startNext(http, `thing-${thing}`)).status,
    ),
  )

  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(5)
  serving.child.kill('SIGTERM')
  const { exitCode, stdout } = await serving.ended
  expect(exitCode).toBe(0)
  expect(stdout).toContain(`throttled ${statuses.filter((status) => status === 429).length}`)
})

test('the latency of the scenario is waited for', async () => {
  const latency = 'service.latency={ median: 300ms, p99: 300ms }'
  const serving = started('serve', ...PORTS, '--things', '1', '--set', latency)
  const http = await httpOf(serving)

  const beganMs = performance.now()
  await startNext(http, 'thing-0')

  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(290)
  serving.child.kill('SIGINT')
  expect((await serving.ended).exitCode).toBe(0)
})

test('a run against a stand-in that serves the same scenario finds its jobs', async () => {
  const smoke = join(SCENARIOS, 'smoke.yaml')
  const serving = started('serve', smoke, ...PORTS)
  await httpOf(serving)
  const { mqtt, http } = JSON.parse(/^ready (.*)$/m.exec(serving.stdout())?.[1] ?? '')
  const { out } = prepared('')

  const { exitCode, stdout, stderr } = await shakedown(
    ...['run', smoke, '--target', mqtt, '--target', http, '--out', out],
  )

  expect([0, 3], stdout + stderr).toContain(exitCode)
  const { executions, ledger } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
  expect(executions).toMatchObject({ started: 10, succeeded: 10 })
  expect(ledger).toMatchObject({ checked: false, balanced: null })
  serving.child.kill('SIGINT')
  expect((await serving.ended).stdout).toMatch(/executions ended: 10 SUCCEEDED/)
})

test('the control plane has a port of its own when asked for, and a switch is heard', async () => {
  const switches = ['--switch', 'badJson=SerializationException']
  const serving = started('serve', ...PORTS, '--control', '0', ...switches)
  await httpOf(serving)
  const [, addresses = ''] = /^ready (\{.*\})$/m.exec(serving.stdout()) ?? []
  const { http, control } = JSON.parse(addresses)
  expect(new URL(control).port).not.toBe(new URL(http).port)
  const created = await fetch(`${control}/things/pump`, { method: 'POST', body: '{}' })
  expect(await created.json()).toMatchObject({ thingName: 'pump' })
  expect((await startNext(http, 'pump')).status).toBe(200)
  const bad = await fetch(`${http}/things/pump/jobs/$next`, { method: 'PUT', body: 'nope' })
  expect(bad.headers.get('x-amzn-errortype')).toBe('SerializationException')
})

test.each([
  ['--switch', 'badJson=Nonsense', 'write InvalidRequestException or SerializationException'],
  ['--switch', 'badJsn=SerializationException', 'did you mean badJson?'],
  ['--control', 'nope', '--control is nope, which is no port.'],
])('serve %s %s is refused with words that help', async (flag, value, words) => {
  const { exitCode, stderr } = await shakedown('serve', ...PORTS, flag, value)
  expect(exitCode).toBe(2)
  expect(stderr).toContain(words)
})
