import assert from 'node:assert/strict'
import type { Clock } from '../clock/clock.ts'
import type { Inbox } from './inbox.ts'
import type { Link, LinkSink } from './link.ts'
import { MqttConnection, type MqttThingSettings, type MqttWay } from './mqtt-connection.ts'
import type { Target } from './target.ts'

export interface MqttLinkOptions {
  readonly target: Target
  /** By slot. The name is the client id too. */
  readonly names: readonly string[]
  readonly settingsOf: (thing: number) => MqttThingSettings
  /** From CONNECT to CONNACK with the opening of the socket, and from SUBSCRIBE to SUBACK. */
  readonly connectTimeoutUs: number
  readonly clock: Clock
  /** One for all links of a thread. */
  readonly inbox: Inbox
  readonly sink: LinkSink
}

/**
 * One client of the `mqtt` library a thing, stripped to the protocol: no reconnecting, no
 * resubscribing, no queue and no resending, all of which belong to the thing. A message stays
 * unacknowledged if its PUBACK does not come; that ends no request, and too many of them the connection.
 */
export function mqttLink(options: MqttLinkOptions): Link {
  const { target, names, clock, inbox, sink, settingsOf } = options
  const way: MqttWay = {
    target,
    clock,
    inbox,
    sink,
    connectTimeoutMs: Math.ceil(options.connectTimeoutUs / 1_000),
  }
  const connections: (MqttConnection | undefined)[] = []
  const connectionOf = (thing: number): MqttConnection => {
    const connection = connections[thing]
    assert(connection?.usable, `thing ${thing} is not connected`)
    return connection
  }
  return {
    connect(thing) {
      assert(connections[thing]?.over !== false, `thing ${thing} is connected already`)
      const connection = new MqttConnection(way, thing, names[thing] ?? '', settingsOf(thing))
      connections[thing] = connection
      connection.connect()
    },
    subscribe: (thing) => connectionOf(thing).ask(),
    send: (thing, operation, token, request) => connectionOf(thing).send(operation, token, request),
    // Nothing waits behind an open request: a late answer just comes.
    cancel() {},
    close(thing) {
      connections[thing]?.leave()
      connections[thing] = undefined
    },
  }
}
