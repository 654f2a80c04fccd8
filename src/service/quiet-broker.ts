import { Aedes } from 'aedes'
import type { Persistence } from './aedes-client.ts'

type Published = (error?: Error) => void

/**
 * aedes tells of its clients, their subscriptions and itself under `$SYS`. AWS has no such topics,
 * and a fleet that connects would pay for some three messages a client.
 */
export class QuietBroker extends Aedes {
  /** There once it listens. */
  declare readonly persistence: Persistence

  override publish(packet: Parameters<Aedes['publish']>[0], ...rest: unknown[]): void {
    if (!packet.topic.startsWith('$SYS/')) {
      Reflect.apply(super.publish, this, [packet, ...rest])
      return
    }
    const published = rest.at(-1) as Published | undefined
    if (published !== undefined) setImmediate(published)
  }
}
