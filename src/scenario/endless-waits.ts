import { askBlockade, blockades, connectBlockade, hearsNext } from './blockades.ts'
import { mixCounts } from './mix.ts'
import type { MixRow, Scenario } from './scenario.ts'

/**
 * What is known of a rollout before it begins: which things wait for ever, so that it lasts to its
 * limit. Sentences with place, cause and cure; none when nothing is known. Other loads end by their
 * own time.
 */
export function endlessWaits(scenario: Scenario): string[] {
  const { load, jobs, behaviour, fleet } = scenario
  if (load.kind !== 'rollout' || jobs.length === 0) return []
  const isTimed =
    behaviour.stepTimeoutMinutes !== undefined ||
    jobs.every((job) => job.inProgressTimeoutMinutes !== undefined)
  const all = blockades(scenario)
    // A timer of the service ends what a thing has begun without knowing it.
    .filter(({ of, fromUs }) => fromUs === 0 && (of === 'requests' || !isTimed))
    .map(({ why }) => `All things wait for ever: ${why}.`)
  const counts = mixCounts(scenario)
  const some = fleet.mix.flatMap((row, index) => {
    const things = counts[index] ?? 0
    const why = things === 0 ? undefined : rowBlockade(scenario, row)
    const name = things === 1 ? '1 thing waits' : `${things} things wait`
    return why === undefined ? [] : [`${name} for ever (fleet.mix.${index}): ${why}.`]
  })
  return [...all, ...some]
}

function rowBlockade(scenario: Scenario, row: MixRow): string | undefined {
  const { transport, mqtt } = row
  if (transport === 'http') return askBlockade(scenario, row)
  const offline = connectBlockade(scenario, mqtt)
  if (offline !== undefined) return offline
  const inVain = askBlockade(scenario, row)
  if (inVain !== undefined) return inVain
  if (hearsNext(mqtt)) return undefined
  return 'nothing tells them of a job; add notify-next to mqtt.subscribe'
}
