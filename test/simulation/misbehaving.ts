import { expect } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { METERED_OPERATIONS, OUTCOMES } from '../../src/metrics/series.ts'
import { OPERATIONS } from '../../src/protocol/jobs.ts'
import { MisbehavingTarget } from './misbehaving-target.ts'
import { arrivals, HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'

await prepareRecorders()

interface Wanted {
  readonly seed: number
  /** At least so many requests reach the target. */
  readonly requests: number
  readonly drainSeconds: number
}

/** What comes back in time; each of these outcomes is one answer. */
const ANSWERS = ['accepted', 'empty', 'throttled', 'rejected']

/** Holds a fleet's counters against the identity of design 5.4 and against the target's own count. */
export function expectAccountedFor({ seed, requests, drainSeconds }: Wanted): void {
  const perSecond = 500
  const scenario = scenarioOf({
    seed,
    things: 3_000,
    mix: [
      { ...MQTT, sharePercent: 50 },
      { ...HTTP, sharePercent: 50 },
    ],
    behaviour: {
      requestTimeoutUs: 2 * SECOND_US,
      work: { medianUs: SECOND_US, p95Us: SECOND_US },
      retry: { kind: 'full-jitter', baseUs: 100_000, capUs: 2 * SECOND_US, attempts: 6 },
    },
    load: arrivals(perSecond, Math.ceil(requests / perSecond / 3), drainSeconds),
  })
  const target = new MisbehavingTarget(scenario, seed)
  target.run()
  const totals = target.meter.totals()
  const count = (name: string) => totals[name] ?? 0
  target.meter.destroy()

  for (const operation of METERED_OPERATIONS) {
    const ended = OUTCOMES.reduce((sum, name) => sum + count(`${operation}.${name}`), 0)
    expect(ended, `${operation} with seed ${seed}`).toBe(count(`${operation}.issued`))
  }
  let received = 0
  let answered = 0
  for (const operation of OPERATIONS) {
    expect(count(`${operation}.issued`)).toBe(target.counts.received[operation])
    received += target.counts.received[operation]
    for (const name of ANSWERS) answered += count(`${operation}.${name}`)
  }
  const strays = ['late', 'duplicate', 'unmatched'].map((kind) => count(`stray.${kind}`))
  const strange = strays.reduce((sum, kind) => sum + kind, 0)
  expect(answered + strange, `answers with seed ${seed}`).toBe(target.counts.delivered)
  expect(received).toBeGreaterThanOrEqual(requests)

  // Every way to go wrong was met, so that none passes for being absent.
  for (const outcome of OUTCOMES) {
    const all = OPERATIONS.reduce((sum, name) => sum + count(`${name}.${outcome}`), 0)
    if (outcome !== 'unanswered' || drainSeconds === 0) expect(all, outcome).toBeGreaterThan(0)
  }
  expect(Math.min(...strays)).toBeGreaterThan(0)
  expect(count('update.rejected.Malformed')).toBeGreaterThan(0)
  expect(target.counts.resets).toBeGreaterThan(0)
  expect(count('start.planned')).toBe(count('start.started') + count('start.dropped'))
}
