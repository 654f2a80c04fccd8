import { ShakedownError } from '../errors.ts'
import { Stopping } from '../run/stopping.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Calibration } from '../simulate/calibration.ts'
import { Simulation } from '../simulate/simulation.ts'
import { ExitCode } from './exit-codes.ts'
import { listenForSignals } from './run-end.ts'
import type { SimulateArguments } from './simulate.ts'
import { VirtualProgress } from './virtual-progress.ts'

const MOST_SEEDS = 1_000_000

/**
 * Simulates each seed of a range and checks what must hold for every run. Says the first that breaks
 * a rule, with the one line that replays it.
 */
export async function checkSeeds(
  scenario: Scenario,
  text: string,
  given: SimulateArguments,
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

const SLICE = 50_000

/** Ctrl-C is heard between two slices. */
function nextTurn(): Promise<void> {
  return new Promise(setImmediate)
}

const BESIDE_SEEDS = {
  seed: '--seeds says which are taken',
  out: 'a range of seeds keeps no run folder',
} as const

/**
 * What one run has and a range of seeds has not.
 * @throws ShakedownError USAGE
 */
export function refuseBesideSeeds(given: {
  readonly seeds?: string
  readonly seed?: string
  readonly out?: string
}): void {
  if (given.seeds === undefined) return
  for (const option of ['seed', 'out'] as const) {
    if (given[option] === undefined) continue
    const why = BESIDE_SEEDS[option]
    throw new ShakedownError('USAGE', `--${option} means nothing beside --seeds: ${why}.`, {
      hint: `Leave --${option} or --seeds away.`,
    })
  }
}

/** What the person typed, with this seed alone. */
function replayLine(given: SimulateArguments, seed: number): string {
  const words = ['shakedown', 'simulate', given.scenario, '--seed', String(seed)]
  if (given.things !== undefined) words.push('--things', given.things)
  if (given.calibrate !== undefined) words.push('--calibrate', given.calibrate)
  for (const one of given.set ?? []) words.push('--set', one)
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** Reads `1..1000`, or a single seed. @throws ShakedownError USAGE */
export function rangeOf(text: string): { from: number; to: number } {
  const [, first = '', last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (first !== '' && from <= to && to - from < MOST_SEEDS && to < 2 ** 32) return { from, to }
  throw new ShakedownError('USAGE', `--seeds is ${text || 'empty'}, which is no range of seeds.`, {
    hint: `Write 1..1000: from the first to the last, at most ${MOST_SEEDS.toLocaleString('en')} of them.`,
  })
}
