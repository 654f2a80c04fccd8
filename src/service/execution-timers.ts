import { DeadlineQueue } from '../clock/deadline-queue.ts'
import { CANCEL_STEP_TIMER } from '../protocol/limits.ts'
import type { Deadlines, ExecutionRecord } from './job-execution.ts'

const NEVER = Number.POSITIVE_INFINITY
const SERVICE_MINUTE_SECONDS = 60
const FIRST_SIZE = 1_024

/**
 * Step timers and in-progress timers (protocol 3.5). The earlier of the two wins; an execution that
 * is not in progress has neither.
 */
export class ExecutionTimers {
  readonly #minuteUs: number
  readonly #latenessUs: (record: ExecutionRecord) => number
  readonly #queue = new DeadlineQueue(FIRST_SIZE)
  #size = FIRST_SIZE

  /** @param latenessUs how much later than its deadline an execution times out (switch 16). */
  constructor(minuteUs: number, latenessUs: (record: ExecutionRecord) => number) {
    this.#minuteUs = minuteUs
    this.#latenessUs = latenessUs
  }

  /** The execution has become IN_PROGRESS: its in-progress timer runs from here, unchangeable. */
  started(record: ExecutionRecord, nowUs: number): void {
    const { inProgressTimeoutUs } = record.job
    if (inProgressTimeoutUs === NEVER) return
    deadlinesOf(record).inProgressUs = nowUs + inProgressTimeoutUs
    this.#schedule(record)
  }

  /** @param minutes -1 cancels, any other starts the step timer over. */
  setStep(record: ExecutionRecord, minutes: number, nowUs: number): void {
    const runs = minutes !== CANCEL_STEP_TIMER
    deadlinesOf(record).stepUs = runs ? nowUs + minutes * this.#minuteUs : NEVER
    this.#schedule(record)
  }

  /** The execution has ended. */
  stop(record: ExecutionRecord): void {
    if (record.deadlines === undefined) return
    record.deadlines = undefined
    this.#queue.clear(record.index)
  }

  /** In seconds of the service, whose minute may be shorter than ours. undefined: no timer runs. */
  secondsLeft(record: ExecutionRecord, nowUs: number): number | undefined {
    const deadlineUs = deadlineOf(record)
    if (deadlineUs === NEVER) return undefined
    const leftUs = Math.max(0, deadlineUs - nowUs)
    return Math.ceil((leftUs * SERVICE_MINUTE_SECONDS) / this.#minuteUs)
  }

  /** Perhaps too early, never too late. Infinity is never. */
  get nextUs(): number {
    return this.#queue.nextUs
  }

  /** Hands out the indexes of the executions that have timed out. */
  advance(nowUs: number, due: (index: number, atUs: number) => void): void {
    this.#queue.advance(nowUs, due)
  }

  #schedule(record: ExecutionRecord): void {
    const deadlineUs = deadlineOf(record)
    if (deadlineUs === NEVER) {
      this.#queue.clear(record.index)
      return
    }
    if (record.index >= this.#size) {
      this.#size = Math.max(record.index + 1, this.#size * 2)
      this.#queue.grow(this.#size)
    }
    this.#queue.set(record.index, deadlineUs + this.#latenessUs(record))
  }
}

function deadlinesOf(record: ExecutionRecord): Deadlines {
  record.deadlines ??= { inProgressUs: NEVER, stepUs: NEVER }
  return record.deadlines
}

function deadlineOf({ deadlines }: ExecutionRecord): number {
  return deadlines === undefined ? NEVER : Math.min(deadlines.inProgressUs, deadlines.stepUs)
}
