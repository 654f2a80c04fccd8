import { dueUs, plannedStarts } from './arrivals.ts'
import type { Phase } from './scenario.ts'

/**
 * The planned starts of one shard, in the order they fall due. A cursor: `next` moves it on, and its
 * members tell about the start it stands on. It steps from one start of the shard to the next
 * without looking at the others', and allocates nothing.
 *
 * Start j is meant for thing j mod `things`, and thing i lives in shard i mod `shards`.
 */
export class ShardStarts {
  /** Whole microseconds after T0. */
  dueUs = 0
  /** Among the starts of all phases and all shards, from 0. */
  start = -1
  /** The index in the fleet of the thing the start is meant for. */
  thing = -1
  /** The index of the phase the start belongs to. */
  phase = 0

  readonly #phases: readonly Phase[]
  readonly #things: number
  readonly #shard: number
  readonly #shards: number
  /** Of the current phase: when it began, which start was its first, which no longer is its. */
  #beganUs = 0
  #first = 0
  #end: number

  constructor(phases: readonly Phase[], things: number, shard: number, shards: number) {
    this.#phases = phases
    this.#things = things
    this.#shard = shard
    this.#shards = shards
    const [opening] = phases
    this.#end = opening === undefined ? 0 : plannedStarts(opening)
  }

  /** Whether there is one more start; the members tell about it. */
  next(): boolean {
    // A shard of a fleet smaller than the number of shards may have no thing at all.
    if (this.#shard >= this.#things) return false
    this.#step()
    for (;;) {
      const phase = this.#phases[this.phase]
      if (phase === undefined) return false
      if (this.start < this.#end) {
        this.dueUs = this.#beganUs + dueUs(phase, this.start - this.#first)
        return true
      }
      this.#enterNextPhase(phase)
    }
  }

  #step(): void {
    if (this.start < 0) {
      this.start = this.#shard
      this.thing = this.#shard
    } else if (this.thing + this.#shards < this.#things) {
      this.start += this.#shards
      this.thing += this.#shards
    } else {
      // The shard's last thing has had its turn: on to its first one in the fleet's next round.
      this.start += this.#things - this.thing + this.#shard
      this.thing = this.#shard
    }
  }

  #enterNextPhase(current: Phase): void {
    this.#beganUs += current.durationUs
    this.#first = this.#end
    this.phase += 1
    const phase = this.#phases[this.phase]
    if (phase !== undefined) this.#end += plannedStarts(phase)
  }
}
