import type { Clock } from '../clock/clock.ts'
import { mixRowOf } from '../scenario/mix.ts'
import type { Fleet } from '../thing/fleet.ts'
import { httpLink } from '../transport/http-link.ts'
import type { Inbox } from '../transport/inbox.ts'
import type { Link, LinkSink } from '../transport/link.ts'
import { linkRouter } from '../transport/link-router.ts'
import { mqttLink } from '../transport/mqtt-link.ts'
import { parseTarget, type Target, targetOf } from '../transport/target.ts'
import type { ShardTask } from './messages.ts'

/**
 * The links of a shard's things as one: each thing goes to the target of its transport, and with
 * several of a kind thing k of the fleet goes to target k mod m.
 */
export function fleetLinks(
  task: ShardTask,
  fleet: Fleet,
  clock: Clock,
  inbox: Inbox,
  sink: LinkSink,
): Link {
  const { scenario } = task
  const targets = task.targets.map((text) => parseTarget(text))
  const rows = Array.from({ length: fleet.size }, (_, slot) =>
    mixRowOf(scenario, fleet.globalOf(slot)),
  )
  const names = rows.map((_, slot) => fleet.nameOf(slot))
  const open = (target: Target): Link => {
    const options = {
      target,
      names,
      connectTimeoutUs: scenario.behaviour.requestTimeoutUs,
      clock,
      inbox,
      sink,
    }
    if (target.transport === 'http') return httpLink(options)
    return mqttLink({
      ...options,
      settingsOf: (slot) => (rows[slot] as (typeof rows)[number]).mqtt,
    })
  }
  const linkByTarget = new Map<Target, Link>()
  const links = rows.map(({ transport }, slot) => {
    const target = targetOf(targets, transport, fleet.globalOf(slot))
    const link = linkByTarget.get(target) ?? open(target)
    linkByTarget.set(target, link)
    return link
  })
  return linkRouter(links)
}
