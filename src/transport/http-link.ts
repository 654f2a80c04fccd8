import assert from 'node:assert/strict'
import { buildConnector } from 'undici'
import type { Clock } from '../clock/clock.ts'
import { httpCall } from '../protocol/http.ts'
import { HttpConnection, type HttpWay } from './http-connection.ts'
import type { Inbox } from './inbox.ts'
import type { Link, LinkSink } from './link.ts'
import type { Target } from './target.ts'

export interface HttpLinkOptions {
  readonly target: Target
  /** By slot. */
  readonly names: readonly string[]
  readonly connectTimeoutUs: number
  readonly clock: Clock
  /** One for all links of a thread. */
  readonly inbox: Inbox
  readonly sink: LinkSink
}

/**
 * One keep-alive client a thing, which opens its socket with the first request. A socket that the
 * server closes between two requests drops nothing: the next request opens another.
 */
export function httpLink(options: HttpLinkOptions): Link {
  const { target, names, clock, sink } = options
  const connector = buildConnector({ timeout: Math.ceil(options.connectTimeoutUs / 1_000) })
  const way: HttpWay = { url: target.url, connector, clock, inbox: options.inbox, sink }
  const connections: (HttpConnection | undefined)[] = []
  const connectionOf = (thing: number): HttpConnection => {
    const connection = connections[thing]
    assert(connection !== undefined && !connection.over, `thing ${thing} is not connected`)
    return connection
  }
  const soon = (thing: number, tell: () => void) => {
    const connection = connectionOf(thing)
    queueMicrotask(() => {
      if (!connection.over) tell()
    })
  }
  return {
    connect(thing) {
      assert(connections[thing]?.over !== false, `thing ${thing} is connected already`)
      connections[thing] = new HttpConnection(way, thing)
      soon(thing, () => sink.connected(thing, clock.nowUs()))
    },
    // Over HTTP nothing is notified, so there is nothing to ask for.
    subscribe: (thing) => soon(thing, () => sink.subscribed(thing, 0, 0, clock.nowUs())),
    send(thing, operation, token, request) {
      connectionOf(thing).send(token, httpCall(operation, names[thing] ?? '', request))
    },
    cancel: (thing, token) => connections[thing]?.cancel(token),
    close(thing) {
      connections[thing]?.end()
      connections[thing] = undefined
    },
  }
}
