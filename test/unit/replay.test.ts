import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { chosenThings, scenarioOfRun } from '../../src/cli/replay.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'
import { ShardStarts } from '../../src/scenario/starts.ts'

const text = (things: number, rate: number) => `
name: replayed
seed: 5
fleet: { things: ${things}, namePrefix: lamp- }
load: { arrivals: [{ name: one, rate: ${rate}/s, for: 3s }, { name: two, from: 0/s, to: ${rate}/s, for: 5s }] }
`
const scenarioOf = (things: number, rate: number) =>
  parseScenario(text(things, rate), { fileName: 'test.yaml' })

test('names become indexes, in order and each once', () => {
  expect(chosenThings(scenarioOf(20, 10), ['lamp-12', 'lamp-3', 'lamp-12'])).toEqual([3, 12])
})

test.each(['lamp-20', 'lamp-03', 'lamp--1', 'lamp-', 'lamp-1.5', '3', 'thing-3', ''])(
  '%j is no thing of the fleet, and the range is told',
  (name) => {
    expect(() => chosenThings(scenarioOf(20, 10), [name])).toThrowError(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('lamp-0 … lamp-19') }),
    )
  },
)

test('things for which no start is planned cannot be played', () => {
  expect(() => chosenThings(scenarioOf(500, 10), ['lamp-499'])).toThrowError(
    'No planned start is meant for lamp-499.',
  )
})

test('the plan of chosen things counts the starts that the whole plan means for them', () => {
  const countsTheirs = fc.property(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 0, max: 30 }),
    fc.array(fc.nat(59), { minLength: 1, maxLength: 5 }),
    (fleetSize, rate, picks) => {
      const scenario = scenarioOf(fleetSize, rate)
      const only = [...new Set(picks.map((pick) => pick % fleetSize))]
      const starts = scenario.load.kind === 'arrivals' ? scenario.load.phases : []
      const cursor = new ShardStarts(starts, fleetSize, 0, 1)
      let theirs = 0
      while (cursor.next()) theirs += Number(only.includes(cursor.thing))

      const plan = planOf(scenario, only)
      expect(plan).toMatchObject({ starts: theirs, only, things: fleetSize })
      expect(plan.planHash).toBe(planOf(scenario).planHash)
    },
  )
  fc.assert(countsTheirs)
})

test('a run is done again as it was resolved, whatever the environment says today', () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'))
  process.env.SHAKEDOWN_SEED = '99'
  onTestFinished(() => {
    delete process.env.SHAKEDOWN_SEED
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'scenario.yaml'), text(20, 10))

  expect(scenarioOfRun({ from: folder }).seed).toBe(5)
})

test.each([
  { given: { scenario: 'mine.yaml' }, says: 'With --from a scenario file has no place.' },
  { given: { seed: '3' }, says: 'With --from --seed has no place.' },
  { given: { things: '3' }, says: 'With --from --things has no place.' },
  { given: { set: ['seed=3'] }, says: 'With --from --set has no place.' },
  { given: {}, says: '/nowhere/scenario.yaml cannot be read' },
])('$given beside --from is refused: $says', ({ given, says }) => {
  expect(() => scenarioOfRun({ ...given, from: '/nowhere' })).toThrowError(says)
})
