import { arrivals, scenarioOf } from '../simulation/scenarios.ts'
import { simulated } from '../simulation/simulated.ts'

const THINGS = 100_000

/**
 * 100,000 things and 1.2 million operations in virtual time, one core: how many events a second, an event
 * being one delivery or timer taken from the queue, and what a thing holds of memory, service and
 * ledger included (0 without `--expose-gc`).
 */
export async function benchVirtual(): Promise<{
  events: number
  seconds: number
  /** Of all threads, so with garbage collection: a busy machine changes it less. */
  cpuSeconds: number
  eventsPerSecond: number
  bytesPerThing: number
}> {
  const scenario = scenarioOf({
    things: THINGS,
    connectPerSecond: 100_000,
    behaviour: { updates: 1 },
    load: arrivals(20_000, 20),
  })
  const before = heldBytes()
  const cpuBefore = process.cpuUsage()
  const began = process.hrtime.bigint()
  const result = simulated(scenario)
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  const { user, system } = process.cpuUsage(cpuBefore)
  const bytesPerThing = (heldBytes() - before) / THINGS
  const { events, held } = result
  if (held === undefined) throw new Error('the run is gone before it was weighed')
  return {
    events,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    eventsPerSecond: events / seconds,
    bytesPerThing,
  }
}

function heldBytes(): number {
  if (globalThis.gc === undefined) return 0
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
