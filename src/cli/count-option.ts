import { ShakedownError } from '../errors.ts'

/**
 * How many, of an option that says so.
 *
 * @param text as given; undefined is the usual number. @throws ShakedownError USAGE
 */
export function countOf(
  flag: string,
  text: string | undefined,
  usual: number,
  most: number,
): number {
  const count = text === undefined ? usual : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  throw new ShakedownError('USAGE', `${flag} is ${text}, which is no such number.`, {
    hint: `Give a whole number from 1 to ${most}, or leave it out.`,
  })
}
