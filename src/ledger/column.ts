/** One column out of rows of `width` numbers: the number at `place` of the first `count` rows. */
export function columnOf(
  rows: Uint32Array,
  width: number,
  place: number,
  count: number,
): Uint32Array {
  const column = new Uint32Array(count)
  for (let row = 0; row < count; row++) column[row] = rows[row * width + place] as number
  return column
}
