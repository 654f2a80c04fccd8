import { topicPrefix } from '../protocol/mqtt-topics.ts'
import { filterTakes, mayTakeEvents, thingOfFilter } from '../protocol/topic-filter.ts'
import type { NotificationKind } from './exchange.ts'
import type { MqttSession } from './mqtt-session.ts'

const KINDS: readonly NotificationKind[] = ['notify', 'notify-next']

type Audience = Set<MqttSession>

/**
 * Who gets the notifications of a thing. Sessions stand under the thing that their filters name, or
 * in the one list of those that listen to any thing, so finding them costs the same in every fleet.
 */
export class Listeners {
  readonly #ofThing: Readonly<Record<NotificationKind, Map<string, Audience>>> = {
    notify: new Map(),
    'notify-next': new Map(),
  }
  readonly #ofAny: Readonly<Record<NotificationKind, Audience>> = {
    notify: new Set(),
    'notify-next': new Set(),
  }

  /** Those with a filter that may take an event; few, so each looks at the topic itself. */
  readonly toEvents: Audience = new Set()

  /** To be called whenever the subscriptions of a session have changed. */
  place(session: MqttSession): void {
    this.remove(session)
    for (const { filter } of session.subscriptions) {
      if (mayTakeEvents(filter)) this.toEvents.add(session)
      const thing = thingOfFilter(filter)
      for (const kind of KINDS) {
        // For a filter about any thing, every name will do.
        if (filterTakes(filter, topicPrefix(thing ?? 'any') + kind)) this.#add(session, kind, thing)
      }
    }
  }

  remove(session: MqttSession): void {
    this.toEvents.delete(session)
    for (const { kind, thing } of session.places) {
      if (thing === undefined) {
        this.#ofAny[kind].delete(session)
        continue
      }
      const audience = this.#ofThing[kind].get(thing)
      audience?.delete(session)
      if (audience?.size === 0) this.#ofThing[kind].delete(thing)
    }
    session.places.length = 0
  }

  hears(kind: NotificationKind, thingName: string): boolean {
    return this.#ofAny[kind].size > 0 || this.#ofThing[kind].has(thingName)
  }

  /** Each session once. */
  each(kind: NotificationKind, thingName: string, tell: (session: MqttSession) => void): void {
    const audience = this.#ofThing[kind].get(thingName)
    if (audience !== undefined) for (const session of audience) tell(session)
    for (const session of this.#ofAny[kind]) if (!audience?.has(session)) tell(session)
  }

  #add(session: MqttSession, kind: NotificationKind, thing: string | undefined): void {
    session.places.push({ kind, thing })
    if (thing === undefined) {
      this.#ofAny[kind].add(session)
      return
    }
    const audience = this.#ofThing[kind].get(thing)
    if (audience === undefined) this.#ofThing[kind].set(thing, new Set([session]))
    else audience.add(session)
  }
}
