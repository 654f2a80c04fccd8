import { describe, expect, test } from 'vitest'
import { planText } from '../../src/report/plan-text.ts'
import { scenarioText } from '../../src/report/scenario-text.ts'
import { endlessWaits, lostAnswers } from '../../src/scenario/endless-waits.ts'
import { forecastOf } from '../../src/scenario/forecast/forecast.ts'
import { parseScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

const FILE = `
name: narrow
fleet:
  things: 10
  mix: [{ share: 80%, transport: mqtt }, { share: 20%, transport: http }]
load: { rollout: { limit: 20m } }
`
const ARRIVALS = 'load={ arrivals: [{ name: steady, rate: 5/s, for: 10s }] }'
/** Nobody knows how late an answer is: real time. */
const ANY = Number.POSITIVE_INFINITY

function scenarioWith(quotas: string, ...set: string[]): Scenario {
  const quota = `service.quotas=${quotas}`
  return parseScenario(FILE, { fileName: 'narrow.yaml', set: [quota, ...set] })
}

/** What is said of a rollout, and of any load. */
function said(scenario: Scenario, longestUs?: number) {
  return { waits: endlessWaits(scenario, longestUs), loses: lostAnswers(scenario, longestUs) }
}

const SILENT = { waits: [], loses: [] }

describe('with room for one publish in a window', () => {
  const NARROW = '{ connectionPublishes: 1/s }'

  test('a rollout waits for ever, by the latency of the scenario', () => {
    expect(said(scenarioWith(NARROW, 'service.latency={ median: 15ms, p99: 60ms }'))).toEqual({
      waits: [
        expect.stringMatching(
          /^8 things wait for ever \(fleet\.mix\.0\): service\.quotas\.connectionPublishes \(1\/s\) lets nothing pass on a connection within 1 s of the last publish, and an answer leaves at most 6\d\d\.\d+ ms after its request \(service\.latency\); 2\/s would let an answer pass with its request\.$/,
        ),
      ],
      loses: [],
    })
  })

  test('in real time a late answer may pass, so that nothing is for ever', () => {
    const latency = 'service.latency={ median: 15ms, p99: 60ms }'
    const { waits, loses } = said(scenarioWith(NARROW, latency), ANY)

    expect(waits).toEqual([])
    expect(loses).toEqual([
      expect.stringMatching(
        /^8 things lose answers \(fleet\.mix\.0\): .* nor an answer that leaves sooner after its request, as all do by service\.latency; 2\/s/,
      ),
    ])
  })

  test('what passes when nobody waits any more is lost in real time too', () => {
    const wide = '{ connectionPublishes: 6/min }'
    const timeout = (text: string) => `behaviour.requestTimeout=${text}`

    expect(said(scenarioWith(wide, timeout('9999ms')), ANY).waits).toEqual([
      expect.stringMatching(/no thing waits longer than 9\.999 s .* \(behaviour\.requestTimeout\)/),
    ])
    expect(said(scenarioWith(wide, timeout('10s')), ANY).waits).toEqual([])
  })

  test('what a timer of the service ends is not for ever, and its answers are lost all the same', () => {
    const { waits, loses } = said(scenarioWith(NARROW, 'behaviour.stepTimeoutMinutes=5'))

    expect(waits).toEqual([])
    expect(loses).toEqual([
      expect.stringMatching(/^8 things never hear an answer \(fleet\.mix\.0\)/),
    ])
  })

  test('the same is said of loads that end by their own time', () => {
    expect(said(scenarioWith(NARROW, ARRIVALS))).toEqual({
      waits: [],
      loses: [expect.stringMatching(/^8 things never hear an answer \(fleet\.mix\.0\)/)],
    })
    expect(said(scenarioWith('{ connectionPublishes: 0/s }', ARRIVALS)).loses).toEqual([
      '8 things never hear an answer (fleet.mix.0): service.quotas.connectionPublishes is 0/s: it loses every request over MQTT.',
    ])
  })
})

describe('the border', () => {
  test.each([
    ['1.999/s', '0s', /within 500\.25 ms .* at most 0 ms/],
    ['1/s', '999ms', /within 1 s .* at most 999 ms/],
    // Less than one in a second is one in a longer one.
    ['30/min', '1999ms', /within 2 s .* at most 1\.999 s/],
  ])('%s with a latency of %s lets no answer pass', (rate, latency, why) => {
    const scenario = scenarioWith(`{ connectionPublishes: ${rate} }`, `service.latency=${latency}`)

    expect(said(scenario)).toEqual({ waits: [expect.stringMatching(why)], loses: [] })
  })

  test.each([
    ['1/s', '1s', /as none does by service\.latency/],
    ['1/s', '{ median: 1s, p99: 3s }', /as 50 % do by service\.latency/],
    ['1/s', '{ median: 100ms, p99: 400ms }', /as nearly all do by service\.latency/],
  ])('%s with a latency of %s lets some answers pass', (rate, latency, why) => {
    const scenario = scenarioWith(`{ connectionPublishes: ${rate} }`, `service.latency=${latency}`)

    expect(said(scenario)).toEqual({ waits: [], loses: [expect.stringMatching(why)] })
  })

  test.each(['2/s', '100/s', 'unlimited'])('%s lets an answer pass with its request', (rate) => {
    expect(said(scenarioWith(`{ connectionPublishes: ${rate} }`))).toEqual(SILENT)
    expect(said(scenarioWith(`{ connectionPublishes: ${rate} }`), ANY)).toEqual(SILENT)
  })

  test('a short burst makes the quota of AWS as narrow, and the cure counts with it', () => {
    const burst = (text: string) => scenarioWith(`{ burst: ${text} }`, 'service.latency=5ms')

    expect(said(burst('19ms'))).toEqual({
      waits: [
        expect.stringMatching(
          /connectionPublishes \(100\/s, burst 19 ms\) .* within 10 ms .*; 105\.264\/s would let/,
        ),
      ],
      loses: [],
    })
    expect(said(burst('20ms'))).toEqual(SILENT)
  })

  test('over HTTP there is no such quota', () => {
    const http = 'fleet.mix=[{ share: 100%, transport: http }]'

    expect(said(scenarioWith('{ connectionPublishes: 1/s }', http))).toEqual(SILENT)
  })
})

describe('is told', () => {
  const text = (scenario: Scenario) =>
    planText(planOf(scenario), forecastOf(scenario), [], { color: false, width: 100 }).replaceAll(
      /\s+/g,
      ' ',
    )

  test('by plan: what is certain as that, and of the rest that the end is not known', () => {
    const narrow = '{ connectionPublishes: 1/s }'

    expect(text(scenarioWith(narrow))).toContain(
      'The rollout does not end by itself but at its limit. 8 things wait for ever',
    )
    const some = text(scenarioWith(narrow, 'service.latency=2s'))
    expect(some).toMatch(/If no answers were lost, the run would end .* after T0\. 8 things lose/)
    expect(some).not.toContain('for ever')
    expect(text(scenarioWith('{ connectionPublishes: 2/s }'))).not.toMatch(/lost|lose/)
  })

  test('by validate, among the lines of the scenario', () => {
    const narrow = scenarioWith('{ connectionPublishes: 1/s }')
    const wide = scenarioWith('{ connectionPublishes: 2/s }')

    expect(scenarioText(narrow, planOf(narrow))).toMatch(/^notes +8 things wait for ever/m)
    expect(scenarioText(wide, planOf(wide))).not.toMatch(/^notes/m)
  })
})
