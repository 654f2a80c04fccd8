import { drawUnit, HIGHEST_UNIT, PURPOSE } from '../clock/draw.ts'
import { logNormal, Z_P99 } from '../clock/law.ts'
import { latencyMs } from '../metrics/latencies.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import type { RunRecord } from '../results/run-record.ts'
import { acceptedAnswers } from './calibration.ts'
import type { VirtualFate } from './virtual-service.ts'

/** Rounds of simulating and correcting; the tail needs most of them. */
const ROUNDS = 10
/** On top of the law: no machine is the same to the microsecond, also where what was fitted does not vary. */
const JITTER_US = 100
/** What is nearer than this to what was measured needs no further round. */
const NEAR = 0.02

/**
 * What generator, sockets and stand-in of measured runs add to each answer: the log-normal law with
 * which the same runs in virtual time have the same median and 99th percentile. Both worlds draw the
 * latency of the scenario alike, so the rest is the machine's.
 *
 * @param simulated the same runs with such a law; without one, with the scenario's latency alone.
 */
export function overheadOf(
  measured: readonly RunRecord[],
  simulated: (overhead: LatencyLaw | undefined) => readonly RunRecord[],
): LatencyLaw | undefined {
  const real = answersOf(measured)
  if (real === undefined) return undefined
  let law: LatencyLaw | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const virtual = answersOf(simulated(law))
    if (virtual === undefined) return law
    const missing = { p50Us: real.p50Us - virtual.p50Us, p99Us: real.p99Us - virtual.p99Us }
    const isNear =
      Math.abs(missing.p50Us) <= NEAR * real.p50Us && Math.abs(missing.p99Us) <= NEAR * real.p99Us
    if (isNear) return law
    const medianUs = Math.max(1, Math.round((law?.medianUs ?? 0) + missing.p50Us))
    law = { medianUs, p99Us: Math.max(medianUs, Math.round((law?.p99Us ?? 0) + missing.p99Us)) }
  }
  return law
}

/** undefined when there are none. */
function answersOf(records: readonly RunRecord[]): { p50Us: number; p99Us: number } | undefined {
  const all = acceptedAnswers(records)
  try {
    const [p50, p99] = [latencyMs(all, 'p50'), latencyMs(all, 'p99')]
    return p50 === undefined || p99 === undefined
      ? undefined
      : { p50Us: p50 * 1e3, p99Us: p99 * 1e3 }
  } finally {
    all.destroy()
  }
}

/** Adds its overhead to the fate of each request, by draws of its own. */
export class Overhead {
  readonly #seed: number
  readonly #repetition: number
  readonly #lawUs: (unit: number) => number
  /** By thing. */
  readonly #requests: Uint32Array

  /** @param repetition of the same run: the draws of each are its own. */
  constructor(law: LatencyLaw, seed: number, things: number, repetition = 0) {
    this.#seed = seed
    this.#repetition = repetition
    this.#lawUs = logNormal(law.medianUs, law.p99Us, Z_P99)
    this.#requests = new Uint32Array(things)
  }

  /** The same fate with a later answer. To be asked once a request. */
  on(thing: number, fate: Readonly<VirtualFate>): VirtualFate {
    const ordinal = this.#requests[thing] as number
    this.#requests[thing] = ordinal + 1
    const unit = drawUnit(this.#seed, thing, ordinal, PURPOSE.overhead, this.#repetition)
    return { ...fate, delayUs: fate.delayUs + this.#overheadUs(unit) }
  }

  /** Of all draws. */
  get longestUs(): number {
    return this.#overheadUs(HIGHEST_UNIT)
  }

  #overheadUs(unit: number): number {
    return this.#lawUs(unit) + Math.floor(unit * JITTER_US)
  }
}
