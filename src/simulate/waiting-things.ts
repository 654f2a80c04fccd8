import type { ServiceLedger } from '../protocol/admin.ts'
import { mixRowOf } from '../scenario/mix.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { VirtualRun } from './virtual-run.ts'

/** Things that are named; of the rest the number is told. */
const NAMED = 10

/**
 * Sentences about a run in which nothing happens any more although executions are open: since when,
 * and which things wait for what.
 */
export function waitingThings(
  scenario: Scenario,
  { open }: Pick<ServiceLedger, 'open'>,
  { stillAtUs = 0 }: Pick<VirtualRun, 'stillAtUs'>,
): string[] {
  if (open.length === 0) return []
  const seconds = (stillAtUs / 1e6).toFixed(3)
  const named = open.slice(0, NAMED).map(([thing, jobId, , status]) => {
    const name = `${scenario.fleet.namePrefix}${thing}`
    return `${name}, job ${jobId} ${status}: ${reasonOf(scenario, thing, status)}`
  })
  const rest = open.length - named.length
  return [
    `From ${seconds} s on nothing happens any more, and ${open.length} executions have not ended.`,
    ...named,
    ...(rest > 0 ? [`And ${rest} more.`] : []),
  ]
}

function reasonOf(scenario: Scenario, thing: number, status: string): string {
  if (status !== 'QUEUED')
    return 'the thing has given it up, and no timer of the service ends it (stepTimeoutMinutes, timeout.inProgressMinutes).'
  const { transport, mqtt } = mixRowOf(scenario, thing)
  const hears = mqtt.subscribe.some((filter) => ['notify-next', '+', '#'].includes(filter))
  if (transport === 'mqtt' && !hears)
    return 'the thing waits for a notify-next, to which it has not subscribed (mqtt.subscribe).'
  return 'the thing waits for a notification, and none is to come.'
}
