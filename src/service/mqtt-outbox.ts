import type { AedesClient } from './aedes-client.ts'
import type { FrontCounts } from './limit-counts.ts'

/** Messages at QoS 1 that may be unacknowledged at once (protocol 5.4); the client may want fewer. */
const IN_FLIGHT_MAX = 100
/** Messages that wait until earlier ones are acknowledged. */
const WAITING_MAX = 1_000
/** What may wait in the socket of a client that does not read. Beyond it the connection is closed. */
const UNSENT_MAX_BYTES = 4_194_304

interface Waiting {
  readonly messageId: number
  readonly frame: Buffer
}

/** What goes out to one client beside what the broker writes: all frames of a turn in one write. */
export class MqttOutbox {
  readonly #client: AedesClient
  readonly #counts: FrontCounts
  readonly #flushSoon: (outbox: MqttOutbox) => void
  #frames: Buffer[] = []
  readonly #inFlight = new Set<number>()
  readonly #waiting: Waiting[] = []

  /** @param flushSoon is to call `flush` at the end of this turn of the event loop. */
  constructor(client: AedesClient, counts: FrontCounts, flushSoon: (outbox: MqttOutbox) => void) {
    this.#client = client
    this.#counts = counts
    this.#flushSoon = flushSoon
  }

  send(frame: Buffer): void {
    this.#frames.push(frame)
    if (this.#frames.length === 1) this.#flushSoon(this)
  }

  /** A PUBLISH at QoS 1, as soon as the client has acknowledged enough of those before. */
  sendInTurn(messageId: number, frame: Buffer): void {
    // The broker knows what the client announced from the CONNECT on.
    if (this.#inFlight.size < Math.min(IN_FLIGHT_MAX, this.#client.receiveMaximum)) {
      this.#inFlight.add(messageId)
      this.send(frame)
    } else if (this.#waiting.length < WAITING_MAX) this.#waiting.push({ messageId, frame })
    else this.#counts.unacknowledged += 1
  }

  /** @returns whether the message was one of ours. */
  acknowledged(messageId: number): boolean {
    if (!this.#inFlight.delete(messageId)) return false
    const next = this.#waiting.shift()
    if (next !== undefined) this.sendInTurn(next.messageId, next.frame)
    return true
  }

  flush(): void {
    const { conn, closed } = this.#client
    const frames = this.#frames
    this.#frames = []
    if (frames.length === 0 || closed || conn.destroyed) return
    conn.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames))
    if (conn.writableLength <= UNSENT_MAX_BYTES) return
    this.#counts.slowReaders += 1
    conn.destroy()
  }
}
