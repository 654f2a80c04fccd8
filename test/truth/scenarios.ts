/** Of a thousand requests the slowest thousandth is one, which says nothing about a law. */
export const SHORT = ['p50', 'p90', 'p99'] as const
export const LONG = ['p50', 'p90', 'p99', 'p99.9'] as const

/** 1.4 s, begun in the fourth second. */
export const FREEZE = { afterUs: 4_000_000, forUs: 1_400_000 }

interface Load {
  readonly ratePerSecond: number
  readonly seconds: number
}

/**
 * Half MQTT, half HTTP; each start is one start-next and one update. A response counts from the due
 * time, so it holds the lag of its generator: delays are long enough that 2 % of them are more than
 * the lag that a valid run may have.
 */
export function scenarioOf({ ratePerSecond, seconds }: Load): string {
  return `
name: truth
fleet:
  things: 1200
  connect: { rate: 800/s }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
behaviour: { work: 0s, updates: 0, requestTimeout: 30s }
load: { arrivals: [{ name: steady, rate: ${ratePerSecond}/s, for: ${seconds}s }] }
`
}

/** @param quantile of the law, in milliseconds, for a share 0..1. */
export function quantilesMs(
  names: readonly string[],
  quantile: (share: number) => number,
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, quantile(Number(name.slice(1)) / 100)]))
}

/**
 * Of starts that come evenly for so many seconds to a server that takes `fixedMs` and freezes once:
 * those whose answer falls due in the freeze wait for its end, evenly from nothing to all of it, and
 * then all come at once.
 */
export function frozenQuantilesMs(
  names: readonly string[],
  seconds: number,
  fixedMs: number,
): Record<string, number> {
  const freezeMs = FREEZE.forUs / 1e3
  const frozen = freezeMs / 1e3 / seconds
  return quantilesMs(names, (share) => {
    const above = 1 - share
    return above >= frozen ? fixedMs : fixedMs + freezeMs * (1 - above / frozen)
  })
}
