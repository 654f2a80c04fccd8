import type { ServiceLedger } from '../protocol/admin.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { ShardStarts } from '../scenario/starts.ts'
import { Fleet } from '../thing/fleet.ts'
import type { Meter, ThingBook } from '../thing/ports.ts'
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

const NEVER = Number.POSITIVE_INFINITY

/**
 * One run in virtual time: the same fleets, plan and service as in real time, on a clock that jumps
 * from event to event. At one time the service's deadlines come first, then deliveries (by thing, then
 * in order), then the things' timers by shard, then what the plan brings.
 */
export class VirtualRun {
  readonly #scenario: Scenario
  readonly #fleets: Fleet[] = []
  readonly #network: VirtualNetwork
  readonly #starts: ShardStarts[] = []
  readonly #startUs: Float64Array
  #nowUs = 0
  #events = 0
  #connected = 0
  #t0Us = NEVER
  #loadEndsUs = NEVER
  #drainEndsUs = NEVER

  constructor(settings: VirtualRunSettings) {
    const { scenario, shards, openService, oneWayUs } = settings
    this.#scenario = scenario
    this.#network = new VirtualNetwork(scenario, this.#fleets, openService, oneWayUs, shards)
    for (let shard = 0; shard < shards; shard++) {
      const size = Math.floor((scenario.fleet.things + shards - 1 - shard) / shards)
      const book = settings.bookOf(shard, size)
      const effects = this.#network.effects(shard)
      this.#fleets.push(
        new Fleet({ scenario, shard, shards }, effects, settings.meterOf(shard), book),
      )
    }
    this.#startUs = new Float64Array(shards).fill(NEVER)
  }

  run(): VirtualResult {
    let nextUs = 0
    while (nextUs < NEVER) {
      this.#moveTo(nextUs)
      if (this.#isOver()) break
      nextUs = this.#nextUs()
    }
    const cutOff = this.#busy() > 0
    for (const fleet of this.#fleets) fleet.finish(this.#nowUs)
    return {
      events: this.#events,
      t0Us: this.#t0Us,
      endUs: this.#nowUs,
      neverConnected: this.#scenario.fleet.things - this.#ready(),
      cutOff,
      mostUnderWay: this.#network.queue.mostUnderWay,
      ledger: this.#network.service.ledger(),
    }
  }

  #moveTo(nowUs: number): void {
    this.#nowUs = nowUs
    this.#network.moveTo(nowUs)
    while (this.#network.deliver()) this.#events += 1
    for (const fleet of this.#fleets) {
      const fleetUs = fleet.nextUs()
      if (fleetUs !== undefined && fleetUs <= nowUs) this.#events += fleet.advance(nowUs)
    }
    if (this.#connected < this.#scenario.fleet.things) this.#connectDue()
    if (this.#t0Us === NEVER) this.#beginWhenReady()
    if (this.#t0Us < NEVER && this.#drainEndsUs === NEVER) this.#load()
  }

  #nextUs(): number {
    let nextUs = Math.min(this.#network.queue.nextUs, this.#network.service.nextUs() ?? NEVER)
    for (const fleet of this.#fleets) nextUs = Math.min(nextUs, fleet.nextUs() ?? NEVER)
    return Math.max(this.#nowUs, Math.min(nextUs, this.#nextOfPlan()))
  }

  /** What the time line has in store next. */
  #nextOfPlan(): number {
    if (this.#drainEndsUs < NEVER) return this.#drainEndsUs
    const { things, connect } = this.#scenario.fleet
    const connectUs = this.#connected < things ? this.#connectDueUs() : NEVER
    if (this.#t0Us === NEVER) return Math.min(connectUs, connect.limitUs)
    let nextUs = Math.min(connectUs, this.#loadEndsUs)
    for (const startUs of this.#startUs) nextUs = Math.min(nextUs, startUs)
    return nextUs
  }

  /** The fleet connects in the order of its things, whatever the number of shards. */
  #connectDue(): void {
    for (; this.#connected < this.#scenario.fleet.things; this.#connected++) {
      const dueUs = this.#connectDueUs()
      if (dueUs > this.#nowUs) return
      const fleet = this.#fleets[this.#connected % this.#fleets.length] as Fleet
      fleet.connect(fleet.slotOf(this.#connected), dueUs, this.#nowUs)
    }
  }

  #connectDueUs(): number {
    return Math.round((this.#connected * 1e6) / this.#scenario.fleet.connect.ratePerSecond)
  }

  #beginWhenReady(): void {
    const { things, connect } = this.#scenario.fleet
    if (this.#ready() < things && this.#nowUs < connect.limitUs) return
    const { load } = this.#scenario
    this.#t0Us = this.#nowUs
    this.#network.begin()
    for (const fleet of this.#fleets) fleet.begin(this.#nowUs)
    switch (load.kind) {
      case 'arrivals':
        this.#loadEndsUs = load.phases.reduce((sum, { durationUs }) => sum + durationUs, this.#t0Us)
        this.#planStarts(load.phases)
        break
      case 'loop':
        this.#loadEndsUs = this.#t0Us + load.forUs
        break
      case 'rollout':
        this.#loadEndsUs = this.#t0Us + load.limitUs
    }
  }

  #planStarts(phases: ConstructorParameters<typeof ShardStarts>[0]): void {
    const { things } = this.#scenario.fleet
    for (let shard = 0; shard < this.#fleets.length; shard++) {
      const starts = new ShardStarts(phases, things, shard, this.#fleets.length)
      this.#starts.push(starts)
      this.#startUs[shard] = starts.next() ? this.#t0Us + starts.dueUs : NEVER
    }
  }

  /** Releases the starts that are due, and ends the load when there is no more of it. */
  #load(): void {
    for (let shard = 0; shard < this.#starts.length; shard++) {
      const starts = this.#starts[shard] as ShardStarts
      const fleet = this.#fleets[shard] as Fleet
      while ((this.#startUs[shard] as number) <= this.#nowUs) {
        fleet.start(fleet.slotOf(starts.thing), this.#startUs[shard] as number, this.#nowUs)
        this.#startUs[shard] = starts.next() ? this.#t0Us + starts.dueUs : NEVER
      }
    }
    if (this.#nowUs >= this.#loadEndsUs || this.#isRolledOut()) this.#drain()
  }

  #isRolledOut(): boolean {
    const { load, jobs, fleet } = this.#scenario
    if (load.kind !== 'rollout') return false
    const executions = jobs.reduce((sum, { perThing }) => sum + perThing, 0) * fleet.things
    let ended = 0
    for (const shard of this.#fleets) ended += shard.ended
    return ended >= executions
  }

  #drain(): void {
    this.#drainEndsUs = this.#nowUs + this.#scenario.load.drainUs
    for (const fleet of this.#fleets) fleet.drain()
  }

  #isOver(): boolean {
    if (this.#drainEndsUs === NEVER) return false
    return this.#nowUs >= this.#drainEndsUs || this.#busy() === 0
  }

  #busy(): number {
    let busy = 0
    for (const fleet of this.#fleets) busy += fleet.busy
    return busy
  }

  #ready(): number {
    let ready = 0
    for (const fleet of this.#fleets) ready += fleet.ready
    return ready
  }
}
