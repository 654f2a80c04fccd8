import { expect, test } from 'vitest'
import { prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { consoleSummary } from '../../src/report/console-summary.ts'
import { htmlReport } from '../../src/report/html-report.ts'
import { type PlannedPrediction, predictionIn } from '../../src/results/planned-prediction.ts'
import { summarize } from '../../src/results/summarize.ts'
import type { Summary } from '../../src/results/summary.ts'
import { exampleRun } from '../fixtures/example-run.ts'
import {
  END_ROW,
  HEALTHY_COUNTERS,
  interval,
  intervalRow,
  runRecord,
  SECONDS,
} from './run-fixture.ts'

await prepareRecorders()

const PREDICTED: PlannedPrediction = {
  executions: 100,
  acceptedWritesPerSecond: 30,
  throttledShare: 0.1,
  finishUs: 11_000_000,
  backoffUs: 60_000_000,
  isCutOff: false,
  isLimited: false,
  timedOutShare: 0,
  binding: null,
  leftOut: ['retries'],
}

/** Ten seconds in each of which 40 writes were issued, 8 of them throttled and 2 answered empty. */
function summaryOf(predicted: PlannedPrediction | undefined, endedBy: 'plan' | 'stopped' = 'plan') {
  const counters = {
    ...HEALTHY_COUNTERS,
    ...{ 'start-next.issued': 20, 'start-next.accepted': 18, 'start-next.empty': 2 },
    ...{ 'update.issued': 20, 'update.accepted': 12, 'update.throttled': 8 },
    ...{ 'execution.started': 18, 'execution.timedOut': 0 },
  }
  const intervals = SECONDS.map((second) => interval(intervalRow(second, { counters })))
  const record = runRecord({ intervals, end: { ...END_ROW, endedBy } })
  return summarize({ ...record, plan: { ...record.plan, predicted } })
}

test('a run tells what its plan predicted beside what came of it', () => {
  expect(summaryOf(PREDICTED).prediction).toEqual({
    rows: [
      { name: 'accepted writes, over the load', unit: '/s', predicted: 30, observed: 32 },
      { name: 'throttled writes', unit: 'share', predicted: 0.1, observed: 0.2, atLeast: true },
      { name: 'T0 to the last answer', unit: 's', predicted: 11, observed: 11, atLeast: true },
    ],
    leftOut: ['retries'],
  })
})

test('timers are told when a timer was expected to end something', () => {
  const rows = summaryOf({ ...PREDICTED, timedOutShare: 0.25 }).prediction?.rows

  expect(rows?.at(-1)).toMatchObject({ unit: 'share', predicted: 0.25, observed: 0 })
})

test('what was stopped, and what has no prediction, is not compared', () => {
  expect(summaryOf(PREDICTED, 'stopped').prediction).toBeUndefined()
  expect(summaryOf(undefined)).not.toHaveProperty('prediction')
})

test.each([
  ['a plan of before', {}],
  ['null', { predicted: null }],
  ['text for a number', { predicted: { ...PREDICTED, throttledShare: '10%' } }],
  ['no list of what is left out', { predicted: { ...PREDICTED, leftOut: undefined } }],
])('a plan.json with %s has no prediction that can be read', (_, plan) => {
  expect(predictionIn(plan)).toBeUndefined()
})

test('a prediction of never, which JSON keeps as null, is read and shown as nothing', () => {
  const plan: object = JSON.parse(
    JSON.stringify({ predicted: { ...PREDICTED, finishUs: Number.POSITIVE_INFINITY } }),
  )
  const { prediction } = summaryOf(predictionIn(plan))

  expect(prediction?.rows[2]).toMatchObject({ predicted: null, observed: 11 })
})

const SHOWN: Partial<Summary> = { prediction: summaryOf(PREDICTED).prediction }

test('console and page show both figures and what the arithmetic leaves out', () => {
  const { summary, rows } = exampleRun({ summary: SHOWN })
  const text = consoleSummary(summary, { color: false, width: 100, folder: 'x', files: [] })
  const page = htmlReport(summary, rows, { text: '' })

  expect(text).toMatch(/^predicted +accepted writes, over the load +30\.0\/s, observed 32\.0\/s$/m)
  expect(page).toContain('<td>30.0/s</td><td>32.0/s</td>')
  expect(page).toContain('<li>retries</li>')
  expect(page).toContain('href="#prediction"')
})

test('a run without a prediction has no section for one', () => {
  const { summary, rows } = exampleRun()

  expect(htmlReport(summary, rows, { text: '' })).not.toContain('id="prediction"')
})
