import { parseScenario } from '../scenario/parse.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** So many play what a fleet plays; fewer do where the system has no descriptors for them. */
const MOST_THINGS = 200
const LEAST_THINGS = 2
/** What a process has open beside the sockets, more with each worker that loads at the same time. */
const OWN_DESCRIPTORS = 64
const LOADING_DESCRIPTORS = 30

/**
 * How many things the warm-up of each worker may have, all at once with those of the others. Each has a
 * socket, and so has its target, which is in the same process.
 * @param descriptorLimit null where there is none.
 */
export function warmUpThings(descriptorLimit: number | null, workers: number): number {
  if (descriptorLimit === null) return MOST_THINGS
  const forSockets = descriptorLimit - OWN_DESCRIPTORS - workers * LOADING_DESCRIPTORS
  const things = Math.floor(forSockets / (2 * workers))
  return Math.max(LEAST_THINGS, Math.min(MOST_THINGS, things))
}

/**
 * What a worker plays before it is up: half a second of going round, over the transports that the fleet
 * has. Made by whoever starts the workers: what reads a scenario takes longer to load than it does to play.
 */
export function warmUpScenario(
  mix: Scenario['fleet']['mix'],
  things: number = MOST_THINGS,
): Scenario {
  const transports = [...new Set(mix.map(({ transport }) => transport))]
  const rows = transports.map(
    (transport) => `{ share: ${100 / transports.length}%, transport: ${transport} }`,
  )
  return parseScenario(
    `
name: warm-up
fleet: { things: ${things}, connect: { rate: 10000/s }, mix: [${rows.join(', ')}] }
behaviour: { work: 0s, updates: 1 }
load: { loop: { for: 500ms, pause: 50ms }, drain: 1s }
`,
    { fileName: 'warm-up' },
  )
}
