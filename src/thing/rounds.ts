import { drawUnit, PURPOSE } from '../clock/draw.ts'
import type { JobExecution, JobsNotification } from '../protocol/jobs.ts'
import type { Asking } from './asking.ts'
import { type FleetParts, globalOf } from './fleet-parts.ts'
import { Activity, WORD } from './thing-table.ts'
import { Timer } from './timers.ts'

/** Polls that were missed are not made up for, and closer together than this they are no polls. */
const POLL_MIN_US = 1_000

/** In place of the job that a thing wishes for. No job is called so. */
const ANYTHING = ''

/**
 * When a thing asks (design 4, "who triggers"). Arrivals: only when a planned start says so. Rollout:
 * once after each connect, and for each notification that brings an execution; things on HTTP poll.
 * Loop: again and again, with a pause.
 */
export class Rounds {
  readonly #parts: FleetParts
  readonly #asking: Asking
  #begun = false
  #draining = false

  constructor(parts: FleetParts, asking: Asking) {
    this.#parts = parts
    this.#asking = asking
  }

  get draining(): boolean {
    return this.#draining
  }

  drain(): void {
    this.#draining = true
  }

  /** T0. */
  begin(nowUs: number): void {
    if (this.#begun) return
    this.#begun = true
    const { table, timers, scenario } = this.#parts
    const { load } = scenario
    if (load.kind === 'arrivals') return
    for (let slot = 0; slot < table.size; slot++) {
      const unit = drawUnit(scenario.seed, globalOf(this.#parts, slot), 0, PURPOSE.poll, 0)
      if (load.kind === 'loop') {
        // Things that all set out at once would go round in step for a long time.
        timers.set(slot, Timer.work, nowUs + Math.floor(unit * load.pauseUs))
      } else if (table.http[slot * WORD] === 1) {
        timers.set(slot, Timer.poll, nowUs + Math.floor(unit * load.pollUs))
      }
    }
  }

  /** The thing has just come online. */
  online(slot: number, nowUs: number): void {
    const { table, timers, scenario } = this.#parts
    const activity = table.activity[slot * WORD] as number
    if (scenario.load.kind === 'rollout' && table.http[slot * WORD] === 0) {
      // Notifications may have gone by in the meantime. Work in hand is done first, and a thing that
      // is asking asks again anyway.
      if (activity >= Activity.working) table.wishJobId[slot] = ANYTHING
      else this.#ask(slot, nowUs, nowUs)
    }
    // It came too late for its first round.
    if (scenario.load.kind === 'loop' && this.#begun && !timers.isSet(slot, Timer.work)) {
      this.#ask(slot, nowUs, nowUs)
    }
  }

  /** The thing has nothing in hand any more. */
  rest(slot: number, nowUs: number): void {
    const { table, timers, scenario, trace } = this.#parts
    table.setActivity(slot, Activity.idle)
    // Offline it still has its connection to make; that belongs to the same story.
    if (table.isOnline(slot)) trace?.rested(slot)
    const { load } = scenario
    if (load.kind === 'loop' && !this.#draining) {
      if (load.pauseUs === 0) this.#ask(slot, nowUs, nowUs)
      else timers.set(slot, Timer.work, nowUs + load.pauseUs)
    } else if (load.kind === 'rollout' && table.wishJobId[slot] !== undefined) {
      this.#ask(slot, nowUs, nowUs)
    }
  }

  /** The pause of a loop is over. */
  pauseOver(slot: number, atUs: number, nowUs: number): void {
    const { table, scenario } = this.#parts
    // A thing that has never been online goes round only when it is: it has not failed at anything.
    if (scenario.load.kind === 'loop' && table.ready[slot] === 1) this.#ask(slot, atUs, nowUs)
  }

  poll(slot: number, atUs: number, nowUs: number): void {
    const { table, timers, scenario } = this.#parts
    if (scenario.load.kind !== 'rollout' || this.#draining) return
    const pollUs = Math.max(scenario.load.pollUs, POLL_MIN_US)
    const missed = Math.floor((nowUs - atUs) / pollUs)
    timers.set(slot, Timer.poll, atUs + (missed + 1) * pollUs)
    if (table.activity[slot * WORD] === Activity.idle) this.#ask(slot, atUs, nowUs)
  }

  /** Something waits for the thing. What it holds already is no news; while it is busy, the wish is
   *  kept until it has nothing in hand. */
  notified(slot: number, notification: JobsNotification, nowUs: number): void {
    const { table, scenario } = this.#parts
    if (scenario.load.kind !== 'rollout' || notification.kind !== 'notify-next') return
    const { execution } = notification
    // That nothing is pending may be old news by now, so it takes no wish back.
    if (execution === undefined || this.#asking.holds(slot, execution)) return
    table.wishJobId[slot] = execution.jobId
    table.wishNumber[slot * WORD] = execution.executionNumber
    if (table.activity[slot * WORD] === Activity.idle) this.#ask(slot, nowUs, nowUs)
  }

  /** A start-next has brought this: a notification of the same asks for nothing more. */
  took(slot: number, { jobId, executionNumber }: JobExecution): void {
    const { table, scenario } = this.#parts
    if (scenario.load.kind !== 'rollout') return
    if (table.wishJobId[slot] !== jobId || table.wishNumber[slot * WORD] !== executionNumber) return
    table.wishJobId[slot] = undefined
  }

  #ask(slot: number, dueUs: number, nowUs: number): void {
    const { table } = this.#parts
    if (this.#draining || table.activity[slot * WORD] !== Activity.idle) return
    table.wishJobId[slot] = undefined
    this.#asking.ask(slot, dueUs, false, nowUs)
  }
}
