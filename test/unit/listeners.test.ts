import fc from 'fast-check'
import { expect, test } from 'vitest'
import { topicPrefix } from '../../src/protocol/mqtt-topics.ts'
import { filterTakes } from '../../src/protocol/topic-filter.ts'
import type { NotificationKind } from '../../src/service/exchange.ts'
import { noLimitsReached } from '../../src/service/limit-counts.ts'
import { Listeners } from '../../src/service/listeners.ts'
import { MqttSession, type Subscription } from '../../src/service/mqtt-session.ts'

const KINDS: readonly NotificationKind[] = ['notify', 'notify-next']
const THINGS = ['a', 'b', 'c']

const filter = fc
  .tuple(
    fc.constantFrom('$aws/things/', '$aws/+/', '$aws/'),
    fc.constantFrom('a', 'b', '+', '#'),
    fc.constantFrom('/jobs/notify', '/jobs/notify-next', '/jobs/+', '/#', '/jobs/get/+', ''),
  )
  .map((parts) => parts.join(''))
  .filter((text) => /^[^#]*#?$/.test(text))
const subscriptions = fc
  .uniqueArray(filter, { maxLength: 4 })
  .map((filters) => filters.map((one): Subscription => ({ filter: one, qos: 1 })))

test('after any changes each listener is found once, and nobody else', () => {
  const change = fc.record({ session: fc.nat(2), subscriptions, leaves: fc.boolean() })
  const findsThem = fc.property(fc.array(change, { minLength: 1 }), (changes) => {
    const listeners = new Listeners()
    const sessions = THINGS.map((name) => new MqttSession(name, 4, false, noLimitsReached()))
    for (const { session: at, subscriptions: held, leaves } of changes) {
      const session = sessions[at] as MqttSession
      session.subscriptions = leaves ? [] : held
      if (leaves) listeners.remove(session)
      else listeners.place(session)
    }
    for (const kind of KINDS) {
      for (const thing of THINGS) {
        const topic = topicPrefix(thing) + kind
        const told: MqttSession[] = []
        listeners.each(kind, thing, (session) => told.push(session))
        const takers = sessions.filter((session) =>
          session.subscriptions.some((one) => filterTakes(one.filter, topic)),
        )
        expect(told).toHaveLength(new Set(told).size)
        // A filter about any thing may stand for more than it takes; a session checks again.
        expect(
          told
            .filter((session) => session.takes(topic))
            .map(idOf)
            .sort(),
        ).toEqual(takers.map(idOf).sort())
        if (takers.length > 0) expect(listeners.hears(kind, thing)).toBe(true)
      }
    }
  })
  fc.assert(findsThem, { numRuns: 500 })
})

test('when the last listener has gone nobody hears anything', () => {
  const listeners = new Listeners()
  const session = new MqttSession('one', 4, false, noLimitsReached())
  session.subscriptions = [
    { filter: '$aws/things/a/jobs/notify', qos: 0 },
    { filter: '$aws/things/+/jobs/notify-next', qos: 0 },
  ]
  listeners.place(session)
  expect(listeners.hears('notify', 'a')).toBe(true)
  expect(listeners.hears('notify', 'b')).toBe(false)
  expect(listeners.hears('notify-next', 'b')).toBe(true)
  listeners.remove(session)
  expect(listeners.hears('notify', 'a')).toBe(false)
  expect(listeners.hears('notify-next', 'b')).toBe(false)
})

function idOf({ clientId }: MqttSession): string {
  return clientId
}
