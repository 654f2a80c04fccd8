import type * as z from 'zod'
import type { Path } from './problem.ts'

/**
 * Reading a scenario that may be wrong anywhere. Rules look at the values as written, so that each
 * says what it has to say whatever else is wrong; where a value is no such thing, they get nothing.
 */
export function rawAt(raw: unknown, ...path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null) return undefined
    return Object.hasOwn(value, step)
      ? (value as Record<string | number, unknown>)[step]
      : undefined
  }, raw)
}

/** The rows of a list; none when it is no list. */
export function rowsAt(raw: unknown, ...path: Path): readonly unknown[] {
  const value = rawAt(raw, ...path)
  return Array.isArray(value) ? value : []
}

/** The members of a map, by name; none when it is no map. */
export function membersAt(raw: unknown, ...path: Path): readonly (readonly [string, unknown])[] {
  const value = rawAt(raw, ...path)
  return isMap(value) ? Object.entries(value) : []
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in the unit of the program, if it is written in its right form. */
export function valueAt<T>(form: z.ZodType<T>, raw: unknown, ...path: Path): T | undefined {
  const parsed = form.safeParse(rawAt(raw, ...path))
  return parsed.success ? parsed.data : undefined
}

/** Text, if it is text. */
export function textAt(raw: unknown, ...path: Path): string | undefined {
  const value = rawAt(raw, ...path)
  return typeof value === 'string' ? value : undefined
}
