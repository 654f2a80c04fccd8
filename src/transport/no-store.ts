import { Readable } from 'node:stream'
import type { IStore } from 'mqtt'

/**
 * A store of unacknowledged messages that keeps none, for all clients at once. The library would
 * copy every message into its store, and send what it finds there again after the next connect; what
 * is sent again, and when, belongs to the thing.
 */
export const NO_STORE: IStore = {
  put(_, done) {
    done()
    return NO_STORE
  },
  // Declared as the stream of a package of its own; one of Node does.
  createStream: () => Readable.from([]) as unknown as ReturnType<IStore['createStream']>,
  del(packet, done) {
    done(undefined, packet as Parameters<typeof done>[1])
    return NO_STORE
  },
  get(_, done) {
    done(new Error('nothing is stored'))
    return NO_STORE
  },
  close: (done) => done(),
}
