import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../src/protocol/admin.ts'
import { arrivals, SECOND_US, scenarioOf } from './scenarios.ts'
import { simulated } from './simulated.ts'

/** What one fault does to 3,000 things that each want one execution, 100 a second. */
function withFault(kind: FaultKind, sharePercent: number, fromSeconds = 0, forSeconds = 1e6) {
  return simulated(
    scenarioOf({
      things: 3_000,
      service: {
        faults: [
          {
            kind,
            sharePercent,
            fromUs: fromSeconds * SECOND_US,
            forUs: forSeconds * SECOND_US,
            byUs: 5 * SECOND_US,
          },
        ],
      },
      behaviour: { updates: 0, work: { medianUs: SECOND_US, p95Us: SECOND_US } },
      load: arrivals(100, 30),
    }),
  )
}

/** The counter that a fault of the kind makes rise. */
const SEEN: readonly (readonly [FaultKind, RegExp])[] = [
  ['lost-reply', /\.timedOut$/],
  ['lost-request', /\.timedOut$/],
  ['duplicate-reply', /^stray\.duplicate$/],
  ['lost-connection', /^(start-next|update)\.lost$/],
  ['internal-error', /\.rejected\.InternalError$/],
]

function sumOf(counts: Record<string, number>, names: RegExp): number {
  return Object.entries(counts).reduce((sum, [name, n]) => sum + (names.test(name) ? n : 0), 0)
}

describe('faults in virtual time', () => {
  test.each(SEEN)('a %s hits its share of the requests', (kind, names) => {
    const { counts } = withFault(kind, 10).meter
    const requests = (counts['start-next.issued'] ?? 0) + (counts['update.issued'] ?? 0)
    const share = sumOf(counts, names) / requests

    // Some 6,600 draws: four standard deviations are 1.5 points.
    expect(share).toBeGreaterThan(0.085)
    expect(share).toBeLessThan(0.115)
  })

  test.each(SEEN)('a %s of every request hits those of its window and no others', (kind, names) => {
    const outside = withFault(kind, 100, 1_000, 10)
    expect(sumOf(outside.meter.counts, names)).toBe(0)

    const inside = withFault(kind, 100, 10, 0.5)
    // Half a second of 100 starts and 100 updates; retries that come into it as well.
    expect(sumOf(inside.meter.counts, names)).toBeGreaterThanOrEqual(95)
    expect(sumOf(inside.meter.counts, names)).toBeLessThanOrEqual(125)
    expect(inside.verdict.balanced).toBe(true)
  })

  test('a delayed notification brings its thing to work later by just so much', () => {
    const startedUs = (sharePercent: number) => {
      const scenario = scenarioOf({
        things: 50,
        perThing: 1,
        service: {
          latency: { medianUs: 10_000, p99Us: 10_000 },
          faults: [
            {
              kind: 'delayed-notification',
              sharePercent,
              fromUs: 0,
              forUs: Number.POSITIVE_INFINITY,
              byUs: 7 * SECOND_US,
            },
          ],
        },
        load: {
          kind: 'rollout',
          limitUs: 600 * SECOND_US,
          pollUs: 30 * SECOND_US,
          drainUs: 60 * SECOND_US,
        },
      })
      // Long after its first ask at the connection each thing hears of the job.
      const run = simulated({
        ...scenario,
        jobs: scenario.jobs.map((job) => ({ ...job, maximumPerMinute: 10 })),
      })
      expect(run.verdict.balanced).toBe(true)
      expect(run.meter.of('execution.started')).toBe(50)
      return run
    }
    const [onTime, late] = [startedUs(0), startedUs(100)]

    expect(late.lastAnswerUs - onTime.lastAnswerUs).toBe(7 * SECOND_US)
  })
})
