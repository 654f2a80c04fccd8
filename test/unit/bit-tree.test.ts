import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BitTree } from '../../src/clock/bit-tree.ts'

const SIZE = 32_768
const members = fc.oneof(
  fc.nat(SIZE - 1),
  fc.constantFrom(0, 31, 32, 1_023, 1_024, 31 * 1_024, SIZE - 1),
)

test('a bit tree finds its smallest member from any number on, as a plain set would', () => {
  const step = fc.record({ isSet: fc.boolean(), member: members, from: members })
  const agrees = fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    const tree = new BitTree(SIZE)
    const set = new Set<number>()
    for (const { isSet, member, from } of steps) {
      if (isSet) tree.set(member)
      else tree.clear(member)
      if (isSet) set.add(member)
      else set.delete(member)
      const sorted = [...set].sort((one, other) => one - other)
      expect(tree.first()).toBe(sorted[0] ?? -1)
      expect(tree.firstFrom(from)).toBe(sorted.find((at) => at >= from) ?? sorted[0] ?? -1)
    }
  })
  fc.assert(agrees, { numRuns: 300 })
})
