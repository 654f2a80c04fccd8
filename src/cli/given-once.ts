import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { ShakedownError } from '../errors.ts'

/** What may stand on a command line several times; `_` are the words that are no option's. */
const REPEATABLE: ReadonlySet<string> = new Set(['_', 'set', 'target', 'only', 'sweep', 'switch'])

/**
 * The parser makes a list of an option that is given twice, where one value is meant.
 * @throws ShakedownError USAGE
 */
export function refuseTwice(given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (REPEATABLE.has(name) || !Array.isArray(value)) continue
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const values = value.map((one) => `"${one}"`).join(' and ')
    throw new ShakedownError('USAGE', `--${flag} is given more than once: ${values}.`, {
      hint: `Give --${flag} one value.`,
    })
  }
}

/**
 * Of two outputs in one file only the later would be left.
 * @throws ShakedownError USAGE
 */
export function refuseSameFile(files: Readonly<Record<string, string | undefined>>): void {
  const flagByPlace = new Map<string, string>()
  for (const [flag, file] of Object.entries(files)) {
    if (file === undefined) continue
    const place = placeOf(file)
    const other = flagByPlace.get(place)
    if (other !== undefined) {
      throw new ShakedownError('USAGE', `--${other} and --${flag} are the same file, ${file}.`, {
        hint: 'Give each a file of its own.',
      })
    }
    flagByPlace.set(place, flag)
  }
}

/** Where a file is, or would be: one name for it, whichever way leads there. */
function placeOf(file: string): string {
  const path = resolve(file)
  return real(path) ?? join(real(dirname(path)) ?? dirname(path), basename(path))
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
