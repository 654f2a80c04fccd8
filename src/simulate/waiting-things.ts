import type { ServiceLedger } from '../protocol/admin.ts'
import { askBlockade, blockades, connectBlockade, hearsNext } from '../scenario/blockades.ts'
import { mixRowOf } from '../scenario/mix.ts'
import { answerBlockade } from '../scenario/narrow-connections.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Fleet } from '../thing/fleet.ts'

/** Executions that are named for each reason; of the rest the number is told. */
const NAMED = 5

interface Waiting {
  readonly scenario: Scenario
  readonly fleets: readonly Fleet[]
  readonly ledger: Pick<ServiceLedger, 'open' | 'limits'>
  /** T0, and since when nothing could change. */
  readonly t0Us: number
  readonly stillAtUs: number
  /** As in `answerBlockade`. */
  readonly longestUs: number
}

/**
 * Sentences about a run in which nothing can change any more although executions are open: since when,
 * and by what they wait for, which things they are of.
 */
export function waitingThings(waiting: Waiting): string[] {
  const { scenario, t0Us, stillAtUs } = waiting
  const { open } = waiting.ledger
  const byReason = new Map<string, string[]>()
  const begun = new Set<number>()
  for (const [thing, jobId, , status] of open) {
    const isBehind = begun.has(thing)
    begun.add(thing)
    const reason = isBehind ? BEHIND : reasonOf(waiting, thing, status)
    const name = `${scenario.fleet.namePrefix}${thing} (job ${jobId}, ${status})`
    const names = byReason.get(reason)
    if (names === undefined) byReason.set(reason, [name])
    else names.push(name)
  }
  const seconds = ((stillAtUs - t0Us) / 1e6).toFixed(3)
  const are = open.length === 1 ? '1 execution has' : `${open.length} executions have`
  return [
    `From ${seconds} s after T0 on nothing can change any more, and ${are} not ended: the load ends there and not at its limit.`,
    ...[...byReason].map(
      ([reason, names]) => `${names.length} because ${reason}: ${listed(names)}.`,
    ),
  ]
}

function listed(names: readonly string[]): string {
  const named = names.slice(0, NAMED).join(', ')
  const rest = names.length - NAMED
  return rest > 0 ? `${named} and ${rest} more` : named
}

const BEHIND = 'another execution of the same thing is before them, which does not end'

/** What the first open execution of a thing waits for. */
function reasonOf({ scenario, fleets, ...at }: Waiting, thing: number, status: string): string {
  const sinceUs = at.stillAtUs - at.t0Us
  const blockade = blockades(scenario).find(({ fromUs }) => fromUs <= sinceUs)
  if (blockade !== undefined) return blockade.why
  const row = mixRowOf(scenario, thing)
  const { transport, mqtt } = row
  const offline = transport === 'mqtt' ? connectBlockade(scenario, mqtt) : undefined
  const fleet = fleets[thing % fleets.length]
  if (offline !== undefined && fleet?.isOnline(Math.floor(thing / fleets.length)) === false)
    return `the thing waits to come online, and ${offline}`
  const inVain = askBlockade(scenario, row, at.longestUs)
  if (inVain !== undefined) return inVain
  const unheard = answerBlockade(scenario, row, at.longestUs)
  if (unheard !== undefined) return unheard
  if (status !== 'QUEUED')
    return 'the thing has given it up and waits for a notification, and no timer of the service ends it (stepTimeoutMinutes, timeout.inProgressMinutes)'
  if (transport === 'mqtt' && !hearsNext(mqtt))
    return 'the thing waits for a notify-next, to which it has not subscribed (mqtt.subscribe)'
  if (transport === 'mqtt' && (at.ledger.limits?.connectionPublishes ?? 0) > 0)
    return 'the thing waits for a notification, and none is to come: the rate of its connection dropped it (service.quotas.connectionPublishes), or it gave up asking'
  return 'the thing waits for a notification after it gave up asking, and none is to come'
}
