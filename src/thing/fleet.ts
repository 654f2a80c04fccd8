import type { JobsNotification, Reply } from '../protocol/jobs.ts'
import { mixRowOf } from '../scenario/mix.ts'
import type { MixRow, Scenario } from '../scenario/scenario.ts'
import { Asking } from './asking.ts'
import { Attempts } from './attempts.ts'
import { Connecting } from './connecting.ts'
import { type FleetParts, type FleetRow, globalOf } from './fleet-parts.ts'
import { Next } from './next.ts'
import type { FleetEffects, FleetTrace, Meter, ThingBook } from './ports.ts'
import { Reporting } from './reporting.ts'
import { DESCRIBE, START_NEXT } from './request-forms.ts'
import { Rounds } from './rounds.ts'
import { Activity, ThingTable, WORD } from './thing-table.ts'
import { Timer, Timers } from './timers.ts'
import { Working } from './working.ts'

export interface FleetSettings {
  readonly scenario: Scenario
  /** Slot s of this shard is thing `shard + s * shards` of the fleet. */
  readonly shard: number
  readonly shards: number
  /** Things to play alone: slot s is then the s-th of these, and no start goes to another thing. */
  readonly things?: readonly number[] | undefined
}

/**
 * The virtual things of one shard. A core without time, randomness or I/O of its own: events come in
 * with their time, requests go out through `FleetEffects`, and what happened is told to `Meter` and
 * `ThingBook`. Link events have the names and arguments of `LinkSink`.
 */
export class Fleet {
  readonly #table: ThingTable
  readonly #timers: Timers
  readonly #attempts: Attempts
  readonly #connecting: Connecting
  readonly #asking: Asking
  readonly #working: Working
  readonly #reporting: Reporting
  readonly #rounds: Rounds
  readonly #parts: FleetParts
  #finished = false

  constructor(
    settings: FleetSettings,
    effects: FleetEffects,
    meter: Meter,
    book: ThingBook,
    trace?: FleetTrace,
  ) {
    const { scenario, shard, shards, things } = settings
    const share = Math.max(0, Math.floor((scenario.fleet.things + shards - 1 - shard) / shards))
    const size = things?.length ?? share
    this.#table = new ThingTable(size)
    this.#timers = new Timers(size)
    this.#parts = {
      scenario,
      shard,
      shards,
      things,
      table: this.#table,
      timers: this.#timers,
      effects,
      meter,
      book,
      trace,
      rows: scenario.fleet.mix.map((mix) => rowOfMix(mix, scenario)),
    }
    this.#attempts = new Attempts(this.#parts)
    this.#connecting = new Connecting(this.#parts)
    this.#asking = new Asking(this.#parts, this.#attempts)
    this.#working = new Working(this.#parts)
    this.#reporting = new Reporting(this.#parts, this.#attempts)
    this.#rounds = new Rounds(this.#parts, this.#asking)
    for (let slot = 0; slot < size; slot++) {
      const mix = mixRowOf(scenario, this.globalOf(slot))
      this.#table.row[slot * WORD] = scenario.fleet.mix.indexOf(mix)
      this.#table.http[slot * WORD] = mix.transport === 'http' ? 1 : 0
    }
  }

  get size(): number {
    return this.#table.size
  }

  /** Things that have been online at least once. */
  get ready(): number {
    return this.#table.everOnline
  }

  get online(): number {
    return this.#table.online
  }

  /** Online with nothing in hand. */
  get idle(): number {
    return this.#table.idle.size
  }

  /** Things with an execution in hand. */
  get working(): number {
    return this.#table.working
  }

  /** Sent or waiting to be sent. */
  get openRequests(): number {
    return this.#table.openRequests
  }

  /** Things with anything in hand, a start without an execution included. */
  get busy(): number {
    return this.#table.busy
  }

  /** Executions that have ended in the eyes of their things. */
  get ended(): number {
    return this.#table.ended
  }

  isOnline(slot: number): boolean {
    return this.#table.isOnline(slot)
  }

  isIdle(slot: number): boolean {
    return this.#table.activity[slot * WORD] === Activity.idle
  }

  /** The thing's index in the whole fleet. */
  globalOf(slot: number): number {
    return globalOf(this.#parts, slot)
  }

  /** @param global a thing of this shard. @returns -1 for one that is not played. */
  slotOf(global: number): number {
    const { shard, shards, things } = this.#parts
    return things?.indexOf(global) ?? (global - shard) / shards
  }

  nameOf(slot: number): string {
    return this.#parts.scenario.fleet.namePrefix + this.globalOf(slot)
  }

  /** Begins to connect this slot for the first time. @param dueUs its paced time. */
  connect(slot: number, dueUs: number, nowUs: number): void {
    this.#connecting.connect(slot, dueUs, nowUs)
  }

  /** T0: things that go round for themselves begin to, and things that poll. */
  begin(nowUs: number): void {
    this.#rounds.begin(nowUs)
  }

  /** A planned start that is meant for this slot is due. If its thing is busy or offline, the one that
   *  has been idle longest takes it; if there is none, the start is dropped. */
  start(slot: number, dueUs: number, nowUs: number): void {
    const { meter, things } = this.#parts
    const isFree = this.#table.idle.has(slot)
    const other = things === undefined ? this.#table.idle.first : -1
    const taker = isFree ? slot : other
    if (this.#rounds.draining) {
      meter.start('dropped-busy', 'draining')
    } else if (taker < 0) {
      meter.start(this.#table.isOnline(slot) ? 'dropped-busy' : 'dropped-offline')
    } else {
      meter.start('started')
      if (!isFree) meter.start('reassigned')
      this.#asking.ask(taker, dueUs, true, nowUs)
    }
  }

  /** No more starts are taken and no further rounds begun; work in hand goes on. */
  drain(): void {
    this.#rounds.drain()
  }

  handshake(slot: number, beganUs: number, nowUs: number, failure: string | undefined): void {
    if (!this.#finished) this.#connecting.handshake(slot, beganUs, nowUs, failure)
  }

  connected(slot: number, nowUs: number): void {
    if (!this.#finished && this.#connecting.connected(slot, nowUs)) this.#online(slot, nowUs)
  }

  subscribed(slot: number, granted: number, refused: number, nowUs: number): void {
    if (this.#finished) return
    if (this.#connecting.subscribed(slot, granted, refused, nowUs)) this.#online(slot, nowUs)
  }

  sent(slot: number, token: number, nowUs: number): void {
    this.#attempts.sent(slot, token, nowUs)
  }

  answered(slot: number, token: number | undefined, reply: Reply, nowUs: number): void {
    if (this.#finished || !this.#attempts.answered(slot, token, reply, nowUs)) return
    switch (this.#table.activity[slot * WORD]) {
      case Activity.asking:
        this.#go(slot, this.#asking.answered(slot, reply, nowUs), nowUs)
        break
      case Activity.reporting:
        this.#go(slot, this.#reporting.answered(slot, reply, nowUs), nowUs)
        break
      case Activity.rereading:
        this.#go(slot, this.#reporting.described(slot, reply, nowUs), nowUs)
    }
  }

  notified(slot: number, notification: JobsNotification, nowUs: number): void {
    if (!this.#finished) this.#rounds.notified(slot, notification, nowUs)
  }

  dropped(slot: number, cause: string, nowUs: number): void {
    if (this.#finished) return
    this.#connecting.dropped(slot, cause, nowUs)
    if (this.#attempts.lost(slot, nowUs)) this.#retry(slot, nowUs)
  }

  /** When `advance` has something to do: perhaps a little early, never late. Infinity is never. */
  nextUs(): number {
    const expiresUs = this.#attempts.nextUs()
    const timerUs = this.#timers.nextUs()
    return expiresUs < timerUs ? expiresUs : timerUs
  }

  /** Does what is due: request timeouts, then the timers of connection, work, backoff, pause and poll.
   *  @returns how many it were. */
  advance(nowUs: number): number {
    let count = 0
    for (let slot = this.#attempts.takeExpired(nowUs); slot >= 0; count++) {
      this.#retry(slot, nowUs)
      slot = this.#attempts.takeExpired(nowUs)
    }
    for (let taken = this.#timers.take(nowUs); taken >= 0; count++) {
      const slot = this.#timers.slotOf(taken)
      this.#timer(slot, this.#timers.kindOf(taken), this.#timers.atUs(taken), nowUs)
      taken = this.#timers.take(nowUs)
    }
    return count
  }

  /** The end: open attempts are counted unanswered, executions and starts in hand stuck, and every
   *  connection is closed. No event has an effect any more. */
  finish(nowUs: number): void {
    if (this.#finished) return
    this.#finished = true
    for (let slot = 0; slot < this.#table.size; slot++) {
      this.#attempts.finish(slot, nowUs)
      if (this.#table.activity[slot * WORD] !== Activity.idle) this.#giveUp(slot, nowUs)
      this.#table.setActivity(slot, Activity.idle)
      this.#connecting.finish(slot, nowUs)
      this.#parts.trace?.rested(slot)
    }
  }

  #online(slot: number, nowUs: number): void {
    if (this.#table.activity[slot * WORD] === Activity.idle) this.#parts.trace?.rested(slot)
    else this.#attempts.resume(slot, nowUs)
    this.#rounds.online(slot, nowUs)
  }

  #go(slot: number, next: number, nowUs: number): void {
    switch (next) {
      case Next.retry:
        this.#retry(slot, nowUs)
        break
      case Next.work:
        this.#work(slot, nowUs)
        break
      case Next.rest:
        this.#rounds.rest(slot, nowUs)
    }
  }

  #retry(slot: number, nowUs: number): void {
    if (this.#attempts.retry(slot, nowUs)) return
    this.#giveUp(slot, nowUs)
    this.#rounds.rest(slot, nowUs)
  }

  #giveUp(slot: number, nowUs: number): void {
    if (this.#table.activity[slot * WORD] === Activity.asking) this.#asking.giveUp(slot, nowUs)
    else this.#reporting.giveUp(slot, nowUs)
  }

  #work(slot: number, nowUs: number): void {
    const found = this.#asking.takeBrought()
    if (found !== undefined) {
      this.#rounds.took(slot, found)
      if (this.#asking.holds(slot, found)) {
        // The work of this step was done before it got stuck; the update is what is missing.
        const { jobId, executionNumber } = found
        this.#parts.meter.execution('resumed')
        this.#parts.trace?.execution(slot, 'resumed', jobId, executionNumber, nowUs)
        this.#reporting.report(slot, nowUs, nowUs)
        return
      }
      this.#working.begin(slot, found, nowUs)
    }
    if (!this.#working.startSlice(slot, nowUs)) this.#reporting.report(slot, nowUs, nowUs)
  }

  #timer(slot: number, timer: number, atUs: number, nowUs: number): void {
    if (timer === Timer.connection) {
      this.#connecting.timer(slot, atUs, nowUs)
    } else if (timer === Timer.poll) {
      this.#rounds.poll(slot, atUs, nowUs)
    } else if (this.#table.activity[slot * WORD] === Activity.working) {
      this.#reporting.report(slot, atUs, nowUs)
    } else if (this.#table.activity[slot * WORD] === Activity.idle) {
      this.#rounds.pauseOver(slot, atUs, nowUs)
    } else {
      this.#attempts.again(slot, atUs, nowUs)
    }
  }
}

function rowOfMix(mix: MixRow, scenario: Scenario): FleetRow {
  const agent = scenario.agents[mix.agent]
  if (agent === undefined) throw new RangeError(`the scenario has no agent "${mix.agent}"`)
  return {
    mix,
    retry: scenario.behaviour.retry ?? agent.retry,
    expectsVersion: agent.expectedVersion,
    asksWith: agent.strategy === 'describe-next' ? DESCRIBE : START_NEXT,
  }
}
