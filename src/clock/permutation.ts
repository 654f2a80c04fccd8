import { drawUint32, PURPOSE } from './draw.ts'

/** More do not make the order any more even; fewer show the grid that the indexes stand on. */
const FEISTEL_ROUNDS = 6

/**
 * Where `index` comes to lie when 0 … size − 1 are shuffled for one round. Each round is a
 * permutation of its own, so what is dealt by position is dealt exactly once a round; nothing is
 * stored, so the cost does not depend on the size.
 *
 * @param round any whole number, by its low 32 bits.
 * @param index 0 … size − 1.
 * @param size 1 … 2^31.
 * @throws RangeError for an index that is none, which is a bug of the caller.
 */
export function dealtPosition(seed: number, round: number, index: number, size: number): number {
  if (!(index >= 0 && index < size)) throw new RangeError(`${index} is not among 0 … ${size - 1}`)
  // The indexes are laid out as `rows` × `columns`, with less than a row's worth of surplus.
  const columns = Math.ceil(Math.sqrt(size))
  const rows = Math.ceil(size / columns)
  let position = index
  // A position in the surplus is shuffled again. The walk cannot loop without coming back to a legal
  // position, because it began on one and a permutation's cycles are closed.
  do position = shuffled(seed, round, position, rows, columns)
  while (position >= size)
  return position
}

/** A Feistel network over rows × columns: each half is moved by a draw on the other half. */
function shuffled(
  seed: number,
  round: number,
  position: number,
  rows: number,
  columns: number,
): number {
  let row = Math.floor(position / columns)
  let column = position - row * columns
  for (let pass = 0; pass < FEISTEL_ROUNDS; pass += 2) {
    row = rest(row + drawUint32(seed, column, round, PURPOSE.deal, pass), rows)
    column = rest(column + drawUint32(seed, row, round, PURPOSE.deal, pass + 1), columns)
  }
  return row * columns + column
}

/** What `%` gives for whole numbers from 0 on, exact far beyond 32 bits: the engine calls a function for `%` above 31. */
function rest(value: number, by: number): number {
  return value - by * Math.floor(value / by)
}
