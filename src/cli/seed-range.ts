import { ShakedownError } from '../errors.ts'

const MOST_SEEDS = 1_000_000

/** Reads `1..1000`, or a single seed. @throws ShakedownError USAGE */
export function rangeOf(text: string): { from: number; to: number } {
  const [, first = '', last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (first !== '' && from <= to && to - from < MOST_SEEDS && to < 2 ** 32) return { from, to }
  throw new ShakedownError('USAGE', `--seeds is ${text || 'empty'}, which is no range of seeds.`, {
    hint: `Write 1..1000: from the first to the last, at most ${MOST_SEEDS.toLocaleString('en')} of them.`,
  })
}

const BESIDE_SEEDS = {
  seed: '--seeds says which are taken',
  out: 'a range of seeds keeps no run folder',
} as const

/**
 * What one run has and a range of seeds has not.
 * @throws ShakedownError USAGE
 */
export function refuseBesideSeeds(given: {
  readonly seeds?: string
  readonly seed?: string
  readonly out?: string
}): void {
  if (given.seeds === undefined) return
  for (const option of ['seed', 'out'] as const) {
    if (given[option] === undefined) continue
    const why = BESIDE_SEEDS[option]
    throw new ShakedownError('USAGE', `--${option} means nothing beside --seeds: ${why}.`, {
      hint: `Leave --${option} or --seeds away.`,
    })
  }
}
