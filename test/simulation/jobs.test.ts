import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobScenario, Load, Scenario } from '../../src/scenario/scenario.ts'
import { HTTP, MQTT, SECOND_US, scenarioOf } from './scenarios.ts'
import { simulated } from './simulated.ts'

const ROLLOUT: Load = {
  kind: 'rollout',
  limitUs: 24 * 3_600 * SECOND_US,
  pollUs: 30 * SECOND_US,
  drainUs: 3_600 * SECOND_US,
}
const MIX = [
  { ...MQTT, sharePercent: 70 },
  { ...HTTP, sharePercent: 30 },
]

function withJob(job: Partial<JobScenario>, wanted: Partial<Parameters<typeof scenarioOf>[0]>) {
  const scenario = scenarioOf({ things: 100, perThing: 1, mix: MIX, load: ROLLOUT, ...wanted })
  return { ...scenario, jobs: scenario.jobs.map((row) => ({ ...row, ...job })) } satisfies Scenario
}

const OUTCOMES = [
  { outcome: 'SUCCEEDED', sharePercent: 60 },
  { outcome: 'FAILED', sharePercent: 30 },
  { outcome: 'REJECTED', sharePercent: 10 },
] as const

test('with retries more executions end than there are things, and both sides count the same', () => {
  const retry = { criteriaList: [{ failureType: 'FAILED', numberOfRetries: 2 }] } as const
  const { verdict, ledger, cutOff } = simulated(
    withJob({ retry, maximumPerMinute: 100 }, { behaviour: { outcomes: OUTCOMES } }),
  )
  expect(verdict.differences).toEqual([])
  expect(cutOff).toBe(false)
  expect(ledger.open).toEqual([])
  const { SUCCEEDED = 0, FAILED = 0, REJECTED = 0 } = ledger.byStatus
  expect(SUCCEEDED + REJECTED).toBeLessThanOrEqual(100)
  expect(SUCCEEDED + FAILED + REJECTED).toBeGreaterThan(100)
})

test('an abort ends a run with things that never heard of the job, and the ledger explains it', () => {
  const limits = { thresholdPercentage: 20, minNumberOfExecutedThings: 20 }
  const abort = { criteriaList: [{ failureType: 'FAILED', action: 'CANCEL', ...limits }] } as const
  const { verdict, ledger, cutOff } = simulated(
    withJob({ abort, maximumPerMinute: 60 }, { behaviour: { outcomes: OUTCOMES } }),
  )
  expect(verdict.differences).toEqual([])
  expect(cutOff).toBe(false)
  const { FAILED = 0, ...rest } = ledger.byStatus
  const ended = FAILED + Object.values(rest).reduce((sum, more) => sum + more, 0)
  expect(ended).toBeLessThan(100)
  expect(FAILED).toBeGreaterThanOrEqual(4)
})

test('whatever a job asks for and whatever goes wrong, the ledger balances', () => {
  const balances = fc.property(
    fc.record({
      seed: fc.nat(1_000),
      retries: fc.nat(5),
      abortShare: fc.constantFrom(undefined, 10, 40),
      perMinute: fc.constantFrom(undefined, 30, 600),
      updates: fc.nat(2),
      stepTimeoutMinutes: fc.constantFrom(undefined, 1),
      retryDelaySeconds: fc.constantFrom(0, 45),
      faultShare: fc.constantFrom(0, 5),
    }),
    (drawn) => {
      const scenario = scenarioDrawn(drawn)
      const { verdict, ledger, cutOff } = simulated(scenario, 2)
      expect(verdict.differences).toEqual([])
      expect(verdict.balanced).toBe(true)
      expect(cutOff).toBe(false)
      expect(ledger.open).toEqual([])
    },
  )
  fc.assert(balances, { numRuns: 30 })
})

function scenarioDrawn(drawn: {
  seed: number
  retries: number
  abortShare: number | undefined
  perMinute: number | undefined
  updates: number
  stepTimeoutMinutes: number | undefined
  retryDelaySeconds: number
  faultShare: number
}): Scenario {
  const kinds = ['lost-reply', 'lost-request', 'lost-connection', 'duplicate-reply'] as const
  const faults = kinds.map((kind) => ({
    ...{ kind, sharePercent: drawn.faultShare },
    ...{ fromUs: 0, forUs: 600 * SECOND_US, byUs: 0 },
  }))
  const criterion = { action: 'CANCEL', minNumberOfExecutedThings: 10 } as const
  const { abortShare } = drawn
  return withJob(
    {
      retry: { criteriaList: [{ failureType: 'ALL', numberOfRetries: drawn.retries }] },
      abort:
        abortShare === undefined
          ? undefined
          : {
              criteriaList: [{ ...criterion, failureType: 'ALL', thresholdPercentage: abortShare }],
            },
      maximumPerMinute: drawn.perMinute,
      inProgressTimeoutMinutes: 2,
    },
    {
      seed: drawn.seed,
      things: 40,
      service: { faults, switches: { retryDelaySeconds: drawn.retryDelaySeconds } },
      behaviour: {
        outcomes: OUTCOMES,
        updates: drawn.updates,
        stepTimeoutMinutes: drawn.stepTimeoutMinutes,
        // Some take longer than their timers.
        work: { medianUs: 20 * SECOND_US, p95Us: 150 * SECOND_US },
      },
    },
  )
}
