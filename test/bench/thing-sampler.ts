import { ThingSampler } from '../../src/metrics/thing-sampler.ts'
import { heldBytes } from './held-bytes.ts'

const THINGS = 10_000
/** So many that what a thing takes stands out. */
const IDLE_THINGS = 2_000_000
const ROUNDS = 1_000_000
const EVENTS_A_ROUND = 11

/**
 * What the timelines cost where nothing is worth keeping: rounds of three requests and two slices of
 * work each, 1,000 things at it at once, with an interval taken every 10,000 rounds. Bytes are of the
 * heap and of buffers, after everything has been in use (0 without `--expose-gc`).
 */
export function benchThingSampler(): {
  nsAnEvent: number
  usARound: number
  bytesAThing: number
  bytesABusyThing: number
} {
  rounds(new ThingSampler(THINGS), ROUNDS / 10)
  const before = heldBytes()
  const idleSampler = new ThingSampler(IDLE_THINGS)
  const sampler = new ThingSampler(THINGS)
  const idle = heldBytes()
  for (let slot = 0; slot < THINGS; slot++) sampler.asking(slot, 0, true, 0)
  const busy = heldBytes()
  for (let slot = 0; slot < THINGS; slot++) sampler.rested(slot)
  const cpuBefore = process.cpuUsage()
  rounds(sampler, ROUNDS)
  const { user, system } = process.cpuUsage(cpuBefore)
  idleSampler.take(0)
  const ns = (user + system) * 1_000
  return {
    nsAnEvent: ns / ROUNDS / EVENTS_A_ROUND,
    usARound: ns / ROUNDS / 1_000,
    bytesAThing: (idle - before) / (IDLE_THINGS + THINGS),
    bytesABusyThing: (busy - idle) / THINGS,
  }
}

function rounds(sampler: ThingSampler, count: number): void {
  const atOnce = 1_000
  for (let first = 0; first < count; first += atOnce) {
    const at = first * 10
    for (let step = 0; step < EVENTS_A_ROUND; step++) {
      for (let index = 0; index < atOnce; index++) {
        act(sampler, step, (first + index) % THINGS, at + step * 100_000)
      }
    }
    for (let index = 0; index < atOnce; index++) sampler.rested((first + index) % THINGS)
    if (first % 10_000 === 0) sampler.take(0)
  }
}

function act(sampler: ThingSampler, step: number, slot: number, nowUs: number): void {
  switch (step) {
    case 0:
      sampler.asking(slot, nowUs, true, nowUs)
      break
    case 1:
      sampler.issued(slot, 'start-next', 1, nowUs, nowUs)
      break
    case 2:
      sampler.ended(slot, 'start-next', 'accepted', undefined, nowUs, nowUs, nowUs + 900)
      break
    case 3:
      sampler.execution(slot, 'started', 'job', 1, nowUs)
      break
    case 4:
    case 7:
      sampler.working(slot, nowUs + 1_000, nowUs)
      break
    case 5:
    case 8:
      sampler.issued(slot, 'update', 1, nowUs, nowUs)
      break
    case 6:
    case 9:
      sampler.ended(slot, 'update', 'accepted', undefined, nowUs, nowUs, nowUs + 900)
      break
    default:
      sampler.execution(slot, 'succeeded', 'job', 1, nowUs)
  }
}
