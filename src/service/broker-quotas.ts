import type { Operation } from '../protocol/jobs.ts'
import type { Quotas } from '../protocol/quotas.ts'
import { ClientConnects, type ClientKey } from './client-connects.ts'
import { ConnectionPublishes } from './connection-publishes.ts'
import { TokenBucket } from './token-bucket.ts'

/** `account` and `client`: whose rate refuses the CONNECT. */
type ConnectVerdict = 'admitted' | 'account' | 'client'

/** The rates of the message broker: of the account, of a client id, and of a connection. */
export class BrokerQuotas {
  readonly #connects: TokenBucket
  readonly #clients: ClientConnects
  readonly #subscribes: TokenBucket
  readonly #publishes: ConnectionPublishes
  readonly #lostRequests: Record<Operation, number>
  #dropped = 0

  /** @param lostRequests by operation: requests that come to nothing here are added. */
  constructor({ burstSeconds, ...rates }: Quotas, lostRequests: Record<Operation, number>) {
    this.#connects = new TokenBucket(rates.connectsPerSecond, burstSeconds)
    this.#clients = new ClientConnects(rates.clientConnectsPerSecond, burstSeconds)
    this.#subscribes = new TokenBucket(rates.subscribesPerSecond, burstSeconds)
    this.#publishes = new ConnectionPublishes(rates.connectionPublishesPerSecond, burstSeconds)
    this.#lostRequests = lostRequests
  }

  /** PUBLISHes above the rate of their connection so far, in and out. */
  get dropped(): number {
    return this.#dropped
  }

  /** The places of connections, for `admitPublish` and `admitDelivery`. */
  get connections(): Pick<ConnectionPublishes, 'open' | 'close' | 'restart'> {
    return this.#publishes
  }

  /**
   * A refused CONNECT takes nothing from either rate, as far as it got: a client that hammers does
   * not use up the account, and an account that is used up costs no client its second.
   *
   * @param client undefined for one that has no client id of its own.
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

  /**
   * To be asked for each PUBLISH that comes in. One that is not admitted is dropped without a word.
   *
   * @param operation undefined for what is no request to the Jobs service.
   */
  admitPublish(connection: number, operation: Operation | undefined, nowUs: number): boolean {
    if (this.#publishes.take(connection, nowUs)) return true
    this.#dropped += 1
    if (operation !== undefined) this.#lostRequests[operation] += 1
    return false
  }

  /** To be asked for each PUBLISH that goes out: it counts with those that come in, and is dropped as they are. */
  admitDelivery(connection: number, nowUs: number): boolean {
    if (this.#publishes.take(connection, nowUs)) return true
    this.#dropped += 1
    return false
  }
}
