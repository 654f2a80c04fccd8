import { heldBytes } from './held-bytes.ts'

export interface VirtualCost {
  readonly events: number
  readonly seconds: number
  /** Of all threads, with garbage collection: a busy machine changes it less than the seconds. */
  readonly cpuSeconds: number
  /** Fleet, network and service; 0 without `--expose-gc`. */
  readonly bytesPerThing: number
  /** Virtual time from T0 to the last answer. */
  readonly virtualSeconds: number
  /** Executions that the service has ended by a timer. */
  readonly timedOut: number
}

/** What came of a run in virtual time. */
interface Weighed {
  readonly events: number
  readonly t0Us: number
  readonly lastAnswerUs: number
  readonly timedOut: number
  /** What is to be weighed: it must not be gone by then. */
  readonly held: object | undefined
}

/** What one run costs, from its scenario to its checked ledger. */
export function weighed(things: number, run: () => Weighed): VirtualCost {
  const before = heldBytes()
  const cpuBefore = process.cpuUsage()
  const began = process.hrtime.bigint()
  const { held, events, timedOut, t0Us, lastAnswerUs } = run()
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  const { user, system } = process.cpuUsage(cpuBefore)
  const bytesPerThing = (heldBytes() - before) / things
  if (held === undefined) throw new Error('the run is gone before it was weighed')
  return {
    events,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    bytesPerThing,
    virtualSeconds: (lastAnswerUs - t0Us) / 1e6,
    timedOut,
  }
}
