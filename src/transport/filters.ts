/**
 * Whether a thing has subscribed to a topic. Both are what follows `$aws/things/<thing>/jobs/`, so that
 * neither begins with the `$` that wildcards leave out.
 */
export function areFor(filters: readonly string[], suffix: string): boolean {
  return filters.includes(suffix) || filters.some((filter) => takes(filter, suffix))
}

function takes(filter: string, suffix: string): boolean {
  if (!filter.includes('+') && !filter.endsWith('#')) return false
  const wanted = filter.split('/')
  const levels = suffix.split('/')
  const isOpen = wanted.at(-1) === '#'
  if (isOpen) wanted.pop()
  if (isOpen ? levels.length < wanted.length : levels.length !== wanted.length) return false
  return wanted.every((level, at) => level === '+' || level === levels[at])
}
