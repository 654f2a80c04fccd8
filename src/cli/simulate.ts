import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { wallMs } from '../clock/clock.ts'
import { createRunFolder, writeText } from '../results/run-folder.ts'
import { Stopping } from '../run/stopping.ts'
import { planHash, resolvedYaml } from '../scenario/canonical.ts'
import { endlessWaits, lostAnswers } from '../scenario/endless-waits.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Calibration, calibrationOf } from '../simulate/calibration.ts'
import { RecordedSimulation } from '../simulate/recorded-simulation.ts'
import { deriveReports } from './derive-reports.ts'
import type { ExitCode } from './exit-codes.ts'
import { hiding, IN_VIRTUAL_TIME, refuseMeaningless } from './meaningless.ts'
import { checkMemory } from './memory-limit.ts'
import { writePlan } from './plan-file.ts'
import { printSummary } from './print-summary.ts'
import { readScenario } from './read-scenario.ts'
import { listenForSignals, VERDICT_CODES } from './run-end.ts'
import { runIdOf } from './run-id.ts'
import { refuseBesideSeeds } from './seed-range.ts'
import { checkSeeds } from './seeds.ts'
import { assigned } from './serve-settings.ts'
import { nextTurn, SLICE } from './slices.ts'
import { VERSION } from './version.ts'
import { VirtualProgress } from './virtual-progress.ts'

export interface SimulateArguments {
  scenario: string
  things?: string
  seed?: string
  seeds?: string
  calibrate?: string
  memoryLimit?: string
  out?: string
  set?: string[]
  quiet: boolean
  color: boolean
}

/** `simulate <scenario>`. */
export function simulateCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, SimulateArguments> {
  return {
    command: 'simulate <scenario>',
    describe: 'run a scenario in virtual time: nothing is sent, days take seconds',
    builder: (options) =>
      hiding(options, IN_VIRTUAL_TIME)
        .positional('scenario', { type: 'string', demandOption: true, describe: 'scenario file' })
        .option('things', { type: 'string', describe: 'how many things (fleet.things)' })
        .option('seed', { type: 'string', describe: 'seed of the plan and of every draw' })
        .option('seeds', {
          type: 'string',
          describe: 'run each seed of a range, 1..1000, and check what must hold for every run',
        })
        .option('calibrate', {
          type: 'string',
          describe: 'take the latency of the service from this run folder',
        })
        .option('memory-limit', {
          type: 'string',
          describe: 'refuse what needs more, such as 4GiB or 500MiB; default: the machine’s',
        })
        .option('out', { type: 'string', describe: 'the run folder; must not exist or be empty' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('quiet', { type: 'boolean', default: false, describe: 'no progress, no summary' })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 simulate scenarios/rollout-start.yaml', 'the same scenario, in virtual time')
        .example('$0 simulate mine.yaml --seeds 1..1000', 'does any seed break a rule?')
        .example(
          '$0 simulate mine.yaml --calibrate reports/2026-01-01T00-00-00.000-mine',
          'as fast as a measured service',
        ),
    handler: async (given) => finish(await simulate(given)),
  }
}

async function simulate(given: SimulateArguments): Promise<ExitCode> {
  refuseMeaningless(given, IN_VIRTUAL_TIME)
  refuseBesideSeeds(given)
  const scenario = readScenario(given.scenario, [
    ...assigned('fleet.things', '--things', given.things),
    ...assigned('seed', '--seed', given.seed),
    ...(given.set ?? []),
  ])
  checkMemory(scenario, given.memoryLimit)
  const calibration = given.calibrate === undefined ? undefined : calibrationOf(given.calibrate)
  if (given.seeds !== undefined) return checkSeeds(scenario, given.seeds, given, calibration)
  const hash = planHash(scenario)
  const folder = given.out ?? join('reports', `${runIdOf(scenario.name, wallMs())}-virtual`)
  createRunFolder(folder)
  writeText(folder, 'scenario.yaml', resolvedYaml(scenario))
  writePlan(folder, scenario, undefined, false)
  const runId = virtualId(hash, calibration)
  const simulation = new RecordedSimulation({
    scenario,
    folder,
    runId,
    version: VERSION,
    calibration,
  })
  const stopping = new Stopping()
  const unlisten = listenForSignals(stopping, 'stopping here')
  const progress = new VirtualProgress(given)
  progress.begin(folder)
  if (!given.quiet)
    for (const note of foreknown(scenario, calibration)) process.stderr.write(`note: ${note}\n`)
  try {
    while (simulation.goOn(SLICE) && !simulation.isAborted && !stopping.requested) {
      progress.show(simulation)
      await nextTurn()
    }
    simulation.end(stopping.requested)
  } finally {
    progress.end()
    simulation.close()
    unlisten()
  }
  const derived = deriveReports(folder)
  if (!given.quiet) printSummary(derived, given)
  return VERDICT_CODES[derived.summary.verdict]
}

/** With the latency that the service has. */
function foreknown(scenario: Scenario, calibration: Calibration | undefined): string[] {
  const { latency = scenario.service.latency } = calibration ?? {}
  const played = { ...scenario, service: { ...scenario.service, latency } }
  return [...endlessWaits(played), ...lostAnswers(played)]
}

/** The plan says what happens; with another latency the same plan has another end. */
function virtualId(hash: string, calibration: Calibration | undefined): string {
  const { medianUs, p99Us } = calibration?.latency ?? {}
  const law = calibration === undefined ? '' : `-${medianUs}-${p99Us}`
  return `virtual-${hash.slice(0, 16)}${law}`
}
