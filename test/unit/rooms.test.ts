import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
)

const README = readFileSync(resolve(SRC, 'README.md'), 'utf8')

/** The table of src/README.md: who may import whom. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  README.split('\n').flatMap((line) => {
    const [, rooms = '', others = ''] = /^\| (`.+`) \| (.+) \|$/.exec(line) ?? []
    const allowed = others === 'nothing' ? [] : others.split(', ')
    return [...rooms.matchAll(/`(\w+)`/g)].map(([, room = '']) => [room, allowed] as const)
  }),
)

test('the map of the house has a paragraph and a row of the table for every room', () => {
  const rooms = [...new Set(FILES.map(roomOf))].sort()
  expect(Object.keys(MAY_IMPORT).sort()).toEqual(rooms)
  const told = [...README.matchAll(/^- `(\w+)(?:\/|\.ts)`:/gm)].map(([, room]) => room)
  expect(told.sort()).toEqual(rooms)
})

/** Each third-party library has one room. */
const ROOM_OF_LIBRARY: Record<string, string> = {
  mqtt: 'transport',
  undici: 'transport',
  aedes: 'service',
  piscina: 'run',
  yargs: 'cli',
  flatqueue: 'clock',
  'hdr-histogram-js': 'metrics',
  zod: 'scenario',
  yaml: 'scenario',
  uplot: 'report',
}

function roomOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.ts$/, '')
}

function importsOf(file: string): string[] {
  const text = readFileSync(resolve(SRC, file), 'utf8')
  const imports = /\bfrom '([^']+)'$|^import '([^']+)'$|\bimport\('([^']+)'\)/gm
  return [...text.matchAll(imports)].map(([, one, two, three]) => one ?? two ?? three ?? '')
}

test.each(FILES)('%s imports only rooms that the table allows', (file) => {
  const room = roomOf(file)
  const foreign = importsOf(file)
    .filter((from) => from.startsWith('.'))
    .map((from) => roomOf(relative(SRC, resolve(SRC, dirname(file), from))))
    .filter((other) => other !== room && room !== 'cli' && !MAY_IMPORT[room]?.includes(other))
  expect(foreign).toEqual([])
})

test.each(FILES)('%s imports a library only in the room of that library', (file) => {
  const strangers = importsOf(file)
    .filter((from) => !from.startsWith('.') && !from.startsWith('node:'))
    .map((from) => /^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from)
    .filter((library) => ROOM_OF_LIBRARY[library] !== roomOf(file))
  expect(strangers).toEqual([])
})

const PURE = FILES.filter((file) =>
  /^(protocol|scenario|thing|ledger|metrics|simulate|results\/(?!run-folder))/.test(file),
)

test.each(PURE)('%s knows no ambient time or randomness', (file) => {
  expect(codeOf(file)).not.toMatch(/\bDate\.|new Date\(\)|Math\.random|performance\.|setTimeout\(/)
})

const ARITHMETIC = FILES.filter((file) =>
  /^(clock|protocol|scenario|thing|ledger|simulate)/.test(file),
)

test.each(ARITHMETIC)('%s uses no function that differs between engines', (file) => {
  const text = codeOf(file)
  expect(text).not.toMatch(/Math\.(log|exp|pow|sin|cos|tan|log2|log10|expm1|log1p)\b/)
  expect(text).not.toMatch(/[\w)\]]\s*\*\*\s*[\w(]/)
})

/** The page's script runs in a browser and owns its time. */
const BY_THE_CLOCK = FILES.filter((file) => !/^(clock|cli)\/|^report\/page-script/.test(file))

test.each(BY_THE_CLOCK)(
  '%s takes time, timers and the environment from the clock room or not at all',
  (file) => {
    expect(codeOf(file)).not.toMatch(
      /\bDate\.now|new Date\(\)|Math\.random|(?<!\.)\bset(Timeout|Interval)\(|process\.env\b/,
    )
  },
)

/** Without comments and strings, in which the forbidden words may be named. */
function codeOf(file: string): string {
  return readFileSync(resolve(SRC, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''")
}
