import type { Quotas } from '../protocol/quotas.ts'
import { ClientConnects, type ClientKey } from './client-connects.ts'
import { ConnectionPublishes } from './connection-publishes.ts'
import { TokenBucket } from './token-bucket.ts'

/** `account` and `client`: whose rate refuses the CONNECT. */
export type ConnectVerdict = 'admitted' | 'account' | 'client'

/** The rates of the message broker: of the account, of a client id, and of a connection. */
export class BrokerQuotas {
  readonly #connects: TokenBucket
  readonly #clients: ClientConnects
  readonly #subscribes: TokenBucket
  readonly connections: ConnectionPublishes

  constructor({ burstSeconds, ...rates }: Quotas) {
    this.#connects = new TokenBucket(rates.connectsPerSecond, burstSeconds)
    this.#clients = new ClientConnects(rates.clientConnectsPerSecond, burstSeconds)
    this.#subscribes = new TokenBucket(rates.subscribesPerSecond, burstSeconds)
    this.connections = new ConnectionPublishes(rates.connectionPublishesPerSecond, burstSeconds)
  }

  /**
   * A refused CONNECT takes nothing from either rate, as far as it got: a client that hammers does
   * not use up the account, and an account that is used up costs no client its second.
   *
   * @param client undefined for a client that has no id of its own.
   */
  admitConnect(client: ClientKey | undefined, nowUs: number): ConnectVerdict {
    if (client !== undefined && !this.#clients.mayPass(client, nowUs)) return 'client'
    if (!this.#connects.take(nowUs)) return 'account'
    if (client !== undefined) this.#clients.passed(client, nowUs)
    return 'admitted'
  }

  /** @param filters how many a SUBSCRIBE asks for; all are admitted, or none. */
  admitSubscribe(filters: number, nowUs: number): boolean {
    return this.#subscribes.take(nowUs, filters)
  }
}
