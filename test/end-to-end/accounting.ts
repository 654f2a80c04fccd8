import { expect } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'

/** Holds a summary against the identity of attempts: issued is the sum of its ends, per operation. */
export function expectAccounted({ operations }: Pick<Summary, 'operations'>): void {
  for (const [name, operation] of Object.entries(operations)) {
    const { issued, accepted, empty, throttled, timedOut, lost, unanswered } = operation
    const rejected = Object.values(operation.rejected).reduce((sum, count) => sum + count, 0)
    const ended = accepted + empty + throttled + rejected + timedOut + lost + unanswered
    expect(ended, name).toBe(issued)
  }
}
