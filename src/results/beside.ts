import type { Beside } from './rows.ts'

/** Of all cores; what others use below it is no reason for a generator that is late. */
const LARGE_SHARE = 0.2

/** The mean over the rows that tell it; undefined when none does, as in folders of earlier versions. */
export function meanBeside(rows: readonly (Beside | undefined)[]): Beside | undefined {
  const known = rows.filter((row) => row !== undefined)
  if (known.length === 0) return undefined
  const mean = (key: keyof Beside) => known.reduce((sum, row) => sum + row[key], 0) / known.length
  return {
    othersShare: mean('othersShare'),
    stolenShare: mean('stolenShare'),
    idleShare: mean('idleShare'),
  }
}

/**
 * Who took the processor from a generator that was late, and the cure, as the end of a sentence; undefined
 * when nobody did. While a whole core is idle nobody need wait for one, whatever other processes use of the
 * rest; what the host takes was wanted by definition. Named first is what the reader can end.
 */
export function takenWords(beside: Beside | undefined, cores: number): string | undefined {
  if (beside === undefined) return undefined
  const { othersShare, stolenShare, idleShare } = beside
  if (othersShare > LARGE_SHARE && idleShare * cores < 1)
    return `other processes used ${percent(othersShare)} of the cores meanwhile: end them, or measure again.`
  if (stolenShare > LARGE_SHARE)
    return `the host of this virtual machine took ${percent(stolenShare)} of the cores meanwhile: measure again when it is less busy, or on another one.`
  return undefined
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}
