import {
  allAskInVain,
  askBlockade,
  type Blockade,
  blockades,
  connectBlockade,
} from '../scenario/blockades.ts'
import { mixRowOf } from '../scenario/mix.ts'
import { answerBlockade } from '../scenario/narrow-connections.ts'
import type { MixRow, Scenario } from '../scenario/scenario.ts'
import type { Fleet } from '../thing/fleet.ts'
import type { VirtualNetwork } from './virtual-network.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * Finds out, exactly, that no open execution of a rollout can ever end: no timer, rollout or retry of
 * the service is to come, no notification is under way, and no thing that could do something about its
 * execution has it in hand, polls, or comes back to ask. Polls and attempts to connect that can change
 * nothing go on for ever and do not count. What it does not see: things that ask again
 * and again without ever getting an answer, and set a step timer anew each time.
 *
 * It is asked after each event, so it remembers one thing that may still change something, and looks
 * at the others only once that one cannot.
 */
export class Standstill {
  readonly #scenario: Scenario
  readonly #fleets: readonly Fleet[]
  readonly #network: VirtualNetwork
  /** From T0 on; after `begin` from the beginning of time. */
  #requestsBlockedUs: number
  #answersBlockedUs: number
  /** As in `answerBlockade`. */
  readonly #longestUs: number
  /** Rows of things that no answer ever reaches. */
  readonly #unheard: ReadonlySet<MixRow>
  #witness = 0
  /** Since when; undefined: not so far. */
  atUs: number | undefined

  constructor(scenario: Scenario, fleets: readonly Fleet[], network: VirtualNetwork) {
    this.#scenario = scenario
    this.#fleets = fleets
    this.#network = network
    const all = blockades(scenario)
    const longestUs = network.service.longestDelayUs
    this.#longestUs = longestUs
    const isUnheard = (row: MixRow) => answerBlockade(scenario, row, longestUs) !== undefined
    this.#unheard = new Set(scenario.fleet.mix.filter(isUnheard))
    this.#requestsBlockedUs = allAskInVain(scenario, longestUs) ? 0 : firstOf(all, 'requests')
    // An answer that left before still arrives; nobody waits for one longer than this.
    this.#answersBlockedUs = firstOf(all, 'answers') + scenario.behaviour.requestTimeoutUs
  }

  /** T0. Once, before anything is asked. */
  begin(t0Us: number): void {
    this.#requestsBlockedUs += t0Us
    this.#answersBlockedUs += t0Us
  }

  /** When things have all begun to connect and executions are open. */
  isReached(nowUs: number): boolean {
    if (this.isFar(nowUs)) return false
    const isBlocked = nowUs >= this.#requestsBlockedUs
    if (this.#network.service.nextUs < NEVER) return false
    const hearsNothing = nowUs >= this.#answersBlockedUs
    if (!isBlocked && this.#anyMayChange(hearsNothing)) return false
    this.atUs ??= nowUs
    return true
  }

  /** Whether a look at two counts is enough to say that it is not reached. */
  isFar(nowUs: number): boolean {
    if (nowUs >= this.#requestsBlockedUs) return false
    return this.#network.newsUnderWay > 0 || this.#isWorking()
  }

  #isWorking(): boolean {
    for (const fleet of this.#fleets) if (fleet.working > 0) return true
    return false
  }

  #anyMayChange(hearsNothing: boolean): boolean {
    const { things } = this.#scenario.fleet
    for (let passed = 0; passed < things; passed++) {
      if (this.#mayChange(this.#witness, hearsNothing)) return true
      this.#witness = (this.#witness + 1) % things
    }
    return false
  }

  /** Whether what the thing does can still change its execution. */
  #mayChange(thing: number, hearsNothing: boolean): boolean {
    const status = this.#network.service.firstStatusOf(thing)
    if (status === undefined) return false
    const row = mixRowOf(this.#scenario, thing)
    // It may still begin what it will never hear of.
    if (status !== 'QUEUED' && (hearsNothing || this.#unheard.has(row))) return false
    const shards = this.#fleets.length
    const fleet = this.#fleets[thing % shards] as Fleet
    const slot = Math.floor(thing / shards)
    const { transport, mqtt } = row
    // It may go on asking, and has nothing in hand.
    if (askBlockade(this.#scenario, row, this.#longestUs) !== undefined) return false
    // It polls.
    if (transport === 'http') return true
    // Once back it asks.
    if (!fleet.isOnline(slot)) return connectBlockade(this.#scenario, mqtt) === undefined
    return !fleet.isIdle(slot)
  }
}

function firstOf(all: readonly Blockade[], of: Blockade['of']): number {
  return Math.min(NEVER, ...all.filter((one) => one.of === of).map(({ fromUs }) => fromUs))
}
