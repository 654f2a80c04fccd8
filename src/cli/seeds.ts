import { Stopping } from '../run/stopping.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Calibration } from '../simulate/calibration.ts'
import { Simulation } from '../simulate/simulation.ts'
import { shellWord } from '../words.ts'
import { ExitCode } from './exit-codes.ts'
import { listenForSignals } from './run-end.ts'
import { rangeOf } from './seed-range.ts'
import { nextTurn, SLICE } from './slices.ts'
import { VirtualProgress } from './virtual-progress.ts'

/** What the person typed: what the line that replays a seed repeats, and whether to say how far it is. */
export interface CheckedRun {
  readonly scenario: string
  readonly things?: string
  readonly calibrate?: string
  readonly set?: readonly string[]
  readonly quiet: boolean
}

/**
 * Simulates each seed of a range and checks what must hold for every run. Says the first that breaks
 * a rule, with the one line that replays it.
 */
export async function checkSeeds(
  scenario: Scenario,
  text: string,
  given: CheckedRun,
  calibration: Calibration | undefined,
): Promise<ExitCode> {
  const { from, to } = rangeOf(text)
  const latency = calibration?.latency
  const progress = new VirtualProgress(given)
  const stopping = new Stopping()
  const unlisten = listenForSignals(stopping, 'stopping here')
  if (!given.quiet) process.stderr.write(`in virtual time: ${seedsWords(from, to)}\n`)
  let events = 0
  let virtualUs = 0
  for (let seed = from; seed <= to; seed++) {
    const simulation = new Simulation({ scenario: { ...scenario, seed }, latency })
    try {
      while (!stopping.requested && simulation.goOn(SLICE)) await nextTurn()
      if (stopping.requested) {
        progress.end()
        process.stdout.write(`stopped at seed ${seed}: ${heldWords(from, seed - 1, events)}\n`)
        return ExitCode.Stopped
      }
      const { broken, endUs } = simulation.end()
      events += simulation.events
      virtualUs += endUs
      if (broken.length > 0) {
        progress.end()
        process.stdout.write(`seed ${seed} breaks a rule:\n  ${broken.join('\n  ')}\n`)
        process.stdout.write(`replay: ${replayLine(given, seed)}\n`)
        return ExitCode.InvalidRun
      }
    } finally {
      simulation.destroy()
    }
    progress.show({ nowUs: virtualUs, events })
    await nextTurn()
  }
  progress.end()
  unlisten()
  process.stdout.write(`${heldWords(from, to, events)}\n`)
  return ExitCode.Passed
}

function seedsWords(from: number, to: number): string {
  return from === to ? `seed ${from}` : `seeds ${from}..${to}`
}

/** @param to below `from`: nothing was checked. */
function heldWords(from: number, to: number, events: number): string {
  if (to < from) return 'no seed was checked to its end.'
  const runs = to === from ? '1 run' : `${(to - from + 1).toLocaleString('en')} runs`
  return `${seedsWords(from, to)}: every rule of thing, service and ledger holds in ${runs} (${events.toLocaleString('en')} events).`
}

/** What the person typed, with this seed alone. */
function replayLine(given: CheckedRun, seed: number): string {
  const words = ['shakedown', 'simulate', given.scenario, '--seed', String(seed)]
  if (given.things !== undefined) words.push('--things', given.things)
  if (given.calibrate !== undefined) words.push('--calibrate', given.calibrate)
  for (const one of given.set ?? []) words.push('--set', one)
  return words.map(shellWord).join(' ')
}
