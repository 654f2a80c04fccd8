import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SWITCH_RANGES } from '../../src/protocol/switches.ts'

const README = readFileSync(
  fileURLToPath(new URL('../../src/service/README.md', import.meta.url)),
  'utf8',
)

/** How many rows each list of the wire contract has (section 8); those of events (3.12) and K (2.7) are ours. */
const LISTS = { H: 29, M: 26, N: 16, S: 13, T: 9, R: 5, C: 24, B: 16, E: 6, K: 12 }
const ROWS = Object.entries(LISTS).flatMap(([list, rows]) =>
  Array.from({ length: rows }, (_, at) => `${list}${at + 1}`),
)

/** What stands between the bars of each row of the fidelity table. */
const CELLS = README.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim())
  return /^[A-Z]\d+$/.test(cells[1] ?? '') ? [cells.slice(1, -1)] : []
})

test('the fidelity table has each row of the contract once, and no other', () => {
  expect(CELLS.map(([row]) => row)).toEqual(ROWS)
})

test.each(CELLS.filter(([, behaviour]) => !behaviour?.startsWith('not built')))(
  'row %s (%s) names a test that exists: %s',
  (_row, _behaviour, shown = '', source, sure) => {
    const [, file = '', words = ''] = /^`([^`]+)`: (.+)$/.exec(shown) ?? []
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
    expect(existsSync(path)).toBe(true)
    const names = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => /\btest\b|^\s*([\])].*\(|\[)?['"`]/.test(line))
    expect(names.filter((name) => name.includes(words))).not.toEqual([])
    expect(source).toMatch(/./)
    expect(['high', 'to verify', 'conflicting', 'ours']).toContain(sure)
  },
)

test.each(CELLS.filter(([, behaviour]) => behaviour?.startsWith('not built')))(
  'row %s says why it is not built',
  (_row, behaviour) => {
    expect(behaviour).toMatch(/^not built: .{20}/)
  },
)

test.each(Object.keys(SWITCH_RANGES))('the switch %s is in the table of switches', (name) => {
  expect(README).toContain(`| \`${name}\` | **`)
})
