import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepared, SCENARIOS, shakedown, startedWith, temporaryFolder } from './command-line.ts'

const SMOKE = join(SCENARIOS, 'smoke.yaml')

test.each<{ more: readonly NodeJS.Signals[]; how: string }>([
  { more: [], how: 'ends in good order' },
  // Two of one kind that come together would be one.
  { more: ['SIGTERM', 'SIGINT'], how: 'ends at once' },
])(
  'doctor --calibrate that is stopped by SIGINT and then $more $how, and leaves nothing behind',
  {
    timeout: 120_000,
  },
  async ({ more }) => {
    const [folder, tmp] = [temporaryFolder(), temporaryFolder()]
    const file = join(folder, 'calibration.json')
    const run = startedWith(
      { env: { TMPDIR: tmp } },
      'doctor',
      '--calibrate',
      '--calibration',
      file,
    )
    const isIn = () => readdirSync(tmp).find((name) => name.startsWith('shakedown-calibration-'))
    await run.until('a rate is tried', isIn)

    run.child.kill('SIGINT')
    await run.until('it was heard', () => run.stderr().includes('stopping'))
    for (const signal of more) run.child.kill(signal)
    const { exitCode, stdout, stderr } = await run.ended

    expect(exitCode, stdout + stderr).toBe(105)
    expect(readdirSync(tmp)).toEqual([])
    expect(existsSync(file)).toBe(false)
  },
)

test.each([
  { words: ['--calibration', SCENARIOS], says: `${SCENARIOS} cannot be written: it is a folder.` },
  { words: ['--calibration', join(SMOKE, 'kept.json')], says: 'a part of its path is a file.' },
  { words: [SMOKE], says: `The scenario ${SMOKE} means nothing beside --calibrate: it measures` },
  { words: ['--set', 'seed=2'], says: '--set means nothing beside --calibrate: it measures' },
])('doctor --calibrate $words is refused before a rate is tried', async ({ words, says }) => {
  const { exitCode, stdout, stderr } = await shakedown('doctor', '--calibrate', ...words)

  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain(says)
})

test('a run says when its plan is above what the machine was measured to keep', {
  timeout: 60_000,
}, async () => {
  const { file, out, folder } = prepared(`
name: above
service: { quotas: unlimited }
fleet: { things: 5 }
behaviour: { work: 0s }
load: { arrivals: [{ name: one, rate: 3/s, for: 1s }] }
`)
  const calibration = { startsPerSecond: 2, workers: 1, measuredAt: '2026-01-01T00:00:00.000Z' }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'calibration.json'), JSON.stringify(calibration))
  const { stderr } = await shakedown('run', file, '--out', out)

  expect(stderr).toContain(
    'the plan has up to 3 starts a second; this machine was measured to keep 2 with 1 worker',
  )
})
