import type { ServiceLedger } from '../protocol/admin.ts'
import { thingsInShard } from '../scenario/arrivals.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Fleet } from '../thing/fleet.ts'
import type { Meter, ThingBook } from '../thing/ports.ts'
import { TimeLine } from './time-line.ts'
import { VirtualNetwork, type VirtualService, type VirtualServiceSink } from './virtual-network.ts'

export interface VirtualRunSettings {
  readonly scenario: Scenario
  /** The fleet is split as in a run with so many workers; all of them share this thread. */
  readonly shards: number
  /** From a thing to the service, and the same back. Whole microseconds. */
  readonly oneWayUs: number
  /** Things are indexes of the whole fleet. */
  readonly openService: (sink: VirtualServiceSink) => VirtualService
  readonly meterOf: (shard: number) => Meter
  readonly bookOf: (shard: number, size: number) => ThingBook
}

export interface VirtualResult {
  /** Deliveries and timers taken from the queues. */
  readonly events: number
  /** T0, when every thing was ready or the limit had passed. */
  readonly t0Us: number
  readonly endUs: number
  readonly neverConnected: number
  /** The drain time ended it, with work in hand. */
  readonly cutOff: boolean
  readonly mostUnderWay: number
  readonly ledger: ServiceLedger
}

/**
 * One run in virtual time: the same fleets, plan and service as in real time, on a clock that jumps
 * from event to event. At one time the service's deadlines come first, then deliveries (by thing, then
 * in order), then the things' timers by shard, then what the plan brings.
 */
export class VirtualRun {
  readonly #scenario: Scenario
  readonly #fleets: Fleet[] = []
  readonly #network: VirtualNetwork
  readonly #line: TimeLine

  constructor(settings: VirtualRunSettings) {
    const { scenario, shards, openService, oneWayUs } = settings
    this.#scenario = scenario
    this.#network = new VirtualNetwork(scenario, this.#fleets, openService, oneWayUs, shards)
    for (let shard = 0; shard < shards; shard++) {
      const size = thingsInShard(scenario.fleet.things, shard, shards)
      const book = settings.bookOf(shard, size)
      const effects = this.#network.effects(shard)
      const meter = settings.meterOf(shard)
      this.#fleets.push(new Fleet({ scenario, shard, shards }, effects, meter, book))
    }
    this.#line = new TimeLine(scenario, this.#fleets, () => this.#network.begin())
  }

  /** To the end. Once. */
  run(): VirtualResult {
    const line = this.#line
    let nowUs = 0
    let events = 0
    for (;;) {
      events += this.#doAt(nowUs)
      if (nowUs >= line.nextUs || line.isWatching) line.act(nowUs)
      if (line.isOver) break
      nowUs = Math.max(nowUs, this.#nextUs())
    }
    const cutOff = line.busy > 0
    for (const fleet of this.#fleets) fleet.finish(nowUs)
    return {
      events,
      t0Us: line.t0Us,
      endUs: nowUs,
      neverConnected: this.#scenario.fleet.things - line.ready,
      cutOff,
      mostUnderWay: this.#network.mostUnderWay,
      ledger: this.#network.service.ledger(),
    }
  }

  /** @returns how many deliveries and timers it was. */
  #doAt(nowUs: number): number {
    let events = this.#network.advance(nowUs)
    for (const fleet of this.#fleets) events += fleet.advance(nowUs)
    return events
  }

  #nextUs(): number {
    let nextUs = Math.min(this.#line.nextUs, this.#network.nextUs)
    for (const fleet of this.#fleets) nextUs = Math.min(nextUs, fleet.nextUs() ?? nextUs)
    return nextUs
  }
}
