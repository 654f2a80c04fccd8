import { ROLLOUT_LOOK_US, T0_AHEAD_US } from '../scenario/run-timing.ts'
import type { Phase, Scenario } from '../scenario/scenario.ts'
import { ShardStarts } from '../scenario/starts.ts'
import type { Fleet } from '../thing/fleet.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * What a run does to its fleets and when (design 5.7): things connect, paced; T0 comes when all are
 * ready or the limit has passed; the load runs; then things finish, for the drain time at most.
 */
export class TimeLine {
  /** When `act` has something to do that does not depend on the things. */
  nextUs = 0
  t0Us = NEVER
  /** When the load was over and no more starts came; Infinity before. */
  drainsFromUs = NEVER
  isOver = false
  /** Whether `act` must look at the things after each event, and not only at `nextUs`. */
  isWatching = true
  /** It watches for the end of a rollout, and for nothing else. */
  isRollingOut = false
  readonly #scenario: Scenario
  readonly #fleets: readonly Fleet[]
  readonly #openExecutions: () => number
  readonly #begin: () => void
  readonly #cannotEnd: (nowUs: number) => boolean
  readonly #starts: ShardStarts[] = []
  /** Due time of each shard's next start. */
  readonly #startUs: number[] = []
  #connected = 0
  #beginsUs = NEVER
  #loadEndsUs = NEVER
  #drainEndsUs = NEVER

  /**
   * @param openExecutions how many the service has open or is still to make: only it knows of retries
   *   and of what an abort has taken back.
   * @param begin tells the service that it is T0.
   * @param cannotEnd whether no execution that is open can ever end: asked of a rollout with open ones.
   */
  constructor(
    scenario: Scenario,
    fleets: readonly Fleet[],
    openExecutions: () => number,
    begin: () => void,
    cannotEnd: (nowUs: number) => boolean,
  ) {
    this.#scenario = scenario
    this.#fleets = fleets
    this.#openExecutions = openExecutions
    this.#begin = begin
    this.#cannotEnd = cannotEnd
  }

  /** Whatever is due now, and whatever has become possible. */
  act(nowUs: number): void {
    if (this.#connected < this.#scenario.fleet.things) this.#connectDue(nowUs)
    if (this.t0Us === NEVER) this.#beginWhenReady(nowUs)
    if (this.t0Us < NEVER && this.#drainEndsUs === NEVER) this.#load(nowUs)
    if (this.#drainEndsUs < NEVER) this.isOver = nowUs >= this.#drainEndsUs || this.busy === 0
    const isLoading = this.t0Us < NEVER && this.#drainEndsUs === NEVER
    this.isRollingOut = isLoading && this.#scenario.load.kind === 'rollout'
    this.isWatching = !isLoading || this.isRollingOut
    this.nextUs = this.#nextUs()
  }

  /** Things with work in hand. */
  get busy(): number {
    return this.#sum((fleet) => fleet.busy)
  }

  /** Things that have been online. */
  get ready(): number {
    return this.#sum((fleet) => fleet.ready)
  }

  #nextUs(): number {
    if (this.#drainEndsUs < NEVER) return this.#drainEndsUs
    const { things, connect } = this.#scenario.fleet
    const connectUs = this.#connected < things ? this.#connectDueUs() : NEVER
    const beginsUs = this.#beginsUs === NEVER ? connect.limitUs : this.#beginsUs
    if (this.t0Us === NEVER) return Math.min(connectUs, beginsUs)
    let nextUs = Math.min(connectUs, this.#loadEndsUs)
    for (let shard = 0; shard < this.#startUs.length; shard++) {
      const startUs = this.#startUs[shard] as number
      if (startUs < nextUs) nextUs = startUs
    }
    return nextUs
  }

  /** The fleet connects in the order of its things, whatever the number of shards. */
  #connectDue(nowUs: number): void {
    for (; this.#connected < this.#scenario.fleet.things; this.#connected++) {
      const dueUs = this.#connectDueUs()
      if (dueUs > nowUs) return
      const fleet = this.#fleets[this.#connected % this.#fleets.length] as Fleet
      fleet.connect(fleet.slotOf(this.#connected), dueUs, nowUs)
    }
  }

  #connectDueUs(): number {
    return Math.round((this.#connected * 1e6) / this.#scenario.fleet.connect.ratePerSecond)
  }

  #beginWhenReady(nowUs: number): void {
    const { fleet, load } = this.#scenario
    if (this.#beginsUs === NEVER) {
      if (this.ready < fleet.things && nowUs < fleet.connect.limitUs) return
      this.#beginsUs = nowUs + T0_AHEAD_US
    }
    if (nowUs < this.#beginsUs) return
    this.t0Us = nowUs
    this.#begin()
    for (const fleet of this.#fleets) fleet.begin(nowUs)
    switch (load.kind) {
      case 'arrivals':
        this.#loadEndsUs = load.phases.reduce((sum, { durationUs }) => sum + durationUs, nowUs)
        this.#planStarts(load.phases)
        break
      case 'loop':
        this.#loadEndsUs = nowUs + load.forUs
        break
      case 'rollout':
        this.#loadEndsUs = nowUs + load.limitUs
    }
  }

  #planStarts(phases: readonly Phase[]): void {
    const { things } = this.#scenario.fleet
    for (let shard = 0; shard < this.#fleets.length; shard++) {
      this.#starts.push(new ShardStarts(phases, things, shard, this.#fleets.length))
      this.#step(shard)
    }
  }

  #step(shard: number): void {
    const starts = this.#starts[shard] as ShardStarts
    this.#startUs[shard] = starts.next() ? this.t0Us + starts.dueUs : NEVER
  }

  /** Releases the starts that are due, and ends the load when there is no more of it. */
  #load(nowUs: number): void {
    for (let shard = 0; shard < this.#starts.length; shard++) {
      const fleet = this.#fleets[shard] as Fleet
      for (let dueUs = this.#startUs[shard] as number; dueUs <= nowUs; ) {
        fleet.start(fleet.slotOf((this.#starts[shard] as ShardStarts).thing), dueUs, nowUs)
        this.#step(shard)
        dueUs = this.#startUs[shard] as number
      }
    }
    if (this.#scenario.load.kind === 'rollout') this.#lookAtRollout(nowUs)
    if (nowUs >= this.#loadEndsUs) this.#drain(nowUs)
  }

  /** That nothing is open any more is seen at the next look. What will stay open for ever is seen at
   *  once: there is no sense in waiting for the limit. */
  #lookAtRollout(nowUs: number): void {
    let endsUs = NEVER
    if (this.#openExecutions() === 0) {
      const looks = Math.max(1, Math.ceil((nowUs - this.t0Us) / ROLLOUT_LOOK_US))
      endsUs = this.t0Us + looks * ROLLOUT_LOOK_US
    } else if (this.#connected === this.#scenario.fleet.things && this.#cannotEnd(nowUs)) {
      endsUs = nowUs
    }
    this.#loadEndsUs = Math.min(this.#loadEndsUs, endsUs)
  }

  #drain(nowUs: number): void {
    this.drainsFromUs = nowUs
    this.#drainEndsUs = nowUs + this.#scenario.load.drainUs
    for (const fleet of this.#fleets) fleet.drain()
  }

  #sum(count: (fleet: Fleet) => number): number {
    let sum = 0
    for (const fleet of this.#fleets) sum += count(fleet)
    return sum
  }
}
