import type { RolloutConfig } from '../protocol/job-config.ts'
import { ROLLOUT_PER_MINUTE_MAX } from '../protocol/limits.ts'

/**
 * How fast executions are queued (protocol 3.7): the i-th one is due i ÷ rate minutes after the first,
 * so no minute sees more than the rate. An exponential rate rises when things were notified or have
 * succeeded.
 *
 * A job that names no rate has the account's, and what is due in a second of it comes at the second's
 * beginning: a job for a few things is on all of them when CreateJob has answered.
 */
export class RolloutPace {
  readonly #minuteUs: number
  #config: RolloutConfig | undefined
  #perMinute: number
  #queued = 0
  #succeeded = 0
  #lastUs: number
  /** The time and the count that `nextUs` goes on from. */
  #anchorUs: number
  #anchorQueued = 0

  /** @param config undefined: all at once. */
  constructor(config: RolloutConfig | undefined, minuteUs: number, startUs: number) {
    this.#minuteUs = minuteUs
    this.#config = config
    this.#lastUs = startUs
    this.#anchorUs = startUs
    this.#perMinute = this.#rate()
  }

  nextUs(): number {
    const ahead = this.#queued - this.#anchorQueued
    if (this.#isOfAccount) {
      const seconds = Math.floor((ahead * 60) / this.#perMinute)
      return this.#anchorUs + Math.ceil((seconds * this.#minuteUs) / 60)
    }
    return this.#anchorUs + Math.ceil((ahead * this.#minuteUs) / this.#perMinute)
  }

  queued(nowUs: number): void {
    this.#queued += 1
    this.#lastUs = nowUs
    if (this.#config?.exponentialRate === undefined) return
    const nextUs = this.nextUs()
    const perMinute = this.#rate()
    if (perMinute === this.#perMinute) return
    // The old rate holds for the gap that it has begun, so that its last minute sees no more than it.
    this.#perMinute = perMinute
    this.#anchorUs = nextUs
    this.#anchorQueued = this.#queued
  }

  /** @returns whether the rate has changed. */
  succeeded(nowUs: number): boolean {
    this.#succeeded += 1
    return this.#config?.exponentialRate !== undefined && this.#follow(nowUs)
  }

  configure(config: RolloutConfig | undefined, nowUs: number): void {
    this.#config = config
    this.#follow(nowUs)
  }

  /** Goes on after a pause, without making up for it. */
  resume(nowUs: number): void {
    if (this.nextUs() >= nowUs) return
    this.#anchorUs = nowUs
    this.#anchorQueued = this.#queued
  }

  /** A rate that changes between two executions counts from the last one. */
  #follow(nowUs: number): boolean {
    const perMinute = this.#rate()
    if (perMinute === this.#perMinute) return false
    this.#perMinute = perMinute
    if (this.#queued > 0) {
      this.#anchorUs = this.#lastUs
      this.#anchorQueued = this.#queued - 1
    }
    this.resume(nowUs)
    return true
  }

  get #isOfAccount(): boolean {
    if (this.#config === undefined) return false
    const { maximumPerMinute, exponentialRate } = this.#config
    return maximumPerMinute === undefined && exponentialRate === undefined
  }

  #rate(): number {
    if (this.#config === undefined) return Number.POSITIVE_INFINITY
    const { exponentialRate, maximumPerMinute: most = ROLLOUT_PER_MINUTE_MAX } = this.#config
    if (exponentialRate === undefined) return most
    const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria } = exponentialRate
    const { numberOfNotifiedThings = 0, numberOfSucceededThings = 0 } = rateIncreaseCriteria
    let steps = Math.max(
      stepsOf(this.#queued, numberOfNotifiedThings),
      stepsOf(this.#succeeded, numberOfSucceededThings),
    )
    let perMinute = baseRatePerMinute
    for (; steps > 0 && perMinute < most; steps--) perMinute *= incrementFactor
    return Math.min(perMinute, most)
  }
}

/** @param threshold 0: there is none. */
function stepsOf(count: number, threshold: number): number {
  return threshold === 0 ? 0 : Math.floor(count / threshold)
}
