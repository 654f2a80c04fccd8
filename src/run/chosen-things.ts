import { ThingBook } from '../ledger/thing-book.ts'
import type { ExecutionStatus } from '../protocol/jobs.ts'
import type { ThingBook as Book } from '../thing/ports.ts'

/**
 * The ledger of a run in which only some things of a fleet take part. The others are in it too, with
 * nothing begun and nothing ended, as the service has them.
 */
export class ChosenThingsBook implements Book {
  readonly whole: ThingBook
  readonly #things: readonly number[]

  /** @param things by slot, their indexes in the fleet. @param fleetSize of the whole fleet. */
  constructor(things: readonly number[], fleetSize: number) {
    this.whole = new ThingBook(fleetSize, 0, 1)
    this.#things = things
  }

  began(slot: number, jobId: string, executionNumber: number): void {
    this.whole.began(this.#thing(slot), jobId, executionNumber)
  }

  settled(slot: number, jobId: string, executionNumber: number, status: ExecutionStatus): void {
    this.whole.settled(this.#thing(slot), jobId, executionNumber, status)
  }

  doubtful(slot: number, jobId: string, executionNumber: number, wanted: string): void {
    this.whole.doubtful(this.#thing(slot), jobId, executionNumber, wanted)
  }

  #thing(slot: number): number {
    const thing = this.#things[slot]
    if (thing === undefined) throw new RangeError(`the run has no slot ${slot}`)
    return thing
  }
}
