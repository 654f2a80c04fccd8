import type { Scenario } from '../scenario/scenario.ts'

/*
 * Resident memory of whole processes at its highest (Node 20, recorded simulations of 1,000 to 300,000
 * things; test/end-to-end/weigh-simulation.mjs measures it again). Garbage that is not collected yet is
 * a part of it: what is held is about 790 bytes a thing and 315 an execution.
 */

/** Program, histograms and buffers: 101 MB with 1,000 things. */
const BASE_BYTES = 112 * 1_048_576
/** A thing in all rooms, with its one execution: from 100,000 to 300,000 things. */
const THING_BYTES = 1_250
/** A thing has one request at a time; all at once with an answer to come, as in a slow service. */
const REQUEST_BYTES = 150
/** One more execution of each thing: 3 in place of 1. */
const EXECUTION_BYTES = 760
/** Of an endless row the service keeps the last one that ended. */
const ENDLESS_BYTES = 350

/**
 * What a simulation of the scenario is going to take, in bytes, before anything is made. An endless
 * row has one execution at a time, any other has all of its own from the beginning or in the end.
 */
export function bytesOf({ fleet, jobs }: Scenario): number {
  const endless = jobs.filter(({ perThing }) => perThing === Number.POSITIVE_INFINITY).length
  const finite = jobs.reduce(
    (sum, { perThing }) => sum + (perThing === Number.POSITIVE_INFINITY ? 0 : perThing),
    0,
  )
  const more = Math.max(0, finite + endless - 1) * EXECUTION_BYTES + endless * ENDLESS_BYTES
  return BASE_BYTES + fleet.things * (THING_BYTES + REQUEST_BYTES + more)
}
