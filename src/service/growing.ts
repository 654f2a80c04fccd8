/** The array, or one at least `length` long with the same beginning: doubled, so that growing one by
 *  one costs little in all. */
export function grown(array: Uint32Array, length: number): Uint32Array {
  if (length <= array.length) return array
  const longer = new Uint32Array(Math.max(length, array.length * 2))
  longer.set(array)
  return longer
}
