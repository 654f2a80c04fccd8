import type { Histogram } from 'hdr-histogram-js'
import { expect, onTestFinished, test } from 'vitest'
import { newHistogram, prepareRecorders } from '../../src/metrics/latency-recorder.ts'
import { parseThreshold, type Threshold, thresholdProblem } from '../../src/metrics/threshold.ts'
import {
  checkThreshold,
  isBroken,
  type MeasuredRun,
  type Span,
} from '../../src/metrics/threshold-check.ts'
import type { Gauge } from '../../src/metrics/threshold-metrics.ts'

await prepareRecorders()

test.each([
  ['start-next.response.p99 < 250ms', '<', 250, undefined],
  ['start-next.throttled.response.p99.9 <= 1.5s', '<=', 1_500, undefined],
  ['update.throttled.share < 25% for 30s', '<', 0.25, 30],
  ['update.throttled.share<0.25 for 2m', '<', 0.25, 120],
  ['executions.succeeded.share >= 95%', '>=', 0.95, undefined],
  ['executions.stuck == 0', '==', 0, undefined],
  ['update.accepted.rate > 190/s for 10s', '>', 190, 10],
  ['throttling.share < 1%', '<', 0.01, undefined],
  ['arrivals.dropped.share <= 0.1%', '<=', 0.001, undefined],
  ['arrivals.acquire.p99 < 5s', '<', 5_000, undefined],
  ['schedule-lag.p99 < 10', '<', 10, undefined],
  ['connect.response.max < 1s', '<', 1_000, undefined],
  ['subscribe.lost == 0', '==', 0, undefined],
  ['describe.service.mean < 3ms', '<', 3, undefined],
  ['update.rejected.VersionMismatch == 0', '==', 0, undefined],
  ['update.rejected.Malformed.share < 1%', '<', 0.01, undefined],
  ['update.rejected.Http503.rate < 2/s for 5s', '<', 2, 5],
  ['throttling.throttled.rate < 20/s', '<', 20, undefined],
  ['generator.cpu.share < 80% for 10s', '<', 0.8, 10],
  ['generator.loop-delay.p99 <= 20ms', '<=', 20, undefined],
  ['generator.memory < 1GiB', '<', 1_024, undefined],
])('%s is understood', (expression, comparison, limit, windowSeconds) => {
  expect(parseThreshold(expression)).toMatchObject({ expression, comparison, limit, windowSeconds })
})

test.each([
  ['', 'column 1: an empty threshold measures nothing'],
  [
    'start-next.respons.p99 < 1ms',
    'column 1: there is no metric start-next.respons.p99; the nearest is start-next.response.p99',
  ],
  [
    '  update.trottled.share < 1%',
    'column 3: there is no metric update.trottled.share; the nearest is update.throttled.share',
  ],
  [
    'UPDATE.throttled.share < 1%',
    'column 1: there is no metric UPDATE.throttled.share; the nearest is update.throttled.share',
  ],
  ['update.something.else.entirely < 1', 'update. goes on with response, service, lag, accepted'],
  ['weather < 1', 'metrics begin with start-next, update, describe'],
  ['update.lost', 'column 12: expected one of < <= > >= ==, found nothing'],
  ['update.lost = 0', 'column 13: expected one of < <= > >= ==, found ='],
  ['update.lost is 0', 'column 13: expected one of < <= > >= ==, found is'],
  ['update.lost <', 'column 14: expected a plain number such as 0, found nothing'],
  ['update.lost < few', 'column 15: expected a plain number such as 0, found few'],
  ['update.lost < 5%', 'column 15: the unit of 5% does not fit a count'],
  ['update.response.p99 < 5%', 'column 23: the unit of 5% does not fit a latency'],
  ['update.lost.share < 5ms', 'column 21: the unit of 5ms does not fit a share'],
  ['update.lost.share < 5', 'column 21: 5 is more than all; write a share such as 95% or 0.95'],
  ['update.lost < 5 for 30', 'column 21: expected whole seconds from 1s to 24h'],
  [
    'update.lost < 5 for',
    'column 20: expected whole seconds from 1s to 24h, such as 30s, found nothing',
  ],
  ['update.lost < 5 for 0s', 'column 21: expected whole seconds'],
  ['update.lost < 5 over steady', 'column 22: expected phase, found steady'],
  ['update.lost < 5 over', 'column 21: expected phase, found nothing'],
  ['update.lost < 5 over phase', 'column 27: expected the name of a phase, found nothing'],
  [
    'update.lost < 5 and more',
    'column 17: expected over phase <name>, for <duration> or the end, found and',
  ],
  [
    'update.lost < 5 over phase steady until 3s',
    'column 35: expected for <duration> or the end, found until',
  ],
  [
    'update.rejected.VersionMissmatch == 0',
    'column 1: there is no metric update.rejected.VersionMissmatch; the nearest is update.rejected.VersionMismatch',
  ],
  ['generator.cpu < 50%', 'generator. goes on with cpu, event-loop, loop-delay, gc, memory'],
  ['generator.memory < 50%', 'the unit of 50% does not fit a memory; write a size such as 500MiB'],
  [
    'update.lost < 5 for 30s over phase x',
    'column 25: over phase <name> stands before for <duration>; swap the two',
  ],
  ['update.lost < 5 for 30s please', 'column 25: expected the end, found please'],
])('%j is refused, with its place', (expression, sentence) => {
  expect(thresholdProblem(expression)).toContain(sentence)
})

test.each([
  { expression: 'update.lost < 5', observed: 4, passed: true },
  { expression: 'update.lost < 4', observed: 4, passed: false },
  { expression: 'update.lost <= 4', observed: 4, passed: true },
  { expression: 'update.lost > 4', observed: 4, passed: false },
  { expression: 'update.lost >= 4', observed: 4, passed: true },
  { expression: 'update.lost == 4', observed: 4, passed: true },
  { expression: 'update.lost.rate == 0.4/s', observed: 0.4, passed: true },
  { expression: 'update.lost.share <= 40%', observed: 0.4, passed: true },
  { expression: 'update.response.max < 3ms', observed: 2, passed: true },
  { expression: 'update.response.max < 2ms', observed: 2, passed: false },
])('$expression observes $observed', ({ expression, observed, passed }) => {
  const level = span(
    10,
    { 'update.lost': 4, 'update.issued': 10 },
    { 'update.accepted.response': [2_000] },
  )
  const run = runOf({ level })

  expect(checkThreshold(parsed(expression), run)).toEqual({ expression, observed, passed })
})

test.each([
  { expression: 'generator.cpu.share < 60%', observed: 0.5, passed: true },
  { expression: 'generator.event-loop.share < 40%', observed: 0.4, passed: false },
  { expression: 'generator.loop-delay.p99 < 12ms', observed: 12, passed: false },
  { expression: 'generator.memory < 1GiB', observed: 512, passed: true },
])('$expression observes the generator itself', ({ expression, observed, passed }) => {
  const outcome = checkThreshold(parsed(expression), runOf({ level: span(10, {}) }))

  expect(outcome).toEqual({ expression, observed, passed })
})

test('over a phase, the phase alone is looked at', () => {
  const phases = { peak: span(5, { 'update.lost': 3 }), 'the calm': span(5, { 'update.lost': 1 }) }
  const run = runOf({ level: span(20, { 'update.lost': 9 }), phases })
  const observed = (expression: string) => checkThreshold(parsed(expression), run).observed

  expect(observed('update.lost < 9 over phase peak')).toBe(3)
  expect(observed('update.lost < 9 over phase "the calm"')).toBe(1)
  expect(observed('update.lost < 9')).toBe(9)
})

test.each([
  [
    'update.lost < 5 over phase stedy',
    ['ramp', 'steady'],
    'column 28: there is no phase stedy; the nearest is steady',
  ],
  [
    'update.lost < 5 over phase peak',
    ['ramp', 'steady'],
    'column 28: there is no phase peak; the phases are ramp, steady, connecting',
  ],
  [
    'update.lost < 5 over phase first',
    ['first minute'],
    'there is no phase first; the phases are first minute, connecting; a name with blanks stands in double quotes',
  ],
  ['update.lost < 5 over phase', ['ramp', 'steady'], 'found nothing; the phases are ramp, steady'],
  [
    'update.lost < 5 over phase steady',
    [],
    'this load has no phase but connecting; only arrivals have others',
  ],
  [
    'connect.issued > 5 over phase connecting for 5s',
    ['steady'],
    'only the load has windows; leave for <duration> out with connecting',
  ],
])('%j with the phases %j is refused', (expression, phases, sentence) => {
  expect(thresholdProblem(expression, { phases })).toContain(sentence)
})

test('any load may be asked how its things connected, and no run is aborted by that', () => {
  const text = 'connect.response.p99 < 1s over phase connecting'

  expect(thresholdProblem(text, { phases: [] })).toBeUndefined()
  expect(thresholdProblem(text, { phases: ['steady'] })).toBeUndefined()
  expect(thresholdProblem(text, { phases: ['steady'], abort: true })).toContain(
    'column 38: connecting is over when the load begins',
  )
  expect(thresholdProblem(text, { phases: ['connecting'], abort: true })).toBeUndefined()
})

test('what cannot be broken before the end cannot abort a run', () => {
  const abort = true

  expect(thresholdProblem('executions.succeeded >= 100', { abort })).toContain(
    'column 22: a count only grows',
  )
  expect(thresholdProblem('executions.succeeded >= 100')).toBeUndefined()
  expect(thresholdProblem('executions.succeeded >= 1 for 30s', { abort })).toBeUndefined()
  expect(thresholdProblem('executions.stuck == 0', { abort })).toBeUndefined()
})

test('operations are measured over the load, executions and arrivals over the whole run', () => {
  const counters = { 'update.lost': 1, 'execution.stuck': 1, 'start.dropped': 1 }
  const run = runOf({
    level: span(10, counters),
    total: span(20, { 'update.lost': 3, 'execution.stuck': 3, 'start.dropped': 3 }),
  })
  const observed = (expression: string) => checkThreshold(parsed(expression), run).observed

  expect(observed('update.lost < 9')).toBe(1)
  expect(observed('executions.stuck < 9')).toBe(3)
  expect(observed('arrivals.dropped < 9')).toBe(3)
})

test('the share of succeeded executions is of all that ended, however they did', () => {
  const total = span(1, {
    'execution.started': 100,
    'execution.succeeded': 4,
    'execution.failed': 1,
    'execution.rejected': 1,
    'execution.timedOut': 1,
    'execution.canceled': 1,
    'execution.stuck': 2,
  })
  expect(
    checkThreshold(parsed('executions.succeeded.share >= 40%'), runOf({ total })),
  ).toMatchObject({ observed: 0.4, passed: true })
})

test.each([
  'update.response.p99 < 1s',
  'update.lost.share < 1%',
  'executions.succeeded.share >= 0%',
  'update.lost == 0',
  'update.accepted.rate >= 0/s',
  'update.lost.share < 1% for 5s',
])('%s does not pass when nothing was measured', (expression) => {
  expect(checkThreshold(parsed(expression), runOf({ level: span(0, {}) }))).toEqual({
    expression,
    observed: null,
    passed: false,
  })
})

test.each([
  { expression: 'update.lost < 5 for 3s', observed: 7, passed: false },
  { expression: 'update.lost <= 7 for 3s', observed: 7, passed: true },
  { expression: 'update.lost > 0 for 3s', observed: 1, passed: true },
  { expression: 'update.lost > 1 for 3s', observed: 1, passed: false },
  { expression: 'update.lost == 1 for 3s', observed: 7, passed: false },
])('with `for`, $expression is decided by the worst window', ({ expression, observed, passed }) => {
  const windows = [1, 7, 3].map((lost) => span(3, { 'update.lost': lost }))
  const run = runOf({ level: span(9, { 'update.lost': 0 }), windows })

  expect(checkThreshold(parsed(expression), run)).toEqual({ expression, observed, passed })
})

test('a window in which nothing was measured decides nothing', () => {
  const windows = [span(3, {}), span(3, { 'update.lost': 1, 'update.issued': 2 })]
  const outcome = checkThreshold(parsed('update.lost.share <= 50% for 3s'), runOf({ windows }))

  expect(outcome).toMatchObject({ observed: 0.5, passed: true })
})

test.each([
  { expression: 'update.lost == 5', observed: 4, broken: false },
  { expression: 'update.lost == 5', observed: 5, broken: false },
  { expression: 'update.lost == 5', observed: 6, broken: true },
  { expression: 'update.lost < 5', observed: 4, broken: false },
  { expression: 'update.lost < 5', observed: 5, broken: true },
  { expression: 'update.lost == 5 for 3s', observed: 4, broken: true },
  { expression: 'update.lost.share == 50%', observed: 0.4, broken: true },
])('while a run goes on, $observed breaks $expression: $broken', (row) => {
  expect(isBroken(parsed(row.expression), row.observed)).toBe(row.broken)
})

test.each(['1s', '86400s', '24h'])('a window may be as short or as long as %s', (window) => {
  expect(parsed(`update.lost < 5 for ${window}`).windowSeconds).toBe(window === '1s' ? 1 : 86_400)
})

function parsed(expression: string): Threshold {
  const threshold = parseThreshold(expression)
  if ('problem' in threshold) throw new Error(threshold.problem)
  return threshold
}

function span(
  seconds: number,
  counters: Record<string, number>,
  series: Record<string, number[]> = {},
): Span {
  const histograms = new Map<string, Histogram>()
  for (const [name, values] of Object.entries(series)) {
    const histogram = newHistogram()
    for (const value of values) histogram.recordValue(value)
    histograms.set(name, histogram)
    onTestFinished(() => histogram.destroy())
  }
  return {
    seconds,
    count: (name) => counters[name] ?? 0,
    series: (name) => histograms.get(name),
    gauge: (name) => (seconds === 0 ? undefined : GAUGES[name]),
  }
}

const GAUGES: Record<Gauge, number> = {
  cpu: 0.5,
  eventLoop: 0.4,
  gc: 0.1,
  loopDelay: 12,
  memory: 512,
}

function runOf(parts: {
  level?: Span
  total?: Span
  phases?: Record<string, Span>
  windows?: Span[]
}): MeasuredRun {
  const none = span(0, {})
  return {
    level: parts.level ?? none,
    total: parts.total ?? none,
    phase: (name) => parts.phases?.[name] ?? none,
    windows: () => parts.windows ?? [],
  }
}
