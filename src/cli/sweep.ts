import { ShakedownError } from '../errors.ts'

/** Values of one key of the scenario, in the order given. */
export interface Sweep {
  readonly key: string
  readonly values: readonly string[]
}

/** What differs from the file in one simulated variant. */
export type Setting = readonly [key: string, value: string]

/**
 * Reads `fleet.things=1000,10000`. Commas inside brackets, braces and quotes belong to a value.
 * @throws ShakedownError USAGE
 */
export function readSweep(text: string): Sweep {
  const equals = text.indexOf('=')
  const key = text.slice(0, Math.max(0, equals)).trim()
  const values = equals < 1 ? [] : partsOf(text.slice(equals + 1))
  if (key !== '' && values.length > 0 && values.every((value) => value !== '')) {
    const twice = values.find((value, at) => values.indexOf(value) !== at)
    if (twice === undefined) return { key, values }
    throw new ShakedownError('USAGE', `--sweep ${key} has the value ${twice} twice.`, {
      hint: 'Name each value once; --seeds makes several runs of one.',
    })
  }
  throw new ShakedownError('USAGE', `--sweep is ${text}, which names no values of a key.`, {
    hint: 'Write key=value,value, such as fleet.things=1000,10000,100000.',
  })
}

/**
 * All sweeps of a command line.
 * @throws ShakedownError USAGE
 */
export function readSweeps(texts: readonly string[]): Sweep[] {
  const sweeps = texts.map(readSweep)
  const keys = sweeps.map(({ key }) => key)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  if (twice !== undefined) {
    throw new ShakedownError('USAGE', `--sweep ${twice} is given twice.`, {
      hint: `Write all of its values in one: --sweep ${twice}=value,value.`,
    })
  }
  if (keys.includes('seed')) {
    throw new ShakedownError('USAGE', '--sweep seed means nothing: --seeds says which are taken.', {
      hint: 'Use --seeds, such as --seeds 1..20.',
    })
  }
  return sweeps
}

/** Every combination of the values, the last key changing fastest; one empty one without any. */
export function combinations(sweeps: readonly Sweep[]): Setting[][] {
  let all: Setting[][] = [[]]
  for (const { key, values } of sweeps) {
    all = all.flatMap((settings) => values.map((value): Setting[] => [...settings, [key, value]]))
  }
  return all
}

const OPENING = '[{('
const CLOSING = ']})'

function partsOf(text: string): string[] {
  const parts: string[] = []
  let part = ''
  let depth = 0
  let quote = ''
  for (const character of text) {
    if (character === ',' && depth === 0 && quote === '') {
      parts.push(part.trim())
      part = ''
      continue
    }
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (OPENING.includes(character)) depth += 1
    else if (CLOSING.includes(character)) depth -= 1
    part += character
  }
  return [...parts, part.trim()]
}
