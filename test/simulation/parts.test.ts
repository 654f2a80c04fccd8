import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RetryPolicy } from '../../src/scenario/scenario.ts'
import { backoffUs, isPassing, mayRetry } from '../../src/thing/retry.ts'
import { SlotRing } from '../../src/thing/slot-ring.ts'
import { ThingTable } from '../../src/thing/thing-table.ts'
import { TokenMemory } from '../../src/thing/token-memory.ts'

const JITTER: RetryPolicy = { kind: 'full-jitter', baseUs: 1_000, capUs: 60_000, attempts: 5 }
const units = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })

describe('a backoff', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [1_000, 60_000],
  ])('with full jitter after %i failures is above 0 and at most %i µs', (failures, windowUs) => {
    const isInWindow = fc.property(units, (unit) => {
      const us = backoffUs(JITTER, failures, unit)
      expect(us).toBeGreaterThan(0)
      expect(us).toBeLessThanOrEqual(windowUs)
      expect(Number.isInteger(us)).toBe(true)
    })
    fc.assert(isInWindow)
    expect(backoffUs(JITTER, failures, 1 - 1e-9)).toBe(windowUs)
    expect(backoffUs(JITTER, failures, 1e-9)).toBe(1)
  })

  test('with a fixed wait is the base, and with a base of 0 is nothing', () => {
    expect(backoffUs({ ...JITTER, kind: 'fixed' }, 9, 0.5)).toBe(1_000)
    expect(backoffUs({ ...JITTER, baseUs: 0 }, 9, 0.5)).toBe(0)
  })

  test.each([
    ['full-jitter', 4, true],
    ['full-jitter', 5, false],
    ['fixed', 4, true],
    ['none', 0, false],
  ] as const)('under %s after %i tries of 5 comes: %s', (kind, tries, comes) => {
    expect(mayRetry({ ...JITTER, kind }, tries)).toBe(comes)
  })

  test.each([
    ['RequestThrottled', true],
    ['InternalError', true],
    ['ServiceUnavailable', true],
    ['Http500', true],
    ['Http599', true],
    ['Puback151', true],
    ['Puback135', false],
    ['Http499', false],
    ['Http5000', false],
    ['VersionMismatch', false],
    ['Malformed', false],
    ['AccessDenied', false],
  ])('after %s comes: %s', (code, comes) => {
    expect(isPassing(code)).toBe(comes)
  })
})

test('a slot ring behaves like a list without doubles, however often slots come and go', () => {
  const steps = fc.array(fc.record({ isPush: fc.boolean(), slot: fc.nat(9) }), { maxLength: 300 })
  const behaves = fc.property(steps, (program) => {
    const stood: number[] = []
    const list = new SlotRing(10, new Uint32Array(30), 3, (from, to) => {
      stood[to] = stood[from] as number
    })
    let model: number[] = []
    for (const { isPush, slot } of program) {
      if (!isPush) expect(list.remove(slot)).toBe(model.includes(slot))
      else if (!list.has(slot)) stood[list.push(slot)] = slot
      if (!isPush) model = model.filter((other) => other !== slot)
      else if (!model.includes(slot)) model.push(slot)
      expect(list.first).toBe(model[0] ?? -1)
      expect(list.size).toBe(model.length)
      if (model.length > 0) expect(stood[list.firstPlace]).toBe(model[0])
      for (let at = 0; at < 10; at++) expect(list.has(at)).toBe(model.includes(at))
    }
    const order: number[] = []
    for (; list.first >= 0; list.remove(list.first)) order.push(list.first)
    expect(order).toEqual(model)
  })
  fc.assert(behaves)
})

test('a stray answer is judged like by somebody who remembers the last 32 requests', () => {
  const step = fc.record({
    isAnswered: fc.boolean(),
    strays: fc.array(fc.integer({ min: -1, max: 90 })),
  })
  const judges = fc.property(fc.array(step, { maxLength: 80 }), (program) => {
    const memory = new TokenMemory(new ThingTable(2))
    const answered = new Set<number>()
    for (const { isAnswered, strays } of program) {
      const last = memory.next(1)
      if (isAnswered) {
        memory.answer(1)
        answered.add(last)
      }
      for (const token of strays) {
        // The newest request without an answer is waited for, so an answer to it is no stray.
        if (token === last && !isAnswered) continue
        const isKnown = token >= 1 && token <= last && token > last - 32
        const expected = answered.has(token) ? 'duplicate' : 'late'
        expect(memory.judge(1, token)).toBe(isKnown ? expected : 'unmatched')
        if (isKnown) answered.add(token)
      }
    }
    expect(memory.last(0)).toBe(0)
  })
  fc.assert(judges, { numRuns: 200 })
})
