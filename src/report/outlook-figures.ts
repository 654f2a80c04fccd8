/** What simulated runs of one scenario came to, by what was changed between them. Shares 0..1. */
export interface OutlookVariant {
  /** `fleet.things=1000`, one for each key that is swept; none without a sweep. */
  readonly settings: readonly (readonly [key: string, value: string])[]
  readonly things: number
  /** One for each seed. */
  readonly runs: readonly OutlookRun[]
}

/** null: not done in its time, no end to come to, nothing succeeded, no abort. */
export interface OutlookRun {
  readonly seed: number
  readonly etaSeconds: number | null
  readonly doneShare: number | null
  readonly ended: number
  readonly throttledShare: number
  readonly attemptsPerSuccess: number | null
  readonly timedOutShare: number
  readonly abort: { readonly atSeconds: number; readonly executions: number } | null
  readonly events: number
}

/** Over the runs of a variant that have the figure. */
export interface Spread {
  readonly count: number
  readonly min: number
  readonly p50: number
  readonly p90: number
  readonly max: number
  readonly mean: number
}

export interface OutlookFigures {
  /** Over the runs that were done. */
  readonly etaSeconds: Spread | undefined
  /** Runs that were not done in their time. */
  readonly unfinished: number
  readonly doneShare: Spread | undefined
  readonly throttledShare: Spread | undefined
  readonly attemptsPerSuccess: Spread | undefined
  readonly timedOutShare: Spread | undefined
  readonly aborts: number
  readonly abortSeconds: Spread | undefined
  readonly abortExecutions: Spread | undefined
}

export function figuresOf({ runs }: OutlookVariant): OutlookFigures {
  const spread = (of: (run: OutlookRun) => number | null | undefined) =>
    spreadOf(runs.map(of).filter((value) => value !== null && value !== undefined))
  return {
    etaSeconds: spread(({ etaSeconds }) => etaSeconds),
    unfinished: runs.filter(({ etaSeconds }) => etaSeconds === null).length,
    doneShare: spread(({ doneShare }) => doneShare),
    throttledShare: spread(({ throttledShare }) => throttledShare),
    attemptsPerSuccess: spread(({ attemptsPerSuccess }) => attemptsPerSuccess),
    timedOutShare: spread(({ timedOutShare }) => timedOutShare),
    aborts: runs.filter(({ abort }) => abort !== null).length,
    abortSeconds: spread(({ abort }) => abort?.atSeconds),
    abortExecutions: spread(({ abort }) => abort?.executions),
  }
}

/** By nearest rank: of few runs a percentile is one of them, never a value between two. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((one, other) => one - other)
  const [min] = sorted
  if (min === undefined) return undefined
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? min
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return { count: sorted.length, min, p50: at(0.5), p90: at(0.9), max: at(1), mean }
}

/** What tells a variant from the others; the fleet where nothing is swept. */
export function variantName({ settings, things }: OutlookVariant): string {
  if (settings.length === 0) return `${things.toLocaleString('en-US')} things`
  return settings.map(([key, value]) => `${key}=${value}`).join(' ')
}
