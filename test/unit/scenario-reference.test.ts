import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { THRESHOLD_METRICS } from '../../src/metrics/threshold-metrics.ts'
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts'

const README = readFileSync(
  fileURLToPath(new URL('../../scenarios/README.md', import.meta.url)),
  'utf8',
)

interface Node {
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Node
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

interface Key {
  readonly default?: unknown
  readonly isRequired: boolean
}

/** Told in another place: in the README of the stand-in, and once for agents. */
const ELSEWHERE = /^(service\.switches|behaviour\.retry)\./

function keysOf(node: Node, path: string, keys = new Map<string, Key>()): Map<string, Key> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const key = path + name
    const isRequired = node.required?.includes(name) ?? false
    // `abort` of a threshold has two forms; that with a default is the one that is told.
    if (!ELSEWHERE.test(key))
      keys.set(key, { ...keys.get(key), default: child.default, isRequired })
    keysOf(child, `${key}.`, keys)
  }
  for (const choice of node.anyOf ?? []) keysOf(choice, path, keys)
  if (node.items !== undefined) keysOf(node.items, `${path}*.`, keys)
  if (typeof node.additionalProperties === 'object')
    keysOf(node.additionalProperties, `${path}*.`, keys)
  return keys
}

const KEYS = keysOf(scenarioJsonSchema(), '')

/** What stands between the bars of each row that is about one or more names. */
const ROWS = README.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

const KEY_ROWS = ROWS.filter((cells) => cells.length === 5)
const METRIC_ROWS = ROWS.filter((cells) => cells.length === 6)

/** What stands in backticks. */
function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
}

test('the page has every key of a scenario once, and no other', () => {
  const told = KEY_ROWS.map(([, key = '']) => quoted(key).join())
  expect(told.sort()).toEqual([...KEYS.keys()].sort())
})

test.each(KEY_ROWS.map(([, key = '', told = '']) => [quoted(key).join(), told] as const))(
  'the default of %s is told as the schema has it: %s',
  (key, told) => {
    const { default: value, isRequired } = KEYS.get(key) ?? { isRequired: false }
    expect(told === '**required**').toBe(isRequired)
    if (Array.isArray(value) ? value.length === 0 : value !== undefined && !isMap(value))
      expect(told).toBe(`\`${Array.isArray(value) ? '[]' : value}\``)
  },
)

/** Defaults that are maps are told by their members. */
function isMap(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value)
}

test('the page has every metric that a threshold may name, and no other', () => {
  const told = METRIC_ROWS.flatMap(([, metrics = '']) => quoted(metrics)).flatMap(spelledOut)
  expect([...new Set(told)].sort()).toEqual([...THRESHOLD_METRICS.keys()].sort())
})

test.each(METRIC_ROWS)('%s%s is told with its kind, and what it looks at', (_, names, is, over) => {
  const kinds = new Set<string>()
  for (const metric of quoted(names ?? '').flatMap(spelledOut)) {
    const measure = THRESHOLD_METRICS.get(metric)
    kinds.add(measure?.kind === 'gauge' ? measure.unit : (measure?.kind ?? metric))
    expect(over).toBe(measure?.span === 'level' ? 'load' : 'run')
  }
  expect([...kinds].sort()).toEqual(is?.split(', ').sort())
})

/** `<operation>.issued` for each operation that the page names. */
function spelledOut(pattern: string): string[] {
  const [placeholder] = /<[a-z]+>/.exec(pattern) ?? []
  if (placeholder === undefined) return [pattern]
  return wordsFor(placeholder).flatMap((word) => spelledOut(pattern.replace(placeholder, word)))
}

function wordsFor(placeholder: string): string[] {
  const [, list = ''] = README.split(`- \`${placeholder}\` is one of `)
  const [sentence = ''] = list.split(/[;.]\s/)
  return quoted(sentence.replace(/\([^)]*\)/g, ''))
}
