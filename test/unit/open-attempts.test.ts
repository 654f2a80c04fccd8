import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OpenAttempts } from '../../src/thing/open-attempts.ts'
import { ThingTable } from '../../src/thing/thing-table.ts'

const SLOTS = 5

test('the oldest attempt that is open comes first, and says when it times out', () => {
  const open = new OpenAttempts(new ThingTable(3))
  expect([open.first, open.nextUs]).toEqual([-1, Number.POSITIVE_INFINITY])

  open.push(2, 100)
  open.push(0, 150)
  open.remove(2)
  open.remove(2)

  expect([open.first, open.nextUs]).toEqual([0, 150])
})

const steps = fc.array(fc.record({ slot: fc.nat(SLOTS - 1), afterUs: fc.nat(3) }), {
  maxLength: 200,
})

test('however often slots come and go, it agrees with a list', () => {
  const agrees = fc.property(steps, (program) => {
    const open = new OpenAttempts(new ThingTable(SLOTS))
    let model: { slot: number; deadlineUs: number }[] = []
    let deadlineUs = 0
    for (const { slot, afterUs } of program) {
      if (model.some((one) => one.slot === slot)) {
        open.remove(slot)
        model = model.filter((one) => one.slot !== slot)
      } else {
        deadlineUs += afterUs
        open.push(slot, deadlineUs)
        model.push({ slot, deadlineUs })
      }
      expect(open.first).toBe(model[0]?.slot ?? -1)
      expect(open.nextUs).toBe(model[0]?.deadlineUs ?? Number.POSITIVE_INFINITY)
    }
  })
  fc.assert(agrees, { numRuns: 500 })
})
