import { expect, test } from 'vitest'
import { commandFirst } from '../../src/cli/command-first.ts'

const COMMANDS = ['run', 'serve', 'simulate', 'verify', 'plan', 'report', 'validate', 'doctor']

test.each<[given: string, read: string]>([
  ['run x.yaml --seed 3', 'run x.yaml --seed 3'],
  ['--seed 3 run x.yaml', 'run --seed 3 x.yaml'],
  ['--seed=3 --set a=1 run x.yaml', 'run --seed=3 --set a=1 x.yaml'],
  ['--out run simulate x.yaml', 'simulate --out run x.yaml'],
  ['--out simulate run x.yaml', 'run --out simulate x.yaml'],
  ['--out=run simulate run', 'simulate --out=run run'],
  ['--quiet run x.yaml', 'run --quiet x.yaml'],
  ['--no-color --json plan x.yaml', 'plan --no-color --json x.yaml'],
  ['--json-schema validate', 'validate --json-schema'],
  ['--help run', 'run --help'],
])('%s is read as %s', (given, read) => {
  expect(commandFirst(given.split(' '), COMMANDS)).toEqual(read.split(' '))
})

test('an option that takes a value in one command and none in another is read as the command has it', () => {
  expect(commandFirst(['--calibrate', 'doctor', 'x.yaml'], COMMANDS)[0]).toBe('doctor')
  expect(commandFirst(['--calibrate', 'reports/last', 'simulate', 'x.yaml'], COMMANDS)[0]).toBe(
    'simulate',
  )
})

test.each(['--out run x.yaml', 'x.yaml run', '--out run', '-- x.yaml run', ''])(
  'in %j no word is a command',
  (given) => {
    const words = given.split(' ')

    expect(commandFirst(words, COMMANDS)).toEqual(words)
  },
)
