import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  prepared,
  SCENARIOS,
  type Started,
  shakedown,
  started,
  startedWith,
} from './command-line.ts'
import { intervalsOf, rowsOf, summaryOf, sumsOf } from './finished-intervals.ts'

const SCENARIO = `
name: disk-full
service: { quotas: unlimited }
fleet:
  things: 20
  connect: { rate: 500/s }
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour: { work: 100ms, updates: 1 }
load: { arrivals: [{ name: steady, rate: 20/s, for: 5m }], drain: 2s }
`

const SMOKE = join(SCENARIOS, 'smoke.yaml')

const loads = (folder: string) =>
  intervalsOf(folder).filter(({ stage }) => stage === 'load').length >= 2

async function expectStopped(run: Started, out: string): Promise<void> {
  const { exitCode, stdout, stderr } = await run.ended
  expect(exitCode, stdout + stderr).toBe(2)
  expect(stderr).toContain(`The run folder ${out} cannot be used: its file system is full.`)
  expect(stderr).toContain('Make room there')
  expect(stderr).toContain(`shakedown report ${out}`)
  expect(stderr).not.toMatch(/^ {4}at /m)
}

/** What was finished before is whole, and nothing of what came after is counted. */
async function expectReadable(out: string): Promise<void> {
  const { exitCode, stdout, stderr } = await shakedown('report', out)
  expect(exitCode, stdout + stderr).toBe(0)
  const { run, verdict, operations } = summaryOf(out)
  expect({ complete: run.complete, verdict }).toEqual({ complete: false, verdict: 'invalid' })
  expect(operations.update?.accepted).toBe(sumsOf(out).get('update.accepted'))
  expect(operations.update?.responseMs.count).toBe(operations.update?.accepted)
}

describe('a disk that is full', () => {
  test.each(['intervals.ndjson', 'worker-1.hlog'])(
    'for %s stops the run, with the sentence and no stack',
    async (name) => {
      const { file, out } = prepared(SCENARIO)
      const run = started('run', file, '--out', out, '--workers', '2')
      await run.until('the load has begun', () => loads(out))

      // From here on every write to it answers ENOSPC.
      renameSync(join(out, name), join(out, 'kept'))
      symlinkSync('/dev/full', join(out, name))
      await expectStopped(run, out)

      rmSync(join(out, name))
      renameSync(join(out, 'kept'), join(out, name))
      expect(rowsOf(out).some(({ kind }) => kind === 'end')).toBe(false)
      await expectReadable(out)
    },
  )

  test('in the middle of a row stops the run too', async ({ skip }) => {
    const { file, folder } = prepared(SCENARIO)
    const disk = join(folder, 'disk')
    if (!smallDisk(disk, 40)) skip('this user may not mount')
    const out = join(disk, 'run')
    const run = started('run', file, '--out', out)
    await run.until('it begins', () => existsSync(join(out, 'intervals.ndjson')))

    await expectStopped(run, out)

    execFileSync('mount', ['-o', 'remount,size=8m', disk])
    await expectReadable(out)
  })

  test('when the run has ended costs its reports and not its measurement', async () => {
    const { file, out } = prepared(SCENARIO)
    const short = ['--set', 'load.arrivals.0.for=2s']
    const run = started('run', file, '--out', out, ...short)
    await run.until('it begins', () => existsSync(join(out, 'intervals.ndjson')))
    const unfinished = join(out, 'summary.json.unfinished')
    symlinkSync('/dev/full', unfinished)

    await expectStopped(run, out)

    const { exitCode } = await shakedown('report', out)
    expect(exitCode).toBe(0)
    expect(summaryOf(out).run.complete).toBe(true)
  })

  test('before the run begins is said before anything is sent', async ({ skip }) => {
    const { file, folder } = prepared(SCENARIO)
    const disk = join(folder, 'disk')
    if (!smallDisk(disk, 4)) skip('this user may not mount')
    writeFileSync(join(disk, 'filling'), 'x'.repeat(4_096))

    const { exitCode, stderr } = await shakedown('run', file, '--out', join(disk, 'run'))

    expect(exitCode).toBe(2)
    expect(stderr).toContain('its file system is full')
  })
})

test.each([
  ['validate', '--json-schema'],
  ['plan', SMOKE, '--json'],
])('standard output that cannot be written is told, and no success: %s', async (...words) => {
  const full = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(full))
  const { exitCode, stderr } = await startedWith({ stdout: full }, ...words).ended

  expect(exitCode, stderr).toBe(2)
  expect(stderr).toBe(
    'Standard output cannot be written: its file system is full.\nMake room there, or send the output to another place.\n',
  )
})

test('standard output that nobody reads any more is no failure', async () => {
  const run = started('validate', '--json-schema')
  run.child.stdout?.destroy()
  const { exitCode, stderr } = await run.ended

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

describe('a folder that may not be written', () => {
  test('is refused before anything is sent', async () => {
    const { file, folder } = prepared(SCENARIO)
    const closed = join(folder, 'closed')
    mkdirSync(closed)
    chmodSync(folder, 0o755)
    chmodSync(closed, 0o555)
    // The superuser may write anywhere.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {}

    const run = startedWith(nobody, 'run', file, '--out', join(closed, 'run'))
    const { exitCode, stderr } = await run.ended

    expect(exitCode).toBe(2)
    expect(stderr).toContain(
      `The run folder ${join(closed, 'run')} cannot be used: it must not be written.`,
    )
  })

  test('nor a scenario read, gets a cure that helps', async () => {
    const { file, folder } = prepared(SCENARIO)
    chmodSync(folder, 0o755)
    chmodSync(file, 0o000)
    const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    const { exitCode, stderr } = await startedWith(nobody, 'validate', file).ended

    expect(exitCode).toBe(2)
    expect(stderr).toBe(
      `The scenario ${file} cannot be read: that is not allowed.\nAsk whoever made it for the right to read it.\n`,
    )
  })

  test('taken away while the run goes on, it stops the run', async () => {
    const { file, out, folder } = prepared(SCENARIO)
    const run = started('run', file, '--out', out)
    await run.until('the load has begun', () => loads(out))

    renameSync(out, join(folder, 'elsewhere'))
    const { exitCode, stderr } = await run.ended

    expect(exitCode).toBe(2)
    expect(stderr).toContain('a file or folder of it is missing')
    await expectReadable(join(folder, 'elsewhere'))
  })
})

function smallDisk(path: string, kibibytes: number): boolean {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', path], {
      stdio: 'ignore',
    })
  } catch {
    return false
  }
  // Registered after the folder's own end, so it comes before it.
  onTestFinished(() => void execFileSync('umount', ['-l', path]))
  return true
}
