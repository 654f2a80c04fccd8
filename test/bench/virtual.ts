import { arrivals, scenarioOf } from '../simulation/scenarios.ts'
import { simulated } from '../simulation/simulated.ts'
import { type VirtualCost, weighed } from './virtual-cost.ts'

/**
 * So many things and twelve times as many operations in virtual time, on one core, with nothing but the thing
 * core, the service core and the ledger: an event is one delivery or timer taken from the queue.
 */
export function benchVirtual(things: number): VirtualCost {
  const scenario = scenarioOf({
    things,
    connectPerSecond: things,
    behaviour: { updates: 1 },
    load: arrivals(things / 5, 20),
  })
  return weighed(things, () => {
    const result = simulated(scenario)
    return { ...result, timedOut: result.ledger.byStatus.TIMED_OUT ?? 0 }
  })
}
