import { Readable } from 'node:stream'
import type { AedesClient, Persistence, StoredPacket } from './aedes-client.ts'
import type { FrontCounts } from './limit-counts.ts'

/** What a session keeps of ordinary messages. Ours, as for notifications: AWS has a rate of the account (protocol 5.4). */
const MESSAGES_MAX = 1_000

type Client = Pick<AedesClient, 'id'>

/**
 * The ordinary messages at QoS 1 that persistent sessions keep until they are acknowledged, in place of
 * the broker's own queues: those have no limit, and where a message is refused they drop another one.
 * A message that finds its queue full is counted; a client that is there gets it all the same, once.
 */
export class KeptMessages implements Omit<Persistence, 'cleanSubscriptions'> {
  readonly #counts: FrontCounts
  readonly #isOver: (clientId: string) => boolean
  /** By client id. */
  readonly #queues = new Map<string, StoredPacket[]>()

  /** @param isOver whether the session of a client id has run out. The broker does not know before MQTT 5. */
  constructor(counts: FrontCounts, isOver: (clientId: string) => boolean) {
    this.#counts = counts
    this.#isOver = isOver
  }

  /** @param persistence the broker's, which hands its queues over. */
  takeOver(persistence: Persistence): void {
    const cleanSubscriptions = persistence.cleanSubscriptions.bind(persistence)
    persistence.outgoingEnqueue = this.outgoingEnqueue
    persistence.outgoingEnqueueCombi = this.outgoingEnqueueCombi
    persistence.outgoingUpdate = this.outgoingUpdate
    persistence.outgoingClearMessageId = this.outgoingClearMessageId
    persistence.outgoingStream = this.outgoingStream
    // The session is over.
    persistence.cleanSubscriptions = async (client) => {
      this.#queues.delete(client.id)
      await cleanSubscriptions(client)
    }
  }

  readonly outgoingEnqueue = async (
    { clientId }: { readonly clientId: string },
    packet: StoredPacket,
  ): Promise<void> => {
    if (this.#isOver(clientId)) {
      this.#queues.delete(clientId)
      return
    }
    const queue = this.#queues.get(clientId) ?? []
    if (queue.length >= MESSAGES_MAX) {
      this.#counts.sessionMessages += 1
      return
    }
    if (queue.length === 0) this.#queues.set(clientId, queue)
    queue.push({ ...packet })
  }

  readonly outgoingEnqueueCombi = async (
    subscribers: readonly { readonly clientId: string }[],
    packet: StoredPacket,
  ): Promise<void> => {
    for (const subscriber of subscribers) void this.outgoingEnqueue(subscriber, packet)
  }

  /** The message goes out under this id. One that found no room is not there, and goes out too. */
  readonly outgoingUpdate = async ({ id }: Client, packet: StoredPacket): Promise<void> => {
    const kept = this.#queues.get(id)?.find((one) => isSame(one, packet))
    if (kept !== undefined) kept.messageId = packet.messageId
  }

  /** It was acknowledged, or is not to go out: then it has no id yet. */
  readonly outgoingClearMessageId = async (
    { id }: Client,
    packet: StoredPacket,
  ): Promise<StoredPacket | undefined> => {
    const { messageId } = packet
    if (messageId !== undefined) return this.acknowledged(id, messageId)
    return this.#take(id, (kept) => isSame(kept, packet))
  }

  acknowledged(clientId: string, messageId: number): StoredPacket | undefined {
    return this.#take(clientId, (kept) => kept.messageId === messageId)
  }

  /** For a new connection, or an end. The ids of the connection before say nothing on a new one. */
  readonly outgoingStream = ({ id }: Client): Readable => {
    const queue = this.#queues.get(id) ?? []
    for (const kept of queue) kept.messageId = undefined
    return Readable.from(queue.map((kept) => ({ ...kept })))
  }

  #take(clientId: string, fits: (kept: StoredPacket) => boolean): StoredPacket | undefined {
    const queue = this.#queues.get(clientId) ?? []
    const at = queue.findIndex(fits)
    if (at < 0) return undefined
    const [kept] = queue.splice(at, 1)
    if (queue.length === 0) this.#queues.delete(clientId)
    return kept
  }
}

function isSame(one: StoredPacket, other: StoredPacket): boolean {
  return one.brokerCounter === other.brokerCounter && one.brokerId === other.brokerId
}
