import type * as z from 'zod'
import { listed, suggestion } from '../words.ts'
import { foreignKeyAdvice } from './foreign-keys.ts'
import { descriptionAt, isWhole, knownKeys } from './json-schema.ts'
import type { Path, Problem } from './problem.ts'
import { isMap, rawAt } from './raw.ts'
import { shown } from './shown.ts'

type Issue = z.core.$ZodIssue

/** What the schema has against a file, as sentences with value and cure. */
export function shapeProblems(raw: unknown, issues: readonly Issue[]): Problem[] {
  return issues
    .filter((issue) => !isBeyondWhole(issue) || issues.filter(isOf(issue)).length === 1)
    .flatMap((issue) => problemsOf(raw, issue, []))
}

/** A number above all whole ones is above the limit of its key as well: that is what helps. */
function isBeyondWhole(issue: Issue): boolean {
  return issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER
}

function isOf({ path }: Issue): (other: Issue) => boolean {
  return (other) => other.path.join('.') === path.join('.')
}

function problemsOf(raw: unknown, issue: Issue, above: Path): Problem[] {
  const path = [...above, ...(issue.path as Path)]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(raw, path, key))
  }
  const value = rawAt(raw, ...path)
  if (value === undefined) return [missing(path)]
  if (issue.code === 'invalid_key') {
    const text = issue.issues.map(({ message }) => message).join(', ')
    return [{ path, text: `no name: ${text}`, atKey: true }]
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.filter((branch) => !branch.some(isOtherKind))
    const [branch] = meant
    // One branch is for values of this kind: what it has to say is what helps.
    if (meant.length === 1 && branch !== undefined) {
      return branch.flatMap((inner) => problemsOf(raw, inner, path))
    }
  }
  // The schema looks for a number first and for a whole one second; we know better what is meant.
  const isNumber = issue.code === 'invalid_type' && issue.expected === 'number'
  const message = isNumber && isWhole(path) ? `write ${KINDS.int}` : issue.message
  const advice = isMap(value) ? adviceOnMap(path, value) : ''
  return [{ path, text: `${message}, not ${shown(value)}${advice}` }]
}

/** A map that should be something else may be the map that another format has there. */
function adviceOnMap(path: Path, map: object): string {
  const advice = Object.keys(map).map((key) => foreignKeyAdvice(path, key))
  const known = advice.find((words) => words !== undefined)
  return known === undefined ? '' : `; ${known}`
}

function isOtherKind({ path, code }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

function missing(path: Path): Problem {
  const description = descriptionAt(path)
  if (description === undefined) return { path, text: 'missing' }
  const [what = ''] = description.split(/[.;]/)
  return { path, text: `missing (${what.charAt(0).toLowerCase()}${what.slice(1)})` }
}

/** Of YAML 1.1, and of the tools that still read it. */
const MERGE_KEY = '<<'
const NO_MERGE =
  'maps are not merged in YAML 1.2; write the keys out, or repeat a whole value by &name and *name'

function unknownKey(raw: unknown, path: Path, key: string): Problem {
  return { path: [...path, key], text: unknownKeyText(raw, path, key), atKey: true }
}

function unknownKeyText(raw: unknown, path: Path, key: string): string {
  if (key === MERGE_KEY) return NO_MERGE
  // Of several forms that a map may have, two may have a key in common.
  const known = [...new Set(knownKeys(path))]
  return known.includes(key)
    ? `does not go with ${besides(rawAt(raw, ...path), key)}; correct that, or leave one of them out`
    : `unknown key; ${foreignKeyAdvice(path, key) ?? suggestion(key, known)}`
}

/** A key that another form of the same map has: what stands beside it is what made it this form. */
function besides(map: unknown, key: string): string {
  const others = Object.entries(map as object).filter(([name]) => name !== key)
  return listed(others.map(([name, value]) => `${name}: ${shown(value)}`))
}

/** Our words for what zod finds by itself. Messages that the schema gives come before these. */
export function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `write ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `write ${listed(issue.values.map(String), 'or')}`
    case 'too_small':
      return `write ${bound('at least', issue.minimum, issue.origin)}`
    case 'too_big':
      return `write ${bound('at most', issue.maximum, issue.origin)}`
    default:
      return undefined
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

function bound(words: string, limit: unknown, origin: string): string {
  const unit = { string: ' character', array: ' row' }[origin] ?? ''
  return `${words} ${limit}${unit}${unit !== '' && limit !== 1 ? 's' : ''}`
}
