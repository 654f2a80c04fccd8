import { expect, test } from 'vitest'
import { agreementText } from '../../src/report/agreement-text.ts'
import { agreement, type ToldRun } from '../../src/results/agreement.ts'
import { arrivals, scenarioOf } from '../simulation/scenarios.ts'

interface Figures {
  readonly started?: number
  readonly timedOut?: number
  readonly seconds?: number
  readonly throttled?: number
  readonly p50?: number
  readonly p99?: number
  /** Executions begun in each second. */
  readonly begun?: readonly number[]
  readonly perMinute?: number
  /** The job may give itself up, with three things at work. */
  readonly abort?: boolean
}

function told(figures: Figures): ToldRun {
  const { started = 100, timedOut = 0, seconds = 60, throttled = 0.2 } = figures
  const { p50 = 20, p99 = 80, begun = [], perMinute, abort = false } = figures
  const plain = scenarioOf({ things: 100, load: arrivals(1, 1) })
  const criteria = abort ? { abort: { criteriaList: [] } } : {}
  const jobs = plain.jobs.map((job) => ({ ...job, maximumPerMinute: perMinute, ...criteria }))
  const responseMs = { count: 1, p50, p95: p99, p99 }
  const summary = {
    run: { durationSeconds: seconds },
    executions: { started, held: { TIMED_OUT: timedOut, SUCCEEDED: started } },
    throttling: { share: throttled },
    operations: { 'start-next': { responseMs }, update: { responseMs } },
  }
  const intervals = begun.map((count, second) => ({
    row: {
      stage: 'load',
      second,
      counters: { 'execution.started': count },
      gauges: { working: 3 },
    },
    entries: [],
  }))
  const record = { scenario: { ...plain, jobs }, intervals }
  return { record, summary } as unknown as ToldRun
}

function missed(real: Figures, virtual: Figures): string[] {
  return agreement([told(real)], [told(virtual)])
    .filter(({ isMet }) => !isMet)
    .map(({ name, error }) => `${name} ${error}`)
}

test.each<[string, Figures, Figures, string[]]>([
  ['equal runs agree', {}, {}, []],
  ['one execution more is not exact', {}, { started: 101 }, ['executions started 1']],
  ['one timeout less is not exact', { timedOut: 3 }, { timedOut: 2 }, ['executions timed out 1']],
  ['5 % of the time is met', {}, { seconds: 57 }, []],
  ['6 % is missed', {}, { seconds: 63.6 }, ['time to complete +6.0 %']],
  ['two points of throttling are met', {}, { throttled: 0.219 }, []],
  ['three are missed', {}, { throttled: 0.17 }, ['throttle share −3.0 points']],
  ['a median may be a tenth off', {}, { p50: 22 }, []],
  ['and no more', {}, { p50: 17.8 }, ['start-next p50 −11.0 %', 'update p50 −11.0 %']],
  ['an upper percentile may be a quarter off', {}, { p99: 100 }, []],
  [
    'a rollout that is late by a second is missed',
    { perMinute: 600, begun: [10, 10, 10] },
    { perMinute: 600, begun: [0, 10, 10, 10] },
    ['rollout schedule 10 at most in any second'],
  ],
  [
    'one execution that was on its way is none',
    { perMinute: 600, begun: [10, 10, 10] },
    { perMinute: 600, begun: [9, 11, 10] },
    [],
  ],
  [
    'a rollout that gives itself up with three at work may do so three executions later',
    { abort: true, perMinute: 600, started: 20, begun: [10, 10, 0] },
    { abort: true, perMinute: 600, started: 23, begun: [10, 13, 0] },
    [],
  ],
  [
    'and not four, nor may it have gone otherwise before',
    { abort: true, perMinute: 600, started: 30, begun: [10, 10, 10] },
    { abort: true, perMinute: 600, started: 34, begun: [10, 14, 10] },
    ['rollout schedule 4 at most in any second', 'abort point 4'],
  ],
])('%s', (_, real, virtual, expected) => {
  expect(missed(real, virtual)).toEqual(expected)
})

test('of several runs in virtual time the middle one counts, and their range is told', () => {
  const virtuals = [70, 50, 62, 90, 61].map((seconds) => told({ seconds }))
  const row = agreement([told({ seconds: 60 })], virtuals).find(
    ({ name }) => name === 'time to complete',
  )

  expect(row).toMatchObject({ virtual: 62, error: '+3.3 %', isMet: true })
  expect(row).toMatchObject({ realSpread: [60, 60], virtualSpread: [50, 90] })
})

test('of several runs in real time the middle one counts too, beside the middle one in virtual time', () => {
  const reals = [80, 58, 60].map((seconds) => told({ seconds }))
  const virtuals = [61, 90, 50].map((seconds) => told({ seconds }))
  const row = agreement(reals, virtuals).find(({ name }) => name === 'time to complete')

  expect(row).toMatchObject({ real: 60, virtual: 61, error: '+1.7 %', isMet: true })
  expect(row).toMatchObject({ realSpread: [58, 80], virtualSpread: [50, 90] })
})

test('a count that is off in one of several runs in real time is off', () => {
  const reals = [3, 2, 3].map((timedOut) => told({ timedOut }))
  const row = agreement(reals, [told({ timedOut: 3 })]).find(
    ({ name }) => name === 'executions timed out',
  )

  expect(row).toMatchObject({ real: 2, virtual: 3, error: '1', isMet: false, realSpread: [2, 3] })
})

test('a figure that no run has is compared with nothing, and has no spread', () => {
  const empty = told({})
  Object.assign(empty.summary.run, { durationSeconds: null })
  const time = agreement([empty], [empty]).find(({ name }) => name === 'time to complete')
  expect(time).toMatchObject({ real: null, realSpread: null, virtualSpread: null, isMet: true })
})

test('a count that is off in one of several runs is off', () => {
  const virtuals = [3, 3, 3, 3, 4].map((timedOut) => told({ timedOut }))
  const row = agreement([told({ timedOut: 3 })], virtuals).find(
    ({ name }) => name === 'executions timed out',
  )

  expect(row).toMatchObject({ virtual: 4, error: '1', isMet: false, virtualSpread: [3, 4] })
})

test('the table has a column for the spread of runs that were repeated, and none for one alone', () => {
  const run = (seconds: number): ToldRun => {
    const { record, summary } = told({ seconds })
    const valid = {
      run: { ...summary.run, scenario: 's', things: 1, seed: 1 },
      validity: { valid: true },
    }
    return { record, summary: { ...summary, ...valid } as unknown as ToldRun['summary'] }
  }
  const plain = { fitted: [1], isFitValid: true, overhead: undefined, color: false, width: 200 }
  const text = (reals: ToldRun[], virtuals: ToldRun[]) =>
    agreementText(agreement(reals, virtuals), { ...plain, reals, repetitions: virtuals.length })
  const lineOf = (table: string, word: string) =>
    table
      .split('\n')
      .find((line) => line.startsWith(word))
      ?.replaceAll(/\s+/g, ' ')

  const several = text([run(50), run(48), run(55)], [run(51), run(52), run(49)])
  expect(several).toMatch(/aim +real +of 3 +virtual +of 3 +error/)
  expect(lineOf(several, 'time to complete')).toContain(
    '50.0 s 48.0 s – 55.0 s 51.0 s 49.0 s – 52.0 s +2.0 % met',
  )
  const alone = text([run(50)], [run(51)])
  expect(alone).toMatch(/aim +real +virtual +error/)
  expect(lineOf(alone, 'time to complete')).toContain('5 % 50.0 s 51.0 s +2.0 % met')
})
