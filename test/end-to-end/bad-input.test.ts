import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { prepared, SCENARIOS, shakedown } from './command-line.ts'
import { ForeignService } from './foreign-service.ts'

const SMOKE = join(SCENARIOS, 'smoke.yaml')

async function refused(...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await shakedown(...words)
  expect(exitCode, stdout + stderr).toBe(2)
  expect(stdout).toBe('')
  // A sentence and a cure, and no stack of ours.
  expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(2)
  expect(stderr).not.toMatch(/^ {4}at /m)
  return stderr
}

async function foreignTargets(): Promise<ForeignService['targets']> {
  const service = await ForeignService.open()
  onTestFinished(() => service.close())
  return service.targets
}

async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('a target', () => {
  test('on which nobody listens is named, with its cure', async () => {
    const { http } = await foreignTargets()
    const mqtt = `mqtt://127.0.0.1:${await deadPort()}`
    const said = await refused('run', SMOKE, '--target', mqtt, '--target', http)
    expect(said).toContain(`--target: ${mqtt} refuses the connection: nothing listens there.`)
    expect(said).toContain('Start the service, or give the port')
  })

  test('of MQTT that speaks HTTP is named, with its cure', async () => {
    const { http } = await foreignTargets()
    const mqtt = http.replace('http:', 'mqtt:')
    const said = await refused('run', SMOKE, '--target', mqtt, '--target', http)
    expect(said).toContain(`--target: ${mqtt} answers, but not MQTT; is this the HTTP port?`)
    expect(said).toContain('write http:// if HTTP is meant')
  })

  test('of HTTP that speaks MQTT is named, with its cure', async () => {
    const { mqtt } = await foreignTargets()
    const http = mqtt.replace('mqtt:', 'http:')
    const said = await refused('run', SMOKE, '--target', mqtt, '--target', http)
    expect(said).toContain(`--target: ${http} `)
    expect(said).toContain('Check that an HTTP service listens on port')
  })

  test.each([
    { target: '127.0.0.1:1883', says: 'is not an address' },
    { target: 'ftp://127.0.0.1:21', says: 'begins with ftp://' },
    { target: 'mqtt://127.0.0.1:1883/jobs', says: 'goes on behind the port' },
  ])('such as $target is refused as it stands', async ({ target, says }) => {
    const said = await refused('run', SMOKE, '--target', target)
    expect(said).toContain(`--target: "${target}" ${says}`)
  })

  test('is missing for a transport of the fleet', async () => {
    const { mqtt } = await foreignTargets()
    const said = await refused('run', SMOKE, '--target', mqtt)
    expect(said).toContain('No target speaks http')
    expect(said).toContain('--target http://host:port')
  })
})

describe('an option that takes a value', () => {
  test.each([
    { words: ['run', SMOKE, '--out'], says: '--out is given without a value.' },
    { words: ['run', SMOKE, '--set'], says: '--set is given without a value.' },
    { words: ['run', SMOKE, '--target', '--quiet'], says: '--target is given without a value.' },
    { words: ['plan', SMOKE, '--simulate', '--sweep='], says: '--sweep is given without a value.' },
    { words: ['simulate', SMOKE, '--memory-limit='], says: '--memory-limit is given without' },
  ])('and has none is named: $words', async ({ words, says }) => {
    const said = await refused(...words)
    expect(said).toContain(says)
    expect(said).toContain('the value behind it, or leave it out')
  })

  test.each([
    { words: ['run', SMOKE, '--no-set'], says: 'There is no --no-set: --set takes a value.' },
    { words: ['run', SMOKE, '--no-only'], says: 'There is no --no-only' },
    { words: ['simulate', SMOKE, '--no-calibrate'], says: 'There is no --no-calibrate' },
    { words: ['plan', SMOKE, '--simulate', '--no-csv'], says: 'There is no --no-csv' },
    { words: ['serve', '--no-name-prefix'], says: 'There is no --no-name-prefix' },
  ])('cannot be negated: $words', async ({ words, says }) => {
    expect(await refused(...words)).toContain(says)
  })
})

test.each([
  {
    words: ['doctor', '--probe-seconds', '3'],
    says: '--probe-seconds says how to calibrate, and nothing is calibrated.',
  },
  {
    words: ['doctor', '--calibration', 'here.json'],
    says: '--calibration says how to calibrate',
  },
  {
    words: ['validate', '--json-schema', SMOKE],
    says: `The scenario ${SMOKE} means nothing beside --json-schema`,
  },
])('what would be left unread is refused: $words', async ({ words, says }) => {
  expect(await refused(...words)).toContain(says)
})

test('an option that takes no value is not given one in vain', async () => {
  const said = await refused('run', SMOKE, '--quiet=maybe')
  expect(said).toContain('--quiet is "maybe", which is neither true nor false.')
})

describe('a scenario', () => {
  test('with several mistakes is told all of them, with line, column and cure', async () => {
    const { file } = prepared(`
name: mistakes
fleet: { things: 0, thigns: 5 }
load: { arrivals: [{ name: steady, rate: fast, for: 10s }] }
`)
    const said = await refused('run', file)
    expect(said).toContain(`${file} has 3 problems:`)
    expect(said).toMatch(/scenario\.yaml:3:\d+: fleet\.things: write at least 1, not 0/)
    expect(said).toMatch(/scenario\.yaml:3:\d+: fleet.*thigns.*did you mean things\?/)
    expect(said).toMatch(/scenario\.yaml:4:\d+: load\.arrivals\.0\.rate: .*fast/)
  })

  test.each(['validate', 'run', 'simulate', 'plan', 'verify', 'serve'])(
    'with a window that can never be filled is refused by %s before anything is sent',
    async (command) => {
      const { file } = prepared(`
name: windows
fleet: { things: 5 }
load: { arrivals: [{ rate: 1/s, for: 20s }, { name: peak, rate: 5/s, for: 10s }] }
thresholds:
  - update.lost == 0 over phase peak for 10s
  - abort: update.throttled.share < 5% over phase peak for 30s
`)
      const said = await refused(command, file)
      expect(said).toContain(`${file} has a problem:`)
      expect(said).toContain(
        'scenario.yaml:7:12: thresholds.1.abort: column 49: 30s never fits into phase peak, which has 10 whole seconds of its own; write at most 10s, or make the phase longer',
      )
    },
  )

  test('that does not exist is named', async () => {
    expect(await refused('run', '/nowhere/at-all.yaml')).toContain(
      'The scenario /nowhere/at-all.yaml cannot be read: there is no such file.',
    )
  })
})

describe('the command line', () => {
  test.each([
    { words: ['run', SMOKE, '--sede', '3'], says: 'no option or argument "sede"' },
    { words: ['dance'], says: 'There is no command "dance".' },
    { words: [], says: 'Name a command' },
    { words: ['run', SMOKE, '--workers', 'many'], says: '--workers is many' },
    { words: ['run', SMOKE, '--things', '0'], says: '--things 0: fleet.things: write at least 1' },
    { words: ['run', SMOKE, '--seed', 'x'], says: '--seed x: seed: write a whole number' },
    { words: ['run', SMOKE, '--set', 'fleet'], says: '--set fleet: write path=value' },
    {
      words: ['run', SMOKE, '--set', 'fleet.thigns=3'],
      says: '--set fleet.thigns=3: ',
    },
    {
      words: ['serve', '--documents', '/nowhere'],
      says: '--documents is /nowhere, which is no folder',
    },
    {
      words: ['serve', '--switch', 'throttledStatus'],
      says: 'Write name=value, such as throttledStatus=400.',
    },
    { words: ['serve', '--http', 'eighty'], says: '--http is eighty, which is no port' },
    { words: ['report', '/nowhere'], says: 'The run folder /nowhere cannot be used' },
  ])('$words is refused: $says', async ({ words, says }) => {
    expect(await refused(...words)).toContain(says)
  })
})

test.each([
  { words: ['run', SCENARIOS], says: `The scenario ${SCENARIOS} cannot be read: it is a folder.` },
  { words: ['run', '--from', SMOKE], says: 'cannot be read: a part of its path is a file.' },
  { words: ['report', SMOKE], says: `The run folder ${SMOKE} cannot be used: it is no folder.` },
  { words: ['report', '/nowhere'], says: 'cannot be used: there is no such folder.' },
  { words: ['report', SCENARIOS], says: 'cannot be used: it has no scenario.yaml.' },
])('what is no file or no run is called what it is: $words', async ({ words, says }) => {
  const said = await refused(...words)
  expect(said).toContain(says)
  expect(said).not.toMatch(/--out|E[A-Z]{4,}/)
})

test('what hinders the things of a valid scenario is told as data as well', async () => {
  const narrow = ['--set', 'service.quotas={ connectionPublishes: 0/s }']
  const [said, alone] = await Promise.all([
    shakedown('validate', SMOKE, '--json', ...narrow),
    shakedown('validate', SMOKE, '--json'),
  ])

  expect(JSON.parse(said.stdout).notes).toEqual([expect.stringContaining('connectionPublishes')])
  expect(JSON.parse(alone.stdout).notes).toEqual([])
})

test('a folder that holds something is never written over', async () => {
  const { folder } = prepared('')
  writeFileSync(join(folder, 'precious'), 'x')
  const said = await refused('run', SMOKE, '--out', folder)
  expect(said).toContain(`The run folder ${folder} cannot be used: it is not empty`)
  expect(said).toContain('Name a folder that does not exist yet')
})

test('a fleet that the machine cannot carry is refused with the numbers, before anything is sent', async () => {
  const { out } = prepared('')
  const said = await refused('run', SMOKE, '--things', '5000000', '--out', out)
  expect(said).toContain('This machine is too small for smoke:')
  expect(said).toMatch(/local ports for one address: [\d,]+ found, [\d,]+ needed\./)
  expect(said).toMatch(/sysctl -w net\.ipv4\.ip_local_port_range/)
})
