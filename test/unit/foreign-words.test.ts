import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { FOREIGN_METRICS, foreignMetric } from '../../src/metrics/foreign-metrics.ts'
import { parseThreshold, thresholdProblem } from '../../src/metrics/threshold.ts'
import { measureOf } from '../../src/metrics/threshold-metrics.ts'
import { FOREIGN_KEYS, underOf } from '../../src/scenario/foreign-keys.ts'
import { knownKeys } from '../../src/scenario/json-schema.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

type Tree = Record<string, unknown>

/** What stands beside a form in its map: the rest of what the map must have. */
function besides(under: string, form: Tree): Tree {
  const without = (key: string, rest: Tree) => (key in form ? {} : rest)
  switch (under) {
    case 'jobs.*.abort.*':
      return { failure: 'FAILED', share: '5%', minThings: 1 }
    case 'jobs.*.rollout.exponential': {
      const step = 'everySucceeded' in form ? {} : { everyNotified: 10 }
      return { basePerMinute: 10, factor: 1.5, ...step }
    }
    case 'service.faults.*':
      return { kind: 'lost-reply', share: '1%' }
    case 'load.arrivals.*':
      return { for: '10s', ...without('from', { rate: '1/s' }) }
    case 'fleet.mix.*':
      return { share: '100%', transport: 'mqtt' }
    case 'jobs.*':
      return { id: 'a', perThing: 1 }
    default:
      return {}
  }
}

/** A right scenario with the form in its map, all the maps above it made. */
function scenarioWith(under: string, form: Tree): Tree {
  const scenario: Tree = { name: 'a', fleet: { things: 3 } }
  let map: Tree = scenario
  const steps = under === '' ? [] : under.split('.')
  for (const [depth, step] of steps.entries()) {
    if (step === '*') continue
    const place = steps[depth + 1] === '*' ? steps.slice(0, depth + 2).join('.') : undefined
    const row: Tree = { ...besides(place ?? steps.slice(0, depth + 1).join('.'), form) }
    const next = (map[step] as Tree | undefined) ?? row
    map[step] = place === undefined ? next : [next]
    map = next
  }
  Object.assign(map, form)
  scenario.load ??= { arrivals: [{ rate: '1/s', for: '10s' }] }
  return scenario
}

function read(scenario: Tree) {
  return parseScenario(JSON.stringify(scenario), { fileName: 'f', threshold: thresholdProblem })
}

function problems(scenario: Tree): string {
  try {
    read(scenario)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const ROWS = FOREIGN_KEYS.map((row) => ({
  ...row,
  under: underOf(row),
  first: row.words[0],
  where: row.at ?? 'any',
}))

describe.each(ROWS)('$first at $where', ({ words, at, under, form }) => {
  test('is told a form that the format takes', () => {
    const written = parse(`{ ${form} }`) as Tree

    expect(problems(scenarioWith(under, written))).toBe('')
  })

  test('is a word that our format does not have there', () => {
    const known = at === undefined ? [] : knownKeys(at.split('.').map(indexed))

    expect(words.filter((word) => known.includes(word))).toEqual([])
  })

  test.each(words)('%s is answered with the form', (word) => {
    const told = problems(scenarioWith(at ?? 'validity', { [word]: 1 }))

    expect(told).toMatch(new RegExp(`\\.${word}: unknown key; here(, [a-z. ]+)?: `))
    expect(told).toContain(`: ${form}`)
  })
})

function indexed(step: string): string | number {
  return step === '*' ? 0 : step
}

test('no two rows answer the same word in the same place', () => {
  const seen = FOREIGN_KEYS.flatMap(({ words, at }) => words.map((word) => `${word} at ${at}`))

  expect(seen).toEqual([...new Set(seen)])
  // Nor does a word that is answered anywhere stand before the same one in its own place.
  const anywhere = new Set<string>()
  for (const { words, at } of FOREIGN_KEYS) {
    if (at !== undefined) expect(words.filter((word) => anywhere.has(word))).toEqual([])
    else for (const word of words) anywhere.add(word)
  }
})

test.each([
  [
    'jobs.*.abort.*',
    'thresholdPercentage',
    'jobs.0.abort.0.thresholdPercentage: unknown key; here: share: 10%',
  ],
  [
    'jobs.*',
    'abortConfig',
    'jobs.0.abortConfig: unknown key; here: abort: [{ failure: FAILED, share: 10%, minThings: 10 }]',
  ],
  [
    '',
    'maximumPerMinute',
    'maximumPerMinute: unknown key; here, in a row of jobs: rollout: { maximumPerMinute: 100 }',
  ],
  [
    '',
    'faults',
    'faults: unknown key; here, under service: faults: [{ kind: lost-reply, share: 1% }]',
  ],
  ['load.arrivals.*', 'target', 'load.arrivals.0.target: unknown key; here: from: 0/s, to: 80/s'],
  [
    'fleet',
    'target',
    'fleet.target: unknown key; here: things: 500; a service is named on the command line, by run --target',
  ],
])('in the map "%s" the word %s is answered in its place', (under, word, says) => {
  expect(problems(scenarioWith(under, { [word]: 1 }))).toContain(says)
})

test('a map of another format where ours has a list is answered with the list', () => {
  const abort = { criteriaList: [{ failureType: 'FAILED' }] }
  const thresholds = { http_req_duration: ['p(95)<250'] }

  expect(problems(scenarioWith('jobs.*', { abort }))).toContain(
    'here, in a row of jobs: abort: [{ failure: FAILED, share: 10%, minThings: 10 }]',
  )
  expect(problems(scenarioWith('', { thresholds }))).toContain(
    'here, at the top of the file: thresholds: [start-next.response.p95 < 250ms]',
  )
})

test.each([...FOREIGN_METRICS])(
  'the metric %s is answered with a threshold that is right: %s',
  (word, ours) => {
    expect(measureOf(word)).toBeUndefined()
    expect(parseThreshold(ours)).not.toHaveProperty('problem')
    expect(thresholdProblem(`${word} < 250`)).toBe(
      `column 1: there is no metric ${word}; here: ${ours}`,
    )
  },
)

test.each([
  ['start-next.p99', 'start-next.response.p99 < 250ms'],
  ['p(95)', 'start-next.response.p95 < 250ms'],
  ['update.p(99.9)', 'update.response.p99.9 < 250ms'],
  ['executions.p95', 'executions.duration.p95 < 10s'],
])('%s means %s', (word, ours) => {
  expect(foreignMetric(word)).toBe(ours)
})
