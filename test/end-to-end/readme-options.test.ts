import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shakedown } from './command-line.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** Of the AWS command line. */
const FOREIGN = ['--endpoint-url', '--region', '--thing-name']

test('commands and options of the README are those of the help, and all commands are told', async () => {
  const { stdout } = await shakedown('--help')
  const commands = [...stdout.matchAll(/^ {2}shakedown ([a-z-]+)/gm)].map(([, name = '']) => name)
  const told = [...README.matchAll(/^\| `([a-z]+) [<[]/gm)].map(([, name = '']) => name)
  expect(told.sort()).toEqual(commands.sort())

  const options = new Set(FOREIGN)
  for (const command of commands) {
    const help = await shakedown(command, '--help')
    for (const [, option, type] of help.stdout.matchAll(
      /^ +--([a-z-]+) (?:.|\n {6})*?\[(\w+)\]/gm,
    )) {
      options.add(`--${option}`)
      if (type === 'boolean') options.add(`--no-${option}`)
    }
  }
  const named = [...README.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option)
  expect(named.length).toBeGreaterThan(20)
  expect([...new Set(named)].filter((option) => !options.has(option))).toEqual([])
})
