import {
  type JobsNotification,
  type JobsRequest,
  OPERATIONS,
  type Operation,
  operationAt,
  type Rejected,
  type Reply,
} from '../protocol/jobs.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Fleet } from '../thing/fleet.ts'
import type { FleetEffects } from '../thing/ports.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { BYTES, ThingWays, Way, WORDS } from './thing-ways.ts'
import type { VirtualService, VirtualServiceSink } from './virtual-service.ts'

/** The kinds of deliveries. Requests and the openings of sockets have one for each operation. */
const Kind = {
  handshaken: 0,
  subscribed: 1,
  answer: 2,
  notification: 3,
  dropped: 4,
  /** An HTTP thing may send. */
  ready: 5,
  /** A CONNECT or a SUBSCRIBE reaches the service. */
  connect: 6,
  subscribe: 7,
  request: 8,
  opened: 16,
} as const
/** The operation within its kind. */
const OPERATION_BITS = 7

/** CONNACK 0x97. */
const QUOTA_EXCEEDED = 'connack-151'

const INTERNAL_ERROR: Rejected = {
  kind: 'rejected',
  code: 'InternalError',
  message: 'An internal error occurred in the service',
}

/**
 * The way between the fleets and the service in virtual time: what `transport` and the fronts of the
 * stand-in are in real time, with the same order of things (a request's fate is drawn on arrival, its
 * notifications leave after its answer). Every leg takes the same time.
 */
export class VirtualNetwork implements VirtualServiceSink {
  readonly #queue: DeliveryQueue
  /** By shard. */
  readonly #fleets: readonly Fleet[]
  readonly #service: VirtualService
  readonly #oneWayUs: number = 0
  readonly #shards: number = 0
  readonly #ways: ThingWays
  /** Things with a notification to come from the service call that runs. */
  readonly #news: number[] = []
  #newsCount = 0
  #nowUs = 0
  /** When the service wants to be called, as of its last call. */
  #serviceUs = Number.POSITIVE_INFINITY
  /** When the last answer reached its thing. */
  lastAnswerUs = 0
  /** Requests and notifications on their way. */
  newsUnderWay = 0
  /** Executions that the service has open or is still to make, as of its last call. */
  openExecutions = 0

  constructor(
    scenario: Scenario,
    fleets: readonly Fleet[],
    openService: (sink: VirtualServiceSink) => VirtualService,
    oneWayUs: number,
    shards: number,
  ) {
    this.#fleets = fleets
    this.#oneWayUs = oneWayUs
    this.#queue = new DeliveryQueue(oneWayUs)
    this.#shards = shards
    this.#ways = new ThingWays(scenario)
    this.#service = openService(this)
    this.#hearService()
  }

  get service(): VirtualService {
    return this.#service
  }

  /** What one fleet may do. The fleets themselves are put into their list afterwards. */
  effects(shard: number): FleetEffects {
    const shards = this.#shards
    return {
      connect: (slot) => this.#connect(shard + slot * shards),
      subscribe: (slot) => this.#add(this.#oneWayUs, shard + slot * shards, Kind.subscribe),
      send: (slot, operation, token, request) =>
        this.#send(shard + slot * shards, operation, token, request),
      cancel: (slot) => this.#cancel(shard + slot * shards),
      close: (slot) => this.#close(shard + slot * shards),
    }
  }

  /** When `advance` has something to do: perhaps too early, never too late. */
  get nextUs(): number {
    const queueUs = this.#queue.nextUs
    return this.#serviceUs < queueUs ? this.#serviceUs : queueUs
  }

  /** The largest number of deliveries that were under way at once. */
  get mostUnderWay(): number {
    return this.#queue.mostUnderWay
  }

  /**
   * Lets time go on to now. The service's own deadlines come before anything that arrives now.
   *
   * @returns how many deliveries were made.
   */
  advance(nowUs: number): number {
    this.#nowUs = nowUs
    if (this.#serviceUs <= nowUs) this.#catchUp()
    let deliveries = 0
    for (; this.#queue.nextUs <= nowUs && this.#queue.take(nowUs); deliveries++) this.#deliver()
    return deliveries
  }

  /** T0. */
  begin(): void {
    this.#service.begin(this.#nowUs)
    this.#catchUp()
  }

  #catchUp(): void {
    this.#service.advance(this.#nowUs)
    this.#publish(0)
    this.#hearService()
  }

  #hearService(): void {
    this.#serviceUs = this.#service.nextUs
    this.openExecutions = this.#service.openExecutions()
  }

  #deliver(): void {
    const { thing, token, kind, payload, connection } = this.#queue
    if (isNews(kind)) this.newsUnderWay -= 1
    if (kind >= Kind.request && kind < Kind.opened) {
      // What was written before the connection went arrives all the same.
      this.#arrive(thing, kind, token, connection, payload as JobsRequest)
    } else if (connection === this.#ways.connection[thing * WORDS]) {
      this.#tell(thing, kind, token, payload)
    }
  }

  notify(): void {}

  notifyNext(thing: number): void {
    if (this.#ways.subscribed[thing * BYTES] === 1 && this.#ways.hearsNext[thing * BYTES] === 1)
      this.#news[this.#newsCount++] = thing
  }

  #tell(thing: number, kind: number, token: number, payload: unknown): void {
    const nowUs = this.#nowUs
    const fleet = this.#fleets[thing % this.#shards] as Fleet
    const slot = Math.floor(thing / this.#shards)
    switch (kind) {
      case Kind.answer:
        if (this.#isAboveRate(thing)) break
        this.lastAnswerUs = nowUs
        fleet.answered(slot, token, payload as Reply, nowUs)
        break
      case Kind.notification:
        if (this.#isAboveRate(thing)) break
        fleet.notified(slot, payload as JobsNotification, nowUs)
        break
      case Kind.connect:
        this.#connectArrives(thing)
        break
      case Kind.handshaken:
        this.#handshaken(thing, slot, fleet, token === 1)
        break
      case Kind.subscribe: {
        const admitted = this.#service.broker.admitSubscribe(
          this.#ways.filters[thing * BYTES] as number,
          nowUs,
        )
        this.#add(this.#oneWayUs, thing, Kind.subscribed, Number(admitted))
        break
      }
      case Kind.ready:
        fleet.connected(slot, nowUs)
        break
      case Kind.subscribed:
        this.#subscribedAt(thing, slot, fleet, token === 1)
        break
      case Kind.dropped:
        this.#close(thing)
        fleet.dropped(slot, 'closed', nowUs)
        break
      default:
        this.#ways.way[thing * BYTES] = Way.open
        fleet.handshake(slot, this.#ways.beganUs[thing] as number, nowUs, undefined)
        this.#write(thing, slot, fleet, kind & OPERATION_BITS, token, payload as JobsRequest)
    }
  }

  /** What comes to a thing on MQTT counted when it left the service; what was above the rate never came. */
  #isAboveRate(thing: number): boolean {
    if (this.#ways.isHttp[thing * BYTES] === 1) return false
    return !this.#service.broker.admitDelivery(thing, this.#nowUs - this.#oneWayUs)
  }

  #connectArrives(thing: number): void {
    const admitted = this.#service.broker.admitConnect(thing, this.#nowUs) === 'admitted'
    if (admitted) this.#service.broker.connections.restart(thing)
    this.#add(this.#oneWayUs, thing, Kind.handshaken, Number(admitted))
  }

  /** An account or a client over its quota closes the connection without a word to a client of MQTT 3.1.1, and
   *  names the quota to one of MQTT 5 (as the stand-in's MQTT front does). */
  #handshaken(thing: number, slot: number, fleet: Fleet, admitted: boolean): void {
    const beganUs = this.#ways.beganUs[thing] as number
    if (admitted) {
      this.#ways.way[thing * BYTES] = Way.open
      fleet.handshake(slot, beganUs, this.#nowUs, undefined)
      fleet.connected(slot, this.#nowUs)
      return
    }
    const cause = this.#ways.isMqtt5[thing * BYTES] === 1 ? QUOTA_EXCEEDED : 'closed'
    this.#close(thing)
    fleet.handshake(slot, beganUs, this.#nowUs, cause)
    fleet.dropped(slot, cause, this.#nowUs)
  }

  #subscribedAt(thing: number, slot: number, fleet: Fleet, admitted: boolean): void {
    const filters = this.#ways.filters[thing * BYTES] as number
    this.#ways.subscribed[thing * BYTES] = Number(admitted)
    fleet.subscribed(slot, admitted ? filters : 0, admitted ? 0 : filters, this.#nowUs)
  }

  /** A request reaches the service. */
  #arrive(
    thing: number,
    kind: number,
    token: number,
    connection: number,
    request: JobsRequest,
  ): void {
    const nowUs = this.#nowUs
    const operation = OPERATIONS[kind & OPERATION_BITS] as Operation
    if (
      this.#ways.isHttp[thing * BYTES] === 0 &&
      !this.#service.broker.admitPublish(thing, operation, nowUs)
    )
      return
    // Read before the service is called again: it has only one such object.
    const { delayUs, requestLost, replyLost, duplicated, connectionLost, internalError } =
      this.#service.fate(thing, operation, nowUs)
    if (requestLost) return
    const reply = internalError
      ? this.#service.refuse(operation, INTERNAL_ERROR, nowUs)
      : this.#service.handle(thing, operation, request, nowUs)
    const afterUs = delayUs + this.#oneWayUs
    if (connectionLost)
      this.#queue.add(nowUs, afterUs, thing, Kind.dropped, connection, 0, undefined)
    else if (!replyLost) {
      this.#queue.add(nowUs, afterUs, thing, Kind.answer, connection, token, reply)
      if (duplicated) this.#queue.add(nowUs, afterUs, thing, Kind.answer, connection, token, reply)
    }
    this.#publish(delayUs)
    // What is refused changes nothing.
    if (reply.kind === 'accepted') this.#hearService()
  }

  /** Sends the notifications that the last call of the service has asked for, after its answer. */
  #publish(delayUs: number): void {
    if (this.#newsCount === 0) return
    for (let at = 0; at < this.#newsCount; at++) {
      const thing = this.#news[at] as number
      const delayedUs = this.#service.notificationDelayUs(thing, this.#nowUs)
      this.newsUnderWay += 1
      this.#add(
        delayUs + delayedUs + this.#oneWayUs,
        thing,
        Kind.notification,
        0,
        this.#service.notifyNextOf(thing, this.#nowUs),
      )
    }
    this.#newsCount = 0
  }

  /** HTTP opens its socket with the first request. */
  #connect(thing: number): void {
    this.#ways.connection[thing * WORDS] = (this.#ways.connection[thing * WORDS] as number) + 1
    this.#ways.beganUs[thing] = this.#nowUs
    if (this.#ways.isHttp[thing * BYTES] === 1) this.#add(0, thing, Kind.ready)
    else this.#add(this.#oneWayUs, thing, Kind.connect)
  }

  #send(thing: number, operation: Operation, token: number, request: JobsRequest): void {
    const at = operationAt(operation)
    if (this.#ways.isHttp[thing * BYTES] === 1 && this.#ways.way[thing * BYTES] !== Way.open) {
      this.#ways.beganUs[thing] = this.#nowUs
      this.#add(2 * this.#oneWayUs, thing, Kind.opened + at, token, request)
      return
    }
    const fleet = this.#fleets[thing % this.#shards] as Fleet
    this.#write(thing, Math.floor(thing / this.#shards), fleet, at, token, request)
  }

  #write(
    thing: number,
    slot: number,
    fleet: Fleet,
    operationAt: number,
    token: number,
    request: JobsRequest,
  ): void {
    this.newsUnderWay += 1
    this.#add(this.#oneWayUs, thing, Kind.request + operationAt, token, request)
    fleet.sent(slot, token, this.#nowUs)
  }

  /** Over HTTP the way is blocked by the answer that is awaited, so the socket is given up. */
  #cancel(thing: number): void {
    if (this.#ways.isHttp[thing * BYTES] === 0) return
    this.#ways.connection[thing * WORDS] = (this.#ways.connection[thing * WORDS] as number) + 1
    this.#ways.way[thing * BYTES] = Way.closed
  }

  #close(thing: number): void {
    this.#ways.connection[thing * WORDS] = (this.#ways.connection[thing * WORDS] as number) + 1
    this.#ways.way[thing * BYTES] = Way.closed
    this.#ways.subscribed[thing * BYTES] = 0
  }

  #add(afterUs: number, thing: number, kind: number, token = 0, payload?: unknown): void {
    const connection = this.#ways.connection[thing * WORDS] as number
    this.#queue.add(this.#nowUs, afterUs, thing, kind, connection, token, payload)
  }
}

/** What may change something at its end, unlike answers, which end what is open anyway. */
function isNews(kind: number): boolean {
  return kind === Kind.notification || (kind >= Kind.request && kind < Kind.opened)
}
