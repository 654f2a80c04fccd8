import { parseScenario } from '../scenario/parse.ts'
import type { Scenario } from '../scenario/scenario.ts'

/**
 * What a worker plays before it is up: half a second of going round, over the transports that the fleet
 * has. Made by whoever starts the workers: what reads a scenario takes longer to load than it does to play.
 */
export function warmUpScenario(mix: Scenario['fleet']['mix']): Scenario {
  const transports = [...new Set(mix.map(({ transport }) => transport))]
  const rows = transports.map(
    (transport) => `{ share: ${100 / transports.length}%, transport: ${transport} }`,
  )
  return parseScenario(
    `
name: warm-up
fleet: { things: 200, connect: { rate: 10000/s }, mix: [${rows.join(', ')}] }
behaviour: { work: 0s, updates: 1 }
load: { loop: { for: 500ms, pause: 50ms }, drain: 1s }
`,
    { fileName: 'warm-up' },
  )
}
