import type { Path, Tell } from '../problem.ts'

/** Percent by which shares may miss the whole, for the rounding of their sum. */
const HAIR = 1e-9

/** Tells unless the shares add up to 100 %. Says nothing as long as one of them is not a share. */
export function tellUnlessWhole(
  shares: readonly (number | undefined)[],
  path: Path,
  tell: Tell,
): void {
  let sum = 0
  for (const share of shares) {
    if (share === undefined) return
    sum += share
  }
  if (Math.abs(sum - 100) <= HAIR) return
  tell(path, `the shares add up to ${Number(sum.toFixed(6))}%, not to 100%`)
}
