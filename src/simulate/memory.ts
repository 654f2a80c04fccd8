import type { Scenario } from '../scenario/scenario.ts'

/** Program, histograms and buffers of a run of any size. */
const BASE_BYTES = 192 * 1_048_576
/** Measured (`npm run bench -- virtual`): a thing in all rooms, with its one execution. */
const THING_BYTES = 1_200
/** One more execution of a thing that the service holds. */
const EXECUTION_BYTES = 480

/**
 * What a simulation of the scenario is going to hold, in bytes, before anything is made. An endless
 * row has one execution at a time, any other has all of its own from the beginning or in the end.
 */
export function bytesOf({ fleet, jobs }: Scenario): number {
  const executions = jobs.reduce(
    (sum, { perThing }) => sum + (perThing === Number.POSITIVE_INFINITY ? 1 : perThing),
    0,
  )
  return BASE_BYTES + fleet.things * (THING_BYTES + Math.max(0, executions - 1) * EXECUTION_BYTES)
}
