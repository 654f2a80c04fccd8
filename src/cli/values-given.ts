import { ShakedownError } from '../errors.ts'

/** Things may be called 0, 1, 2, without anything before. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['name-prefix', 'namePrefix'])
/** Words that are no option's value; what is wrong with an empty one is said where it is read. */
const ARGUMENTS: ReadonlySet<string> = new Set(['_', '$0', 'scenario', 'folder'])

/**
 * The parser takes `--out` at the end of a line for an empty folder, `--set` there for no setting at
 * all, and `--no-seed` for the seed `false`.
 *
 * @param flags the options that take no value.
 * @throws ShakedownError USAGE
 */
export function refuseWithoutValue(given: object, flags: readonly string[]): void {
  for (const [name, value] of Object.entries(given)) {
    const option = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (flags.includes(option)) continue
    const values: unknown[] = Array.isArray(value) ? value : [value]
    if (values.includes(false)) {
      throw new ShakedownError('USAGE', `There is no --no-${option}: --${option} takes a value.`, {
        hint: `Leave --${option} out.`,
      })
    }
    if (ARGUMENTS.has(name) || MAY_BE_EMPTY.has(name)) continue
    if (values.length > 0 && !values.includes('')) continue
    throw new ShakedownError('USAGE', `--${option} is given without a value.`, {
      hint: `Write --${option} and the value behind it, or leave it out.`,
    })
  }
}

/**
 * The parser takes `--quiet=maybe` for no.
 *
 * @throws ShakedownError USAGE
 */
export function refuseHalfFlags(words: readonly string[], flags: readonly string[]): void {
  for (const word of words) {
    const [, flag = '', value = ''] = /^--(?:no-)?([^=]+)=(.*)$/s.exec(word) ?? []
    if (!flags.includes(flag) || value === 'true' || value === 'false') continue
    throw new ShakedownError('USAGE', `--${flag} is "${value}", which is neither true nor false.`, {
      hint: `Write --${flag} or --no-${flag}.`,
    })
  }
}
