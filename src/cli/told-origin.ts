import { ShakedownError } from '../errors.ts'
import { variableOf } from './environment.ts'

/**
 * An error speaks of options as flags. Where nobody has written the flag, because the environment gave
 * the value, it says so too: else the place that it names is not there to be corrected.
 *
 * @param words of the command line.
 * @param options those that the environment gave, by name.
 */
export function withOrigin(
  error: unknown,
  words: readonly string[],
  options: readonly string[],
): unknown {
  if (!(error instanceof ShakedownError)) return error
  const isWritten = (flag: string) =>
    words.some((word) => word === flag || word.startsWith(`${flag}=`))
  const origins = options
    .map((option) => ({ flag: `--${option}`, variable: variableOf(option) }))
    .filter(({ flag }) => new RegExp(`${flag}(?![\\w-])`).test(error.message) && !isWritten(flag))
    .map(({ flag, variable }) => `${flag} comes from ${variable} in the environment.`)
  if (origins.length === 0) return error
  const { code, message, hint, cause } = error
  return new ShakedownError(code, message, { hint: [hint, ...origins].join(' '), cause })
}
