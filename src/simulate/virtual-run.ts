import type { ServiceLedger } from '../protocol/admin.ts'
import { thingsInShard } from '../scenario/arrivals.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Fleet } from '../thing/fleet.ts'
import type { FleetTrace, Meter, ThingBook } from '../thing/ports.ts'
import { Standstill } from './standstill.ts'
import { TimeLine } from './time-line.ts'
import { VirtualNetwork } from './virtual-network.ts'
import type { VirtualService, VirtualServiceSink } from './virtual-service.ts'

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
  /** Who is told what single things do; nobody unless given. */
  readonly traceOf?: ((shard: number, size: number) => FleetTrace | undefined) | undefined
  readonly observer?: VirtualObserver | undefined
}

/** Who wants to know how far time has come, to cut it into intervals. */
export interface VirtualObserver {
  /** When `reach` is next wanted. */
  readonly nextUs: number
  /** The run is to end where it stands. */
  readonly isOver: boolean
  /** Called before anything that happens at this time. */
  reach(nowUs: number): void
  /** T0, before the first start. */
  begin(nowUs: number): void
  /** No more starts come. */
  drain(nowUs: number): void
}

export interface VirtualResult {
  /** Deliveries and timers taken from the queues. */
  readonly events: number
  /** T0, when every thing was ready or the limit had passed. */
  readonly t0Us: number
  readonly endUs: number
  /** When the last answer reached its thing; 0 without any. */
  readonly lastAnswerUs: number
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
  readonly #observer: VirtualObserver | undefined
  #nowUs = 0
  /** When the first timer of a thing is due, as of the last step. */
  #fleetsUs = Number.POSITIVE_INFINITY
  #events = 0
  #isDraining = false
  readonly #standstill: Standstill

  constructor(settings: VirtualRunSettings) {
    const { scenario, shards, openService, oneWayUs, observer } = settings
    this.#scenario = scenario
    this.#observer = observer
    this.#network = new VirtualNetwork(scenario, this.#fleets, openService, oneWayUs, shards)
    for (let shard = 0; shard < shards; shard++) {
      const size = thingsInShard(scenario.fleet.things, shard, shards)
      const book = settings.bookOf(shard, size)
      const effects = this.#network.effects(shard)
      const meter = settings.meterOf(shard)
      const trace = settings.traceOf?.(shard, size)
      this.#fleets.push(new Fleet({ scenario, shard, shards }, effects, meter, book, trace))
    }
    this.#standstill = new Standstill(scenario, this.#fleets, this.#network)
    const openExecutions = () => this.#network.openExecutions
    const begin = () => {
      this.#standstill.begin(this.#line.t0Us)
      observer?.begin(this.#line.t0Us)
      this.#network.begin()
    }
    const cannotEnd = (nowUs: number) => this.#standstill.isReached(nowUs)
    this.#line = new TimeLine(scenario, this.#fleets, openExecutions, begin, cannotEnd)
  }

  get events(): number {
    return this.#events
  }

  get nowUs(): number {
    return this.#nowUs
  }

  /** Infinity before it has come. */
  get t0Us(): number {
    return this.#line.t0Us
  }

  get fleets(): readonly Fleet[] {
    return this.#fleets
  }

  /** Since when nothing could change any more, although executions were open; undefined if never. */
  get stillAtUs(): number | undefined {
    return this.#standstill.atUs
  }

  /** To the end. Once. */
  run(): VirtualResult {
    while (this.goOn(Number.POSITIVE_INFINITY)) {}
    return this.end()
  }

  /** Goes on for so many points in time. @returns whether there is more to come. */
  goOn(steps: number): boolean {
    const line = this.#line
    const observer = this.#observer
    for (let step = 0; step < steps && !line.isOver; step++) {
      const nowUs = this.#nowUs
      if (observer !== undefined && nowUs >= observer.nextUs) {
        observer.reach(nowUs)
        if (observer.isOver) return false
      }
      const isDue = nowUs >= line.nextUs
      this.#events += this.#network.advance(nowUs)
      // A timer that has come with a delivery and is due at once waits for the next step, at the same time.
      if (isDue || this.#fleetsUs <= nowUs) this.#advanceFleets(nowUs)
      if (isDue || (line.isWatching && !this.#goesOn(nowUs))) this.#act(nowUs)
      if (!line.isOver) this.#moveOn(nowUs)
    }
    return !line.isOver
  }

  /** The end, wherever it stands. Once. */
  end(): VirtualResult {
    const line = this.#line
    const endUs = this.#nowUs
    const cutOff = line.busy > 0
    for (const fleet of this.#fleets) fleet.finish(endUs)
    return {
      events: this.#events,
      t0Us: line.t0Us,
      endUs,
      lastAnswerUs: this.#network.lastAnswerUs,
      neverConnected: this.#scenario.fleet.things - line.ready,
      cutOff,
      mostUnderWay: this.#network.mostUnderWay,
      ledger: this.#network.service.ledger(),
    }
  }

  #act(nowUs: number): void {
    this.#line.act(nowUs)
    if (this.#isDraining || nowUs < this.#line.drainsFromUs) return
    this.#isDraining = true
    this.#observer?.drain(nowUs)
  }

  /** Whether a rollout is not over, which the usual event says by itself. */
  #goesOn(nowUs: number): boolean {
    if (!this.#line.isRollingOut || this.#network.openExecutions === 0) return false
    return this.#standstill.isFar(nowUs)
  }

  #advanceFleets(nowUs: number): void {
    for (const fleet of this.#fleets)
      if (fleet.nextUs() <= nowUs) this.#events += fleet.advance(nowUs)
  }

  /** To the next point in time at which there is something to do. */
  #moveOn(nowUs: number): void {
    const fleets = this.#fleets
    let fleetsUs = (fleets[0] as Fleet).nextUs()
    for (let shard = 1; shard < fleets.length; shard++) {
      const fleetUs = (fleets[shard] as Fleet).nextUs()
      if (fleetUs < fleetsUs) fleetsUs = fleetUs
    }
    this.#fleetsUs = fleetsUs
    const networkUs = this.#network.nextUs
    const lineUs = this.#line.nextUs
    let nextUs = lineUs < fleetsUs ? lineUs : fleetsUs
    if (networkUs < nextUs) nextUs = networkUs
    this.#nowUs = nextUs > nowUs ? nextUs : nowUs
  }
}
