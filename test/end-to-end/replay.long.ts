import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { TimelineEvent } from '../../src/metrics/thing-timeline.ts'
import type { KeptTimeline } from '../../src/results/kept-timelines.ts'
import type { Summary } from '../../src/results/summary.ts'
import { SCENARIOS, shakedown, temporaryFolder } from './command-line.ts'

/** Each thing has a start every 4 s, and is done with it long before the next. */
const SCENARIO = `
name: replayed
seed: 11
fleet: { things: 20, connect: { rate: 100/s }, mix: [{ share: 100%, transport: http }] }
behaviour:
  work: { median: 100ms, p95: 400ms }
  updates: 1
  outcomes: { SUCCEEDED: 60%, FAILED: 40% }
  retry: { kind: full-jitter, base: 200ms, cap: 1s, attempts: 50 }
load: { arrivals: [{ name: steady, rate: 5/s, for: 9s }] }
thresholds: [executions.succeeded.share >= 100%]
`

/** A jobs service that leaves nothing to chance: it throttles each update once, and takes it then. */
async function strictService(): Promise<string> {
  const given = new Map<string, number>()
  const refused = new Set<string>()
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const [, thing = '', job = ''] =
      /^\/things\/([^/]+)\/jobs\/([^/?]+)/.exec(request.url ?? '') ?? []
    response.setHeader('content-type', 'application/json')
    if (job === '') {
      response.statusCode = 404
      response.end('{}')
      return
    }
    if (decodeURIComponent(job) === '$next') {
      const number = (given.get(thing) ?? 0) + 1
      given.set(thing, number)
      const numbers = { executionNumber: number, versionNumber: 1, queuedAt: 1, lastUpdatedAt: 1 }
      const execution = { jobId: `job-${number}`, status: 'IN_PROGRESS', ...numbers }
      response.end(JSON.stringify({ execution }))
      return
    }
    const update = `${thing} ${job} ${JSON.parse(body).status}`
    if (refused.has(update)) {
      response.end('{}')
      return
    }
    refused.add(update)
    response.statusCode = 429
    response.setHeader('x-amzn-ErrorType', 'ThrottlingException')
    response.end('{"message":"Rate exceeded"}')
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** What a run may not change: what was sent and answered, planned times, and how long it worked and
 *  waited. When things really happened is left out, for no two runs have the same. */
function course({ events }: KeptTimeline): string[] {
  const ms = (value: number) => value.toFixed(3)
  return events.filter(isOfWork).map((event: TimelineEvent) => {
    switch (event.what) {
      case 'ask':
        return `ask, due ${ms(event.dueMs)}`
      case 'send':
        return `send ${event.operation} ${event.attempt}`
      case 'end':
        return `end ${event.operation} ${event.outcome} ${event.code}`
      case 'work':
      case 'wait':
        return `${event.what} for ${ms(event.untilMs - event.atMs)}`
      case 'execution':
        return `execution ${event.event} ${event.job} ${event.number}`
      default:
        return event.what
    }
  })
}

/** HTTP opens its socket when it first needs one; that is no part of the plan. */
function isOfWork(event: TimelineEvent): boolean {
  return event.what !== 'connect' && !('operation' in event && event.operation === 'connect')
}

function coursesOf(folder: string, thing: string): string[][] {
  return readFileSync(join(folder, 'timelines.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): KeptTimeline => JSON.parse(line))
    .filter((timeline) => timeline.thing === thing)
    .filter(({ events }) => events.some(({ what }) => what === 'ask'))
    .map(course)
}

function summaryOf(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
}

test('a replayed thing does what it did in its run, and does it again', {
  timeout: 180_000,
}, async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  writeFileSync(file, SCENARIO)
  const original = join(folder, 'original')
  const first = await shakedown(
    ...['run', file, '--target', await strictService(), '--out', original],
  )
  expect([3, 99], first.stdout + first.stderr).toContain(first.exitCode)
  for (const name of ['first', 'second']) {
    const again = await shakedown(
      ...['run', '--only', 'thing-3', '--from', original],
      ...['--target', await strictService(), '--out', join(folder, name)],
    )
    expect([0, 3], again.stdout + again.stderr).toContain(again.exitCode)
  }
  const wanted = coursesOf(original, 'thing-3')
  const replay = summaryOf(join(folder, 'first'))

  expect(wanted).toHaveLength(3)
  expect(wanted[0]).toHaveLength(17)
  expect(wanted[0]?.[0]).toBe('ask, due 800.000')
  expect(coursesOf(join(folder, 'first'), 'thing-3')).toEqual(wanted)
  expect(coursesOf(join(folder, 'second'), 'thing-3')).toEqual(wanted)
  expect(replay.run).toMatchObject({ things: 1, only: ['thing-3'] })
  expect(replay.run.planHash).toBe(summaryOf(original).run.planHash)
  expect(replay.arrivals).toMatchObject({ planned: 3, started: 3, dropped: 0 })
  expect(replay.thresholds).toEqual([])
  expect(replay.operations['start-next']?.issued).toBe(3)
  expect(coursesOf(join(folder, 'first'), 'thing-4')).toEqual([])
})

test('beside a stand-in of its own a replay has a ledger that balances', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder()
  const out = join(folder, 'run')
  const smoke = join(SCENARIOS, 'smoke.yaml')
  const words = ['--only', 'thing-3', '--only', 'thing-0', '--workers', '2', '--out', out]
  const { exitCode, stdout, stderr } = await shakedown('run', smoke, ...words)
  const { run, ledger, executions } = summaryOf(out)

  expect([0, 3], stdout + stderr).toContain(exitCode)
  expect(stdout).toContain('only thing-0, thing-3')
  expect(run).toMatchObject({ things: 2, workers: 1 })
  expect(ledger).toMatchObject({ checked: true, balanced: true })
  expect(executions).toMatchObject({ started: 2, succeeded: 2 })
})

test('without a scenario there is nothing to run, and it says what to name', async () => {
  const { exitCode, stderr } = await shakedown('run', '--only', 'thing-1')

  expect(exitCode).toBe(2)
  expect(stderr).toContain('an earlier run with --from')
})
