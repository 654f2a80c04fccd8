import { askBlockade, blockades, connectBlockade, hearsNext } from './blockades.ts'
import { mixCounts } from './mix.ts'
import {
  answerBlockade,
  longestAnswerUs,
  narrowness,
  requestBlockade,
} from './narrow-connections.ts'
import type { MixRow, Scenario } from './scenario.ts'

/**
 * What is known of a rollout before it begins: which things wait for ever, so that it lasts to its
 * limit. Sentences with place, cause and cure; none when nothing is known. Other loads end by their
 * own time.
 *
 * @param longestUs how late an answer may leave after its request; Infinity where that is not known.
 */
export function endlessWaits(
  scenario: Scenario,
  longestUs: number = longestAnswerUs(scenario),
): string[] {
  if (!isRollout(scenario)) return []
  const all = blockades(scenario)
    // A timer of the service ends what a thing has begun without knowing it.
    .filter(({ of, fromUs }) => fromUs === 0 && (of === 'requests' || !isTimed(scenario)))
    .map(({ why }) => `All things wait for ever: ${why}.`)
  const some = ofRows(scenario, (row) => {
    const why = rowBlockade(scenario, row, longestUs)
    return why === undefined ? undefined : ['waits for ever', 'wait for ever', why]
  })
  return [...all, ...some]
}

/**
 * Which things lose answers to the rate of their connection, by more than that it is busy, whatever the
 * load. Sentences as above, about things of which those say nothing.
 *
 * @param longestUs as above.
 */
export function lostAnswers(
  scenario: Scenario,
  longestUs: number = longestAnswerUs(scenario),
): string[] {
  return ofRows(scenario, (row) => {
    if (isRollout(scenario) && rowBlockade(scenario, row, longestUs) !== undefined) return undefined
    const never = requestBlockade(scenario, row) ?? answerBlockade(scenario, row, longestUs)
    if (never !== undefined) return ['never hears an answer', 'never hear an answer', never]
    const some = narrowness(scenario, row)
    return some === undefined ? undefined : ['loses answers', 'lose answers', some]
  })
}

type Said = readonly [one: string, many: string, why: string]

/** A sentence for each row of the mix that has things and of which there is something to say. */
function ofRows(scenario: Scenario, saidOf: (row: MixRow) => Said | undefined): string[] {
  const counts = mixCounts(scenario)
  return scenario.fleet.mix.flatMap((row, index) => {
    const things = counts[index] ?? 0
    const said = things === 0 ? undefined : saidOf(row)
    if (said === undefined) return []
    const [one, many, why] = said
    const does = things === 1 ? `1 thing ${one}` : `${things} things ${many}`
    return [`${does} (fleet.mix.${index}): ${why}.`]
  })
}

function isRollout({ load, jobs }: Scenario): boolean {
  return load.kind === 'rollout' && jobs.length > 0
}

/** Whether timers of the service end whatever has begun. */
function isTimed({ behaviour, jobs }: Scenario): boolean {
  return (
    behaviour.stepTimeoutMinutes !== undefined ||
    jobs.every((job) => job.inProgressTimeoutMinutes !== undefined)
  )
}

function rowBlockade(scenario: Scenario, row: MixRow, longestUs: number): string | undefined {
  const { transport, mqtt } = row
  const inVain = askBlockade(scenario, row, longestUs)
  if (transport === 'http') return inVain
  const offline = connectBlockade(scenario, mqtt)
  if (offline !== undefined) return offline
  if (inVain !== undefined) return inVain
  const unheard = isTimed(scenario) ? undefined : answerBlockade(scenario, row, longestUs)
  if (unheard !== undefined) return unheard
  if (hearsNext(mqtt)) return undefined
  return 'nothing tells them of a job; add notify-next to mqtt.subscribe'
}
