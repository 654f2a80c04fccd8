import { ShakedownError } from '../errors.ts'
import type { Assignment } from '../scenario/overrides.ts'
import { listed, nearestWord } from '../words.ts'

/** The process's environment, or what a test puts in its place. */
export type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'SHAKEDOWN_'
/** Between several values of one variable. */
const SEPARATOR = ';'

/** Variables that override a value of the scenario, whatever the command that reads it. */
const PATHS: Readonly<Record<string, string>> = {
  SHAKEDOWN_THINGS: 'fleet.things',
  SHAKEDOWN_SEED: 'seed',
  SHAKEDOWN_NAME_PREFIX: 'fleet.namePrefix',
  SHAKEDOWN_QUOTAS: 'service.quotas',
}
const SET = 'SHAKEDOWN_SET'

interface OptionRule {
  /** Elsewhere the variable is set and means nothing. */
  readonly commands: readonly string[]
  readonly kind: 'text' | 'texts' | 'flag'
}

/** Variables that stand for an option of a command. */
const OPTIONS: Readonly<Record<string, OptionRule>> = {
  target: { commands: ['run', 'doctor'], kind: 'texts' },
  workers: { commands: ['run', 'doctor'], kind: 'text' },
  out: { commands: ['run', 'simulate'], kind: 'text' },
  quiet: { commands: ['run', 'simulate', 'verify', 'plan'], kind: 'flag' },
  color: { commands: ['run', 'simulate', 'verify', 'report', 'doctor', 'plan'], kind: 'flag' },
  json: { commands: ['plan', 'validate'], kind: 'flag' },
  simulate: { commands: ['plan'], kind: 'flag' },
  seeds: { commands: ['plan', 'simulate'], kind: 'text' },
  sweep: { commands: ['plan'], kind: 'texts' },
  csv: { commands: ['plan'], kind: 'text' },
  html: { commands: ['plan'], kind: 'text' },
  runs: { commands: ['verify'], kind: 'text' },
  calibrate: { commands: ['simulate'], kind: 'text' },
  calibration: { commands: ['doctor'], kind: 'text' },
  'probe-seconds': { commands: ['doctor'], kind: 'text' },
  'memory-limit': { commands: ['simulate'], kind: 'text' },
  http: { commands: ['serve'], kind: 'text' },
  mqtt: { commands: ['serve'], kind: 'text' },
  host: { commands: ['serve'], kind: 'text' },
  'jobs-per-thing': { commands: ['serve'], kind: 'text' },
  control: { commands: ['serve'], kind: 'text' },
  documents: { commands: ['serve'], kind: 'text' },
  switch: { commands: ['serve'], kind: 'texts' },
  from: { commands: ['run'], kind: 'text' },
  only: { commands: ['run'], kind: 'texts' },
  'warm-up': { commands: ['run'], kind: 'flag' },
}

/** The options of this command that take no value, of those that the environment can give. */
export function flagsOf(command: string): string[] {
  return Object.keys(OPTIONS).filter((option) => {
    const rule = OPTIONS[option]
    return rule?.kind === 'flag' && rule.commands.includes(command)
  })
}

/**
 * What the environment says about options of this command: between its defaults and its flags.
 *
 * @param command or what stands in its place, for which no option is.
 * @throws ShakedownError USAGE for a variable that no command knows, so that a misspelt one does not
 *   pass for its default.
 */
export function environmentOptions(
  environment: Environment,
  command: string,
): Record<string, string | string[] | boolean> {
  refuseUnknown(environment)
  const options: Record<string, string | string[] | boolean> = {}
  for (const [option, { commands, kind }] of Object.entries(OPTIONS)) {
    const name = variableOf(option)
    const text = environment[name]
    if (text === undefined || !commands.includes(command)) continue
    options[option] = kind === 'flag' ? flagOf(name, text) : valuesOf(name, text, kind)
  }
  return options
}

/** What the environment says about the scenario: between its file and the flags. */
export function environmentOverrides(environment: Environment): Assignment[] {
  const single = Object.entries(PATHS).flatMap(([name, path]) => {
    const value = environment[name]
    return value === undefined ? [] : [{ text: `${path}=${value}`, origin: `${name}=${value}` }]
  })
  const set = severalOf(environment[SET] ?? '').map((text) => ({ text, origin: `${SET} ${text}` }))
  return [...single, ...set]
}

/** For a child that is given the settings in another way and must not read them twice. */
export function withoutSettings(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith(PREFIX)),
  )
}

function refuseUnknown(environment: Environment): void {
  const known = [...Object.keys(PATHS), SET, ...Object.keys(OPTIONS).map(variableOf)]
  // What all names begin with says nothing about which one was meant.
  const ends = known.map((name) => name.slice(PREFIX.length))
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(PREFIX) || known.includes(name)) continue
    const near = nearestWord(name.slice(PREFIX.length), ends)
    const cure =
      near === undefined
        ? `behind ${PREFIX} there is ${listed(ends)}.`
        : `did you mean ${PREFIX}${near}?`
    throw new ShakedownError('USAGE', `The environment has ${name}, which sets nothing: ${cure}`, {
      hint: 'Correct the name, or take the variable out of the environment (unset).',
    })
  }
}

/** The variable that stands for an option: `SHAKEDOWN_MEMORY_LIMIT` for `memory-limit`. */
export function variableOf(option: string): string {
  return PREFIX + option.toUpperCase().replaceAll('-', '_')
}

function valuesOf(name: string, text: string, kind: 'text' | 'texts'): string | string[] {
  const value = kind === 'texts' ? severalOf(text) : text.trim()
  if (value.length > 0) return value
  throw new ShakedownError('USAGE', `The environment has ${name}, which is empty.`, {
    hint: 'Give it a value, or take the variable out of the environment (unset).',
  })
}

function severalOf(text: string): string[] {
  return text
    .split(SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
}

function flagOf(name: string, text: string): boolean {
  const flag = FLAGS[text.toLowerCase()]
  if (flag !== undefined) return flag
  throw new ShakedownError('USAGE', `${name}=${text} is neither yes nor no.`, {
    hint: `Write ${name}=true or ${name}=false.`,
  })
}
