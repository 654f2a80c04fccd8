import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseScenario } from '../../src/scenario/parse.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { simulated } from './simulated.ts'

function scenario(name: string): Scenario {
  const url = new URL(`../../scenarios/${name}.yaml`, import.meta.url)
  return parseScenario(readFileSync(url, 'utf8'), { fileName: `${name}.yaml` })
}

test('the bad rollout is given up while a few things have failed, and ends without the rest', () => {
  const given = scenario('partial-failure-abort')
  const { meter, verdict, ledger, cutOff } = simulated(given)
  const { SUCCEEDED = 0, FAILED = 0, CANCELED = 0 } = ledger.byStatus

  expect(verdict.differences).toEqual([])
  expect(cutOff).toBe(false)
  expect(ledger.open).toEqual([])
  // 10 % of at least 200.
  expect(FAILED).toBeGreaterThanOrEqual(20)
  expect(FAILED).toBeLessThanOrEqual(100)
  expect(SUCCEEDED + FAILED + CANCELED).toBeLessThan(given.fleet.things)
  expect(meter.of('execution.started')).toBe(SUCCEEDED + FAILED)
})

test('without the abort the bad rollout reaches every thing', () => {
  const given = scenario('partial-failure-abort')
  const jobs = given.jobs.map((job) => ({ ...job, abort: undefined }))
  const { ledger } = simulated({ ...given, jobs })

  expect(ledger.byStatus).toEqual({ SUCCEEDED: 1_700, FAILED: 300 })
})

test('updates collide with their own success, and every execution ends as dealt', () => {
  const { meter, verdict, cutOff } = simulated(scenario('version-conflict'))

  expect(verdict.differences).toEqual([])
  expect(cutOff).toBe(false)
  expect(meter.of('update.rejected.VersionMismatch')).toBeGreaterThan(50)
  expect(meter.of('execution.stuck')).toBe(0)
  expect(meter.of('execution.started')).toBe(1_200)
  expect(meter.of('execution.succeeded') + meter.of('execution.failed')).toBe(1_200)
})

test('firmware that does not say its version never collides', () => {
  const given = scenario('version-conflict')
  const mix = given.fleet.mix.map((row) => ({ ...row, agent: 'ideal' }))
  const agents = {
    ideal: { ...given.agents.careful, expectedVersion: false },
  } as Scenario['agents']
  const { meter, verdict } = simulated({ ...given, agents, fleet: { ...given.fleet, mix } })

  expect(verdict.differences).toEqual([])
  expect(meter.of('update.rejected.VersionMismatch')).toBe(0)
  // A terminal update that comes twice is refused as a transition that cannot be.
  expect(meter.of('update.rejected.InvalidStateTransition')).toBeGreaterThan(10)
})
