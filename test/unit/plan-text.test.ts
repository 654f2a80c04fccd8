import { expect, test } from 'vitest'
import { planText } from '../../src/report/plan-text.ts'
import { scenarioText } from '../../src/report/scenario-text.ts'
import { forecastOf } from '../../src/scenario/forecast/forecast.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'

const STEADY = `
name: steady
fleet: { things: 1000 }
behaviour: { work: 1s }
load: { arrivals: [{ name: steady, rate: 50/s, for: 100s }] }
`

const NEEDS = [{ name: 'cores', found: 2, needed: 1, unit: '', enough: true }]

function textOf(...set: string[]): string {
  const scenario = parseScenario(STEADY, { fileName: 'test.yaml', set })
  return planText(planOf(scenario), forecastOf(scenario), NEEDS, { color: false, width: 100 })
}

test('below every quota the first line names the nearest', () => {
  expect(textOf()).toMatch(
    /^binding: none; nearest are writes \(StartNext \+ Update\), 75%: 150\/s of 200\/s in steady\n/,
  )
})

test('above a quota the first lines say by how much, and the table where', () => {
  const text = textOf('load.arrivals.0.rate=100/s')

  expect(text).toMatch(
    /^binding: writes .*, 150%: 300\/s of 200\/s in steady\nToo many by up to 100\/s/,
  )
  expect(text).toMatch(/^steady +0 s +1 min 40 s .* 32\.\d%/m)
})

test('a fleet too small for its plan is told that starts will be dropped', () => {
  expect(textOf('load.arrivals.0.rate=100/s')).toContain('Starts will be dropped')
  expect(textOf()).not.toContain('Starts will be dropped')
})

test('no start is dropped where the plan comes to no thing twice, however many things wait', () => {
  const set = ['load.arrivals.0.rate=100/s', 'load.arrivals.0.for=10s']

  expect(textOf(...set)).not.toContain('Starts will be dropped')
  expect(textOf(...set)).not.toContain('the fleet is too small')
  expect(textOf(...set, 'fleet.things=999')).not.toContain('Starts will be dropped')
  expect(textOf(...set, 'fleet.things=500')).toContain(
    'Starts will be dropped: up to 533 things would be at work or waiting, and the fleet has 500.',
  )
})

test('an account without limits is measured against one of AWS', () => {
  const text = textOf('service.quotas=unlimited', 'load.arrivals.0.rate=100/s')

  expect(text).toMatch(/^binding: none, the account has no limits\n/)
  expect(text).toContain("With AWS's own quotas it would be over: writes (StartNext + Update) 150%")
  expect(text).toMatch(/^writes .* unlimited +300\/s +– /m)
})

test('a quota of zero lets nothing finish before the run is over, and says so', () => {
  const text = textOf('service.quotas={ writes: 0/s }')

  expect(text).toContain('with work in hand')
  expect(text).not.toMatch(/NaN|Infinity/)
})

test('a rollout that cannot end is told as one, with the cause and its place', () => {
  const load = 'load={ rollout: { limit: 20m } }'
  const text = textOf(load, 'service.quotas={ writes: 0/s }').replaceAll(/\s+/g, ' ')

  expect(text).toContain(
    'The rollout does not end by itself but at its limit. All things wait for ever: service.quotas.writes is 0/s',
  )
  expect(textOf(load)).not.toContain('for ever')
  const deaf = 'fleet.mix=[{ share: 100%, transport: mqtt, mqtt: { subscribe: [notify] } }]'
  expect(textOf(load, deaf)).toContain('1000 things wait for ever (fleet.mix.0)')
  expect(textOf(deaf)).not.toContain('for ever')
})

test('timers that end nothing are not mentioned, those that do are', () => {
  expect(textOf()).not.toMatch(/^timers/m)
  expect(textOf('behaviour={ work: { median: 1m, p95: 2m }, stepTimeoutMinutes: 1 }')).toMatch(
    /^timers +end 5\.00% of the executions .* step timer 5\.00%/m,
  )
})

test('a connect limit that comes before the fleet is complete is told', () => {
  expect(textOf('fleet.connect={ rate: 10/s, limit: 20s }')).toContain(
    'the load begins before the fleet is complete',
  )
})

test.each([
  [
    'load={ rollout: { limit: 20m, poll: 30s } }',
    /^load +rollout of at most 20 min 00 s, HTTP polls each 30\.0 s/m,
  ],
  ['load={ loop: { for: 10m, pause: 1s } }', /^load +loop for 10 min 00 s with pauses of 1\.00 s/m],
])('validate tells a load of %s in words', (set, words) => {
  const scenario = parseScenario(STEADY, { fileName: 'test.yaml', set: [set] })

  expect(scenarioText(scenario, planOf(scenario))).toMatch(words)
})
