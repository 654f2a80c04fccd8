import { parseDocument } from 'yaml'
import { isList, isText } from './json-schema.ts'
import { type Path, pathText } from './problem.ts'
import { isMap } from './raw.ts'
import { shown } from './shown.ts'

/** One value that does not come from the file. */
export interface Override {
  readonly path: Path
  readonly value: unknown
  /** As the person wrote it: `--set fleet.things=0`. */
  readonly origin: string
}

/** `path=value` that was not written as `--set path=value`. */
export interface Assignment {
  readonly text: string
  /** As the person wrote it: `--seed 7`. */
  readonly origin: string
}

/** Reads `path=value`, for example `fleet.mix.0.share=50%`; or says what is wrong with it. */
export function readOverride(given: string | Assignment): Override | { readonly problem: string } {
  const { text: assignment, origin } =
    typeof given === 'string' ? { text: given, origin: `--set ${given}` } : given
  const equals = assignment.indexOf('=')
  const path = assignment
    .slice(0, Math.max(0, equals))
    .split('.')
    .map((step) => step.trim())
  if (equals < 1 || path.includes('')) {
    return { problem: `${origin}: write path=value, such as fleet.things=500` }
  }
  const text = assignment.slice(equals + 1)
  // `007` is a fine name for a thing: where the file can only have text, text is what is meant.
  if (isText(path)) return { path, value: text, origin }
  const document = parseDocument(text, { prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) return { problem: `${origin}: the value is not YAML: ${error.message}` }
  return { path, value: document.toJS({ maxAliasCount: 0 }) as unknown, origin }
}

/** Puts the value into a scenario as written, or says why that cannot be. */
export function applyOverride(raw: unknown, { path, value, origin }: Override): string | undefined {
  let target = raw
  for (const [depth, step] of path.entries()) {
    const here = path.slice(0, depth)
    if (Array.isArray(target)) {
      const index = /^\d+$/.test(String(step)) ? Number(step) : Number.NaN
      if (!(index <= target.length)) return `${origin}: ${rowsOf(here, target.length)}`
    } else if (!isMap(target)) {
      return `${origin}: ${pathText(here)} is ${shown(target)} and has no ${step}`
    }
    const isLast = depth === path.length - 1
    target = entered(target as object, step, isLast ? value : undefined, [...here, step])
  }
  return undefined
}

/** @param value undefined for what a path only goes through: what the file does not have is made. */
function entered(target: object, step: string | number, value: unknown, path: Path): unknown {
  const existing = Object.hasOwn(target, step)
    ? (target as Record<string | number, unknown>)[step]
    : undefined
  const next = value === undefined ? (existing ?? (isList(path) ? [] : {})) : value
  // Defined and not assigned, so that no name reaches anything but this object.
  Object.defineProperty(target, step, {
    value: next,
    writable: true,
    enumerable: true,
    configurable: true,
  })
  return next
}

function rowsOf(path: Path, count: number): string {
  const rows = count === 1 ? '1 row' : `${count} rows`
  return `${pathText(path)} has ${rows}, counted from 0; one more can be added at ${count}`
}
