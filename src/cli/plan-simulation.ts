import { ShakedownError } from '../errors.ts'
import { counted } from '../report/figures.ts'
import { outlookPage } from '../report/html-outlook.ts'
import { outlookCsv } from '../report/outlook-csv.ts'
import { figuresOf, type OutlookVariant } from '../report/outlook-figures.ts'
import { outlookText } from '../report/outlook-text.ts'
import { Stopping } from '../run/stopping.ts'
import { planHash } from '../scenario/canonical.ts'
import type { Assignment } from '../scenario/overrides.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Outlook, outlookOf } from '../simulate/outlook.ts'
import { Simulation } from '../simulate/simulation.ts'
import { refuseSameFile } from './given-once.ts'
import { checkMemory } from './memory-limit.ts'
import { checkWritable, writeOutput } from './output-file.ts'
import { readScenario } from './read-scenario.ts'
import { listenForSignals } from './run-end.ts'
import { rangeOf } from './seed-range.ts'
import { nextTurn, SLICE } from './slices.ts'
import { combinations, readSweeps, type Setting } from './sweep.ts'
import { VERSION } from './version.ts'
import { VirtualProgress } from './virtual-progress.ts'

export interface PlanSimulationArguments {
  readonly scenario: string
  readonly seeds: string
  readonly sweep?: readonly string[]
  readonly csv?: string
  readonly html?: string
  readonly json: boolean
  readonly quiet: boolean
}

export const DEFAULT_SEEDS = '1..10'
const MOST_RUNS = 10_000

interface Variant {
  readonly settings: readonly Setting[]
  readonly scenario: Scenario
}

/**
 * Simulates every combination of the swept values with every seed, and says what came of it.
 *
 * @param set what the command line overrides; swept values come on top of it.
 * @returns what is to be printed; undefined when somebody stopped it, which is said.
 */
export async function simulatePlan(
  given: PlanSimulationArguments,
  set: readonly (string | Assignment)[],
  options: { readonly color: boolean; readonly width: number },
): Promise<string | undefined> {
  const { seeds } = given
  const { from, to } = rangeOf(seeds)
  refuseSameFile({ csv: given.csv, html: given.html })
  const planned = variantsOf(given, set)
  checkRuns(planned.length * (to - from + 1))
  refuseEqual(planned)
  // Every one is checked before the first is begun, and so is where the results are to go.
  for (const file of [given.csv, given.html]) if (file !== undefined) checkWritable(file)
  for (const { scenario } of planned) checkMemory(scenario, undefined)
  const progress = new VirtualProgress(given)
  const stopping = new Stopping()
  const unlisten = listenForSignals(stopping, 'stopping here')
  const runs = counted(planned.length * (to - from + 1), 'simulated run')
  if (!given.quiet) process.stderr.write(`in virtual time: ${runs}\n`)
  const variants: OutlookVariant[] = []
  let made = 0
  for (const { settings, scenario } of planned) {
    const told: Outlook[] = []
    for (let seed = from; seed <= to; seed++) {
      const run = await simulated({ ...scenario, seed }, progress, stopping)
      if (run === undefined) {
        unlisten()
        process.stderr.write(`${stoppedWords(made, runs)}\n`)
        return undefined
      }
      told.push(run)
      made += 1
    }
    variants.push({ settings, things: scenario.fleet.things, runs: told })
  }
  progress.end()
  unlisten()
  const [first] = planned
  if (given.csv !== undefined) writeOutput(given.csv, outlookCsv(variants))
  if (given.html !== undefined) {
    const { name = '', question } = first?.scenario ?? {}
    const told = { scenario: name, question, seeds, version: VERSION }
    writeOutput(given.html, outlookPage(variants, told))
  }
  return given.json ? json(variants) : outlookText(variants, options)
}

/** undefined when it was stopped. */
async function simulated(
  scenario: Scenario,
  progress: VirtualProgress,
  stopping: Stopping,
): Promise<Outlook | undefined> {
  const simulation = new Simulation({ scenario })
  try {
    while (!stopping.requested && simulation.goOn(SLICE)) {
      progress.show(simulation)
      await nextTurn()
    }
    // A short run has but one slice, and many of them are to be stopped too.
    await nextTurn()
    return stopping.requested ? undefined : outlookOf(scenario, simulation.end())
  } finally {
    simulation.destroy()
  }
}

function stoppedWords(made: number, of: string): string {
  return `stopped after ${made} of ${of}: no figures are told, and no file is written`
}

function variantsOf(
  { scenario, sweep = [] }: PlanSimulationArguments,
  set: readonly (string | Assignment)[],
): Variant[] {
  const sweeps = readSweeps(sweep)
  checkRuns(sweeps.reduce((product, { values }) => product * values.length, 1))
  return combinations(sweeps).map((settings) => {
    const swept = settings.map(([key, value]): Assignment => {
      const text = `${key}=${value}`
      return { text, origin: `--sweep ${text}` }
    })
    return { settings, scenario: readScenario(scenario, [...set, ...swept]) }
  })
}

function checkRuns(runs: number): void {
  if (runs <= MOST_RUNS) return
  throw new ShakedownError(
    'USAGE',
    `That is ${runs.toLocaleString('en')} simulated runs; at most ${MOST_RUNS.toLocaleString('en')} are made at once.`,
    { hint: 'Sweep fewer values, or fewer --seeds.' },
  )
}

/** `10` and `010`, `1s` and `1000ms`: other words for the same scenario, which would be run twice. */
function refuseEqual(planned: readonly Variant[]): void {
  const byHash = new Map<string, string>()
  for (const { settings, scenario } of planned) {
    const words = settings.map(([key, value]) => `${key}=${value}`).join(' ')
    const hash = planHash(scenario)
    const same = byHash.get(hash)
    if (same !== undefined) {
      throw new ShakedownError('USAGE', `--sweep: ${same} and ${words} are the same scenario.`, {
        hint: 'Name each value once; --seeds makes several runs of one.',
      })
    }
    byHash.set(hash, words)
  }
}

function json(variants: readonly OutlookVariant[]): string {
  const told = variants.map((variant) => ({
    settings: Object.fromEntries(variant.settings),
    things: variant.things,
    figures: figuresOf(variant),
    runs: variant.runs,
  }))
  return JSON.stringify({ variants: told }, null, 2)
}
