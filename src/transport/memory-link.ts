import assert from 'node:assert/strict'
import type { Clock } from '../clock/clock.ts'
import type { JobsNotification, JobsRequest, Operation, Reply } from '../protocol/jobs.ts'
import type { Link, LinkSink } from './link.ts'

/** The service as a function. A request that it gives no reply to stays open; `answer` may come later. */
export type MemoryHandler = (
  thing: number,
  operation: Operation,
  request: JobsRequest,
  token: number,
) => Reply | undefined

/** A link for tests, with what else the far side may do. */
export interface MemoryLink extends Link {
  /** An answer that comes when it likes. It is lost when the connection has gone. */
  answer(thing: number, token: number | undefined, reply: Reply): void
  /** Reaches the thing if it has subscribed. */
  notify(thing: number, notification: JobsNotification): void
  drop(thing: number, cause: string): void
}

interface Connection {
  subscribed: boolean
}

/** What a socket would bring comes in a microtask. */
export function memoryLink(handler: MemoryHandler, clock: Clock, sink: LinkSink): MemoryLink {
  const connections: (Connection | undefined)[] = []
  /** Nothing reaches a thing that is not connected, or has gone before the microtask comes. */
  const soon = (thing: number, tell: (connection: Connection) => void) => {
    const connection = connections[thing]
    if (connection === undefined) return
    queueMicrotask(() => {
      if (connections[thing] === connection) tell(connection)
    })
  }
  return {
    connect(thing) {
      const beganUs = clock.nowUs()
      connections[thing] = { subscribed: false }
      soon(thing, () => sink.handshake(thing, beganUs, clock.nowUs(), undefined))
      soon(thing, () => sink.connected(thing, clock.nowUs()))
    },
    subscribe(thing) {
      assert(connections[thing], `thing ${thing} is not connected`)
      soon(thing, (connection) => {
        connection.subscribed = true
        sink.subscribed(thing, 1, 0, clock.nowUs())
      })
    },
    send(thing, operation, token, request) {
      assert(connections[thing], `thing ${thing} is not connected`)
      const reply = handler(thing, operation, request, token)
      if (reply !== undefined) soon(thing, () => sink.answered(thing, token, reply, clock.nowUs()))
      sink.sent(thing, token, clock.nowUs())
    },
    cancel() {},
    close(thing) {
      connections[thing] = undefined
    },
    answer(thing, token, reply) {
      soon(thing, () => sink.answered(thing, token, reply, clock.nowUs()))
    },
    notify(thing, notification) {
      soon(thing, (connection) => {
        if (connection.subscribed) sink.notified(thing, notification, clock.nowUs())
      })
    },
    drop(thing, cause) {
      soon(thing, () => {
        connections[thing] = undefined
        sink.dropped(thing, cause, clock.nowUs())
      })
    },
  }
}
