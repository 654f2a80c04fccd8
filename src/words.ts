/** `; did you mean x?`, or the list of what there is. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known)
  if (nearest !== undefined) return `did you mean ${nearest}?`
  return known.length === 0 ? 'there is none' : `there is ${listed(known)}`
}

/** `a`, `a and b`, `a, b and c`; or with `or`. */
export function listed(words: readonly string[], joint: 'and' | 'or' = 'and'): string {
  const [last = '', ...others] = words.toReversed()
  return others.length === 0 ? last : `${others.toReversed().join(', ')} ${joint} ${last}`
}

/** As it can be pasted into a shell. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The known word that a misspelt one was most likely meant to be, if any is near. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  // A third of the word may be wrong, and in short words two letters.
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  let nearest: string | undefined
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least && distance < candidate.length) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

/** Letters to insert, delete, change, or swap with their neighbour (optimal string alignment). */
export function editDistance(one: string, other: string): number {
  // Nobody misspells a word this long; a hostile file could make the table as large as it likes.
  if (one.length > 64 || other.length > 64) return one === other ? 0 : 64
  const width = other.length + 1
  const table = new Uint8Array((one.length + 1) * width)
  const at = (row: number, column: number) => table[row * width + column] ?? 0
  for (let row = 0; row <= one.length; row++) {
    for (let column = 0; column <= other.length; column++) {
      table[row * width + column] = leastCost(one, other, row, column, at)
    }
  }
  return at(one.length, other.length)
}

function leastCost(
  one: string,
  other: string,
  row: number,
  column: number,
  at: (row: number, column: number) => number,
): number {
  if (row === 0 || column === 0) return row + column
  const same = one[row - 1] === other[column - 1]
  let cost = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1)
  cost = Math.min(cost, at(row - 1, column - 1) + (same ? 0 : 1))
  const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
  return swapped && row > 1 && column > 1 ? Math.min(cost, at(row - 2, column - 2) + 1) : cost
}
