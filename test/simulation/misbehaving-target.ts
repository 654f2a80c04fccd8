import FlatQueue from 'flatqueue'
import { ShardMeter } from '../../src/metrics/shard-meter.ts'
import type { Accepted, Operation, Reply } from '../../src/protocol/jobs.ts'
import { loadDriver } from '../../src/run/load-driver.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { Fleet } from '../../src/thing/fleet.ts'
import type { FleetEffects } from '../../src/thing/ports.ts'

/** What the target did, by its own count. */
interface TargetCounts {
  /** Requests whose bytes arrived, by operation. */
  readonly received: Record<Operation, number>
  /** Answers that reached the fleet, whatever they were worth. */
  delivered: number
  resets: number
}

/**
 * A fleet in virtual time against a target that does everything wrong, by seed: answers that come
 * late, twice, for nobody, malformed or not at all, refusals, connections that are refused, reset, and
 * reset before a request has left. It keeps its own counts.
 */
export class MisbehavingTarget implements FleetEffects {
  readonly meter = new ShardMeter()
  readonly counts: TargetCounts = {
    received: { 'start-next': 0, update: 0, describe: 0, 'get-pending': 0 },
    delivered: 0,
    resets: 0,
  }
  readonly #scenario: Scenario
  readonly #fleet: Fleet
  readonly #events = new FlatQueue<() => void>()
  readonly #random: () => number
  /** Counts up with every connection and its end: what was meant for an older one is gone with it. */
  readonly #generation: Uint32Array
  #nowUs = 0
  #executions = 0

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario
    this.#random = randomOf(seed)
    this.#generation = new Uint32Array(scenario.fleet.things)
    const book = { began() {}, settled() {}, doubtful() {} }
    this.#fleet = new Fleet({ scenario, shard: 0, shards: 1 }, this, this.meter, book)
  }

  /** The whole load, and the drain. */
  run(): void {
    const fleet = this.#fleet
    const load = loadDriver({ scenario: this.#scenario, shard: 0, shards: 1 }, fleet)
    for (let slot = 0; slot < fleet.size; slot++) fleet.connect(slot, 0, 0)
    const t0Us = 1_000_000
    let endUs = Number.POSITIVE_INFINITY
    for (;;) {
      const loadUs = endUs === Number.POSITIVE_INFINITY ? load.nextUs(t0Us) : endUs
      const nextUs = Math.min(this.#events.peekValue() ?? loadUs, fleet.nextUs(), loadUs)
      this.#nowUs = Math.max(this.#nowUs, nextUs)
      while ((this.#events.peekValue() ?? Number.POSITIVE_INFINITY) <= this.#nowUs) {
        this.#events.pop()?.()
      }
      fleet.advance(this.#nowUs)
      if (this.#nowUs < t0Us) continue
      if (endUs === Number.POSITIVE_INFINITY) {
        load.release(t0Us, this.#nowUs)
        if (!load.isOver(t0Us, this.#nowUs)) continue
        fleet.drain()
        endUs = this.#nowUs + this.#scenario.load.drainUs
      }
      if (this.#nowUs >= endUs || fleet.busy + fleet.openRequests === 0) break
    }
    fleet.finish(this.#nowUs)
  }

  connect(slot: number): void {
    const beganUs = this.#nowUs
    const generation = this.#renew(slot)
    this.#after(this.#between(500, 20_000), slot, generation, () => {
      const refused = this.#chance(0.05)
      this.#fleet.handshake(slot, beganUs, this.#nowUs, refused ? 'ECONNREFUSED' : undefined)
      if (refused) this.#drop(slot, 'ECONNREFUSED')
      else this.#fleet.connected(slot, this.#nowUs)
    })
  }

  subscribe(slot: number): void {
    this.#after(this.#between(500, 5_000), slot, this.#generation[slot] ?? 0, () => {
      if (this.#chance(0.02)) this.#drop(slot, 'ECONNRESET')
      else this.#fleet.subscribed(slot, 1, 0, this.#nowUs)
    })
  }

  send(slot: number, operation: Operation, token: number): void {
    const generation = this.#generation[slot] ?? 0
    const reset = (us: number) => {
      this.#after(us, slot, generation, () => this.#drop(slot, 'ECONNRESET'))
    }
    const answer = (us: number, named: number | undefined, reply: Reply) => {
      this.#after(us, slot, generation, () => {
        this.counts.delivered += 1
        this.#fleet.answered(slot, named, reply, this.#nowUs)
      })
    }
    // The connection breaks with the request still in a buffer of ours.
    if (this.#chance(0.01)) {
      reset(this.#between(1, 1_000))
      return
    }
    this.counts.received[operation] += 1
    this.#fleet.sent(slot, token, this.#nowUs)
    const soonUs = this.#between(1_000, 200_000)
    const lateUs = this.#scenario.behaviour.requestTimeoutUs + this.#between(0, 3_000_000)
    const accept = (us: number, named: number | undefined) =>
      answer(us, named, this.#accepted(operation))
    const fates: readonly (readonly [upTo: number, act: () => void])[] = [
      [0.05, () => {}],
      [0.08, () => reset(soonUs)],
      [0.13, () => accept(lateUs, token)],
      [0.17, () => answer(soonUs, token, rejected('Malformed'))],
      [0.23, () => answer(soonUs, token, rejected('RequestThrottled'))],
      [0.25, () => answer(soonUs, token, rejected('InternalError'))],
      [
        0.29,
        () =>
          both(
            () => accept(soonUs, token),
            () => accept(soonUs + lateUs / 2, token),
          ),
      ],
      [
        0.32,
        () =>
          both(
            () => accept(soonUs, undefined),
            () => accept(soonUs, token),
          ),
      ],
      [
        0.34,
        () =>
          both(
            () => accept(soonUs, token + 1_000_000),
            () => accept(soonUs, token),
          ),
      ],
      [1, () => accept(soonUs, token)],
    ]
    const dice = this.#random()
    fates.find(([upTo]) => dice < upTo)?.[1]()
  }

  cancel(): void {
    // This service answers all the same, where the connection allows it.
  }

  close(slot: number): void {
    this.#renew(slot)
  }

  #accepted(operation: Operation): Accepted {
    if (operation !== 'start-next' || this.#chance(0.05)) return { kind: 'accepted' }
    this.#executions += 1
    const execution = {
      jobId: `job-${this.#executions}`,
      status: 'IN_PROGRESS' as const,
      queuedAt: 1,
      lastUpdatedAt: 1,
      versionNumber: 1,
      executionNumber: 1,
    }
    return { kind: 'accepted', execution }
  }

  #drop(slot: number, cause: string): void {
    this.#renew(slot)
    this.counts.resets += 1
    this.#fleet.dropped(slot, cause, this.#nowUs)
  }

  #renew(slot: number): number {
    const generation = (this.#generation[slot] ?? 0) + 1
    this.#generation[slot] = generation
    return generation
  }

  #after(us: number, slot: number, generation: number, act: () => void): void {
    this.#events.push(() => {
      if (this.#generation[slot] === generation) act()
    }, this.#nowUs + Math.round(us))
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #between(low: number, high: number): number {
    return low + this.#random() * (high - low)
  }
}

function both(first: () => void, second: () => void): void {
  first()
  second()
}

function rejected(code: string): Reply {
  return { kind: 'rejected', code, message: 'by seed' }
}

/** Mulberry32: small, seeded, and nothing of the project's own. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
