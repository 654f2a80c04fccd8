import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { resolvedYaml } from '../../src/scenario/canonical.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { sizesOf, smallScenario } from '../../src/simulate/small-scenario.ts'
import { simulated } from './simulated.ts'

const FOLDER = fileURLToPath(new URL('../../scenarios', import.meta.url))

function scenarioIn(fileName: string, set: readonly string[] = []) {
  return parseScenario(readFileSync(join(FOLDER, fileName), 'utf8'), { fileName, set })
}

test.each(readdirSync(FOLDER).filter((file) => file.endsWith('.yaml')))(
  'the small forms of %s can be written into a file and read',
  (name) => {
    const scenario = scenarioIn(name)
    const { fitted, heldOut } = sizesOf(scenario)
    for (const things of [...fitted, heldOut]) {
      const small = smallScenario(scenario, things)
      const again = parseScenario(resolvedYaml(small), { fileName: name })
      expect(again).toEqual({ ...small, question: small.question })
    }
  },
)

test.each(['step-timeout.yaml', 'in-progress-timeout.yaml'])(
  'as large a part of the executions times out in the small form of %s',
  (name) => {
    const scenario = scenarioIn(name)
    const shareOf = (of: typeof scenario) => {
      const { byStatus } = simulated(of).ledger
      const ended = Object.values(byStatus).reduce((sum, count) => sum + count, 0)
      return (byStatus.TIMED_OUT ?? 0) / ended
    }

    expect(shareOf(scenario)).toBeGreaterThan(0.1)
    expect(Math.abs(shareOf(smallScenario(scenario, 200)) - shareOf(scenario))).toBeLessThan(0.08)
  },
)

test('a rollout that gives itself up does so in its small forms too', () => {
  const scenario = scenarioIn('partial-failure-abort.yaml')

  for (const things of [50, 100, 200]) {
    const { byStatus, open } = simulated(smallScenario(scenario, things)).ledger
    const reached = Object.values(byStatus).reduce((sum, count) => sum + count, 0)
    expect(open).toEqual([])
    expect(reached).toBeLessThan(things)
  }
})

test('timers that are hours away are near enough to see that they do not run out', () => {
  const days = ['jobs.0.timeout.inProgressMinutes=10000', 'service.minute=60s']
  const { service, behaviour } = smallScenario(scenarioIn('in-progress-timeout.yaml', days), 50)

  expect(10_000 * service.minuteUs).toBeLessThanOrEqual(160_000_000)
  expect(10_000 * service.minuteUs).toBeGreaterThan(3 * behaviour.work.p95Us)
})

test.each([
  ['0/s', 0],
  ['0.5/s', 0.5],
  ['3/s', 1],
])('of a quota of %s the small form has %d a second', (rate, perSecond) => {
  const set = [`service.quotas={ writes: ${rate}, reads: ${rate} }`]
  const { quotas } = smallScenario(scenarioIn('throttled-account.yaml', set), 10).service

  expect(quotas).toMatchObject({ writesPerSecond: perSecond, readsPerSecond: perSecond })
})
