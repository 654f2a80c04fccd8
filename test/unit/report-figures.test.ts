import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  amount,
  duration,
  inUnit,
  milliseconds,
  observedFigure,
  percent,
} from '../../src/report/figures.ts'

test.each([
  [0, '0'],
  [0.618, '0.62'],
  [9.994, '9.99'],
  [9.996, '10.0'],
  [41.24, '41.2'],
  [99.96, '100'],
  [8_210.4, '8,210'],
])('%d reads %s: about three digits that matter', (value, text) => {
  expect(amount(value)).toBe(text)
})

test.each([
  [null, '–'],
  [0.62, '0.62 ms'],
  [999.4, '999 ms'],
  [1_000, '1.00 s'],
  [59_940, '59.9 s'],
  [151_200, '2 min 31 s'],
  [3_720_000, '1 h 02 min'],
])('%d ms reads %s', (value, text) => {
  expect(milliseconds(value)).toBe(text)
})

test('a duration never shows 60 seconds or 60 minutes', () => {
  const carries = fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (seconds) => {
    expect(duration(seconds)).not.toMatch(/\b60(\.0)? (s|min)/)
  })
  fc.assert(carries)
})

test('only all reads 100% and only none reads 0%', () => {
  const tellsApart = fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
    expect(percent(share) === '0%').toBe(share === 0)
    expect(/^100/.test(percent(share))).toBe(share === 1)
  })
  fc.assert(tellsApart)
})

test.each([
  ['start-next.response.p99 < 250ms', 41.2, '41.2 ms'],
  ['start-next.response.p99 < 2s', 1_412, '1.41 s'],
  ['update.throttled.share < 25% for 30s', 0.381, '38.1%'],
  ['executions.succeeded.share >= 0.95', 0.5, '50%'],
  ['executions.stuck == 0', 3, '3'],
  ['update.response.p99 < 250ms', null, 'nothing to measure'],
])('what %s observed is told in its own unit', (expression, observed, text) => {
  expect(observedFigure(expression, observed)).toBe(text)
})

test.each([
  [10, 'ms', '10 ms'],
  [0.001, 'share', '0.1%'],
  [0.85, 'share', '85%'],
  [100, '%', '100%'],
  [200, '', '200'],
  [1_000, 'MiB', '1,000 MiB'],
  [1, 'workers', '1 worker'],
  [2, 'workers', '2 workers'],
  [0, 'workers', '0 workers'],
  [1, 'descriptors at most', '1 descriptor at most'],
  [1, 'ms', '1 ms'],
  [1, 'missing end', 'missing'],
  [0, 'missing end', 'there'],
])('a limit of %d in "%s" reads %s', (limit, unit, text) => {
  expect(inUnit(limit, unit)).toBe(text)
})
