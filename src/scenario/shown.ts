const LONGEST = 48

/** A value of a scenario file as a sentence can quote it: on one line, and not too long. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map'
  if (typeof value !== 'string') return String(value)
  if (value === '') return 'empty text'
  const text = value.length <= LONGEST ? value : `${value.slice(0, LONGEST)}…`
  return /^[\w%/.:+-]+$/.test(text) ? text : JSON.stringify(text)
}
