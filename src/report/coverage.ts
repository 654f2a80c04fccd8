import type { IntervalRow } from '../results/rows.ts'

/** Less of an interval than this is too little to tell a rate by: one request in a millisecond is no 1,000 a second. */
const LEAST_PART = 0.1
/** The limits of the generator's health are of whole intervals; a timer's delay takes nothing from one. */
const WHOLE_PART = 0.9

/** An interval's place on the axis, whatever the pieces in which it was written down. */
interface Slot {
  fromMs: number
  toMs: number
  /** By worker: how much of it that worker wrote down. */
  readonly ownMs: Map<number, number>
}

/**
 * How much of each second there are rows for. A worker writes two for one second where the load ends
 * within it, and the last second of a run is as short as it is, down to a microsecond. So short an
 * end is told with the second before it.
 */
export class Coverage {
  readonly #slotSeconds: number
  readonly #slots = new Map<number, Slot>()
  /** Where the last slot begins, and the one it is told with, when it is too short. */
  readonly #last: number
  readonly #lastIsIn: number

  /** @param slotSeconds how long an interval is. */
  constructor(rows: readonly IntervalRow[], slotSeconds: number) {
    this.#slotSeconds = slotSeconds
    for (const row of rows) this.#add(row)
    this.#last = rows.reduce((last, { second }) => Math.max(last, this.#beginOf(second)), 0)
    const before = this.#last - slotSeconds
    const isShort = this.#partOf(this.#last) < LEAST_PART
    this.#lastIsIn = isShort && this.#slots.has(before) ? before : this.#last
  }

  /** Where the last second ends that is told by itself; 0 without rows. */
  get endSecond(): number {
    return this.#slots.size === 0 ? 0 : this.#lastIsIn + this.#slotSeconds
  }

  /** Where the second begins in which this one is told. */
  slotOf(second: number): number {
    const begin = this.#beginOf(second)
    return begin === this.#last ? this.#lastIsIn : begin
  }

  /** Told with the second before it: what counts is in, how the generator did in it is not. */
  isRest(second: number): boolean {
    return this.slotOf(second) !== this.#beginOf(second)
  }

  /** How much of the second in which this one is told has rows, in seconds; one without any has none. */
  secondsOf(slot: number): number {
    const rest = slot === this.#lastIsIn && slot !== this.#last ? this.#partOf(this.#last) : 0
    const part = this.#partOf(slot)
    return part === 0 ? 0 : Math.max(LEAST_PART, part + rest) * this.#slotSeconds
  }

  /** There are rows for a part of it and not for the whole. @param worker whose; of all without one. */
  isPiece(second: number, worker?: number): boolean {
    const slot = this.#slots.get(this.#beginOf(second))
    if (slot === undefined) return false
    if (worker === undefined) return this.#partOf(second) < WHOLE_PART
    return (slot.ownMs.get(worker) ?? 0) < WHOLE_PART * this.#slotSeconds * 1e3
  }

  #add({ worker, second, fromMs, toMs }: IntervalRow): void {
    const begin = this.#beginOf(second)
    const slot = this.#slots.get(begin) ?? { fromMs, toMs, ownMs: new Map<number, number>() }
    slot.fromMs = Math.min(slot.fromMs, fromMs)
    slot.toMs = Math.max(slot.toMs, toMs)
    slot.ownMs.set(worker, (slot.ownMs.get(worker) ?? 0) + toMs - fromMs)
    this.#slots.set(begin, slot)
  }

  /** A row that came late covers more than its second and has its whole. */
  #partOf(second: number): number {
    const slot = this.#slots.get(this.#beginOf(second))
    if (slot === undefined) return 0
    return Math.min(1, (slot.toMs - slot.fromMs) / (this.#slotSeconds * 1e3))
  }

  #beginOf(second: number): number {
    return Math.floor(second / this.#slotSeconds) * this.#slotSeconds
  }
}
