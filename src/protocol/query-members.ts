/**
 * Requests whose members stand in the query. Values there are text; those that a body would hold as a
 * number or a flag become that.
 */
import { type Members, objectOf } from './answer-json.ts'

export function queryMembers(query: string): Members {
  const members: Members = {}
  if (query === '') return members
  for (const [name, value] of new URLSearchParams(query)) {
    if (value === 'true' || value === 'false') members[name] = value === 'true'
    else members[name] = /^-?\d{1,15}$/.test(value) ? Number(value) : value
  }
  return members
}

/**
 * Of a presigned call, for which boto3 moves the body into the query (protocol 1.9). It writes flags
 * and maps there as Python shows them: `True`, `{'step': 'boot'}`. JSON is taken too.
 */
export function movedMembers(query: string): Members {
  const members = queryMembers(query)
  for (const [name, value] of Object.entries(members))
    if (value === 'True' || value === 'False') members[name] = value === 'True'
  const { statusDetails } = members
  if (typeof statusDetails === 'string')
    members.statusDetails = objectOf(statusDetails) ?? pythonMap(statusDetails) ?? statusDetails
  return members
}

const TEXT = String.raw`('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`
const MAP = new RegExp(String.raw`^\{(?:${TEXT}: ${TEXT}(?:, (?!\})|(?=\})))*\}$`)
const ENTRY = new RegExp(`${TEXT}: ${TEXT}`, 'g')

/** @returns undefined for what is no map of text to text. */
function pythonMap(text: string): Members | undefined {
  if (!MAP.test(text)) return undefined
  const entries = [...text.matchAll(ENTRY)]
  return Object.fromEntries(entries.map(([, key = '', value = '']) => [plain(key), plain(value)]))
}

/** Without its quotes and backslashes. Characters that are written by number stay so. */
function plain(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(['"\\])/g, '$1')
}
