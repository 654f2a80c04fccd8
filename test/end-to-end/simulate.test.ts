import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { prepared, SCENARIOS, shakedown, started, temporaryFolder } from './command-line.ts'
import { HAS_NEWEST_LTS, newestLts } from './newest-lts.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const SMOKE = join(SCENARIOS, 'smoke.yaml')
const QUICKSTART = join(SCENARIOS, 'quickstart.yaml')

function summaryIn(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))
}

describe('simulate', () => {
  test('makes a run folder like that of a run, marked as virtual and without a generator', async () => {
    const out = join(temporaryFolder(), 'run')
    const { exitCode, stdout } = await shakedown('simulate', SMOKE, '--out', out)

    expect(exitCode).toBe(0)
    expect(stdout).toContain('Made in virtual time')
    const { run, generator, validity, executions, ledger, simulation } = summaryIn(out)
    expect(run).toMatchObject({ virtual: true, complete: true, targets: [] })
    expect([run.host, generator]).toEqual([undefined, undefined])
    expect(simulation).toEqual({
      calibratedOn: null,
      intervalSeconds: 1,
      latencyMs: { median: 0, p99: 0 },
      oneWayMs: 0.25,
    })
    const names = validity.checks.map(({ name }) => name)
    expect(names).not.toContain('event-loop-utilisation')
    expect(names).not.toContain('schedule-lag')
    expect(names).toContain('invariants')
    expect(executions).toMatchObject({ started: 10, succeeded: 10, stuck: 0 })
    expect(ledger).toEqual({ checked: true, balanced: true, differences: [] })
    expect(summaryIn(out)).not.toHaveProperty('limits')
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('virtual time')
    expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toContain('Made in virtual time')
  })

  test('tells what the plan predicted beside what came of it, on the page and the terminal too', async () => {
    const out = join(temporaryFolder(), 'run')
    const { stdout } = await shakedown('simulate', SMOKE, '--out', out)

    const { predicted } = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8'))
    const { prediction, run } = summaryIn(out)
    const [writes, , finish] = prediction?.rows ?? []
    expect(predicted.acceptedWritesPerSecond).toBeGreaterThan(10)
    expect(writes?.predicted).toBeCloseTo(predicted.acceptedWritesPerSecond, 2)
    expect(finish?.predicted).toBeCloseTo(predicted.finishUs / 1e6, 2)
    expect(finish?.observed).toBe(run.durationSeconds)
    expect(stdout).toMatch(/predicted +accepted writes, over the load/)
    const page = readFileSync(join(out, 'report.html'), 'utf8')
    expect(page).toMatch(/accepted writes, over the load<\/th><td>14\.2\/s<\/td>/)
  })

  test('a threshold that does not hold ends with 99, one that aborts ends the run with 108', async () => {
    const folder = temporaryFolder()
    const failed = ['--set', 'thresholds=["executions.stuck >= 1"]']
    const abort = '[{ abort: executions.succeeded <= 3 }]'
    const [one, other] = await Promise.all([
      shakedown('simulate', SMOKE, '--quiet', '--out', join(folder, 'failed'), ...failed),
      shakedown(
        ...['simulate', SMOKE, '--quiet', '--out', join(folder, 'aborted')],
        ...['--set', `thresholds=${abort}`, '--set', 'behaviour.updates=5'],
      ),
    ])

    expect(one.exitCode).toBe(99)
    expect(other).toMatchObject({ exitCode: 108, stderr: '' })
    expect(summaryIn(join(folder, 'aborted')).run.cause).toContain('executions.succeeded <= 3')
    expect(summaryIn(join(folder, 'aborted')).executions.succeeded).toBeLessThan(10)
  })

  test('a window shorter than the intervals of a long run aborts by whole ones, as the report says', async () => {
    const abort = (least: string) => `
name: two-days
service: { quotas: unlimited }
fleet: { things: 2 }
behaviour: { work: 0s, updates: 0 }
load: { arrivals: [{ rate: 3/min, for: 48h }] }
thresholds: [{ abort: "start-next.issued.rate ${least} for 70s" }]
`
    const [holds, breaks] = [prepared(abort('> 0.04/s')), prepared(abort('> 0.06/s'))]
    const [one, other] = await Promise.all(
      [holds, breaks].map(({ file, out }) => shakedown('simulate', file, '--quiet', '--out', out)),
    )

    expect(one).toMatchObject({ exitCode: 0, stderr: '' })
    expect(other).toMatchObject({ exitCode: 108, stderr: '' })
    expect(summaryIn(breaks.out).run.cause).toContain('for 70s was 0.04667/s')
  })

  test.each([
    [['--target', 'mqtt://127.0.0.1:1883'], /--target means nothing in virtual time/],
    [['--workers', '2'], /--workers means nothing in virtual time/],
    [['--cert', 'device.pem'], /--cert means nothing in virtual time: .*certificate/],
    [[QUICKSTART], /There is one argument too many: "\S+quickstart.yaml"/],
    [['--seeds', ''], /--seeds is given without a value/],
    [
      ['--set', 'jobs.0.perThing=900', '--memory-limit', '8MiB'],
      /10 things, each with 900 executions, needs .*fewer things or executions/s,
    ],
    [
      ['--things', '1000000', '--memory-limit', '500MiB'],
      /1,000,000 things needs about [\d,]+ MiB/,
    ],
    [['--memory-limit', 'much'], /no amount of memory/],
    [['--seeds', '1..2', '--seed', '7'], /--seed means nothing beside --seeds/],
    [['--seeds', '1..2', '--out', 'nowhere'], /--out means nothing beside --seeds: .*folder/],
    [['--calibrate', 'a', '--calibrate', 'b'], /--calibrate is given more than once: "a" and "b"/],
    [['--memory-limit', '1GiB', '--memory-limit', '2GiB'], /--memory-limit is given more than/],
    [['--out', 'a', '--out', 'a'], /--out is given more than once/],
    [['--seeds', '9..1'], /no range of seeds/],
    [['--calibrate', '/nowhere'], /cannot be used/],
  ])('refuses %j with the reason', async (words, reason) => {
    const { exitCode, stderr } = await shakedown('simulate', SMOKE, ...words)

    expect(stderr).toMatch(reason)
    expect(exitCode).toBe(2)
  })

  test('a rollout that cannot end says so before it begins, ends at once and names things', async () => {
    const out = join(temporaryFolder(), 'run')
    const deaf = '[{ share: 100%, transport: mqtt, mqtt: { subscribe: [notify] } }]'
    const { exitCode, stdout, stderr } = await shakedown(
      ...['simulate', SMOKE, '--out', out, '--set', 'load={ rollout: { limit: 200h } }'],
      ...['--set', `fleet.mix=${deaf}`, '--things', '25', '--set', 'thresholds=[]'],
    )

    expect(exitCode).toBe(0)
    expect(stderr).toContain('note: 25 things wait for ever (fleet.mix.0): nothing tells them')
    const { validity, run } = summaryIn(out)
    expect(run.durationSeconds).toBeLessThan(60)
    const check = validity.checks.find(({ name }) => name === 'waits-for-ever')
    expect(check?.level).toBe('degraded')
    expect(check?.message).toMatch(/nothing can change any more, and 25 executions have not ended/)
    expect(check?.message).toMatch(/25 because the thing waits for a notify-next, .*thing-0 \(job/)
    expect(check?.message).toMatch(/and 20 more\./)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('has not subscribed')
  })

  test('a range of seeds that is stopped says how far it came', async () => {
    const range = started('simulate', SMOKE, '--seeds', '1..1000000')
    await range.until('it has begun', () => range.stderr().includes('seeds 1..1000000'))
    range.child.kill('SIGINT')
    const { exitCode, stdout, stderr } = await range.ended

    expect(exitCode, stdout + stderr).toBe(105)
    expect(stdout).toMatch(/^stopped at seed \d+: .*(holds in|no seed was checked)/)
  })

  test('a range of seeds is checked, and says so', async () => {
    const { exitCode, stdout } = await shakedown('simulate', SMOKE, '--seeds', '1..40', '--quiet')

    expect(stdout).toMatch(/^seeds 1\.\.40: every rule .* holds in 40 runs/)
    expect(exitCode).toBe(0)
  })

  test('a threshold on the generator is not judged, and that is said', async () => {
    const out = join(temporaryFolder(), 'run')
    const set = ['--set', 'thresholds=["generator.cpu.share < 50%", "executions.stuck <= 0"]']
    const { exitCode } = await shakedown('simulate', SMOKE, '--quiet', '--out', out, ...set)

    expect(exitCode).toBe(0)
    const { thresholds, notes } = summaryIn(out)
    expect(thresholds.map(({ expression }) => expression)).toEqual(['executions.stuck <= 0'])
    expect(notes?.join()).toContain('generator.cpu.share < 50%: not judged')
  })
})

describe('the same seed', () => {
  let newest = ''
  beforeAll(async () => {
    if (HAS_NEWEST_LTS) newest = await newestLts()
  }, 300_000)

  test.skipIf(!HAS_NEWEST_LTS)(
    'gives the same bytes on the Node at hand and on the newest long-term release',
    async () => {
      const folder = temporaryFolder()
      const run = promisify(execFile)
      const { stdout } = await run(newest, ['-p', 'process.release.lts'])
      const faults = '[{ kind: lost-reply, share: 5%, from: 2s, for: 5s }]'
      const summaries = [process.execPath, newest].map(async (node, at) => {
        const out = join(folder, String(at))
        const words = [MAIN, 'simulate', QUICKSTART, '--quiet', '--out', out]
        await run(node, [...words, '--set', `service.faults=${faults}`])
        return readFileSync(join(out, 'summary.json'), 'utf8')
      })
      const [here, there] = await Promise.all(summaries)

      expect(stdout.trim()).not.toBe('undefined')
      expect(there).toBe(here)
      const { executions, prediction } = JSON.parse(here ?? '{}')
      expect([executions.started, prediction.rows.length]).toEqual([1_000, 3])
    },
  )

  test('gives the same bytes again, and another seed gives others', async () => {
    const folder = temporaryFolder()
    const texts = ['7', '7', '8'].map(async (seed, at) => {
      const out = join(folder, String(at))
      await shakedown('simulate', QUICKSTART, '--quiet', '--out', out, '--seed', seed)
      return readFileSync(join(out, 'summary.json'), 'utf8')
    })
    const [one, again, other] = await Promise.all(texts)

    expect(again).toBe(one)
    expect(other).not.toBe(one)
  })
})
