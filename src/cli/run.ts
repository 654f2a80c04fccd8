import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { wallMs } from '../clock/clock.ts'
import { ShakedownError } from '../errors.ts'
import { prepareRecorders } from '../metrics/latency-recorder.ts'
import { createRunFolder, withAdvice, writeText } from '../results/run-folder.ts'
import { readMachine } from '../run/machine.ts'
import { runFleet } from '../run/run-fleet.ts'
import { Stopping } from '../run/stopping.ts'
import { resolvedYaml } from '../scenario/canonical.ts'
import { endlessWaits, lostAnswers } from '../scenario/endless-waits.ts'
import { mixRowOf } from '../scenario/mix.ts'
import type { Assignment } from '../scenario/overrides.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { checkTargets } from '../transport/check-targets.ts'
import { ceilingWords } from './calibration-file.ts'
import { type DerivedReports, deriveReports } from './derive-reports.ts'
import type { ExitCode } from './exit-codes.ts'
import { LiveProgress } from './live-progress.ts'
import { writePlan } from './plan-file.ts'
import { preflight } from './preflight.ts'
import { printSummary } from './print-summary.ts'
import { readScenario } from './read-scenario.ts'
import { chosenThings, scenarioOfRun } from './replay.ts'
import { listenForSignals, VERDICT_CODES } from './run-end.ts'
import { beginRunFolder, runIdOf } from './run-id.ts'
import { assigned } from './serve-settings.ts'
import { type StandInProcess, startStandInProcess } from './stand-in-process.ts'
import { workersOf } from './workers.ts'

interface RunArguments {
  scenario?: string
  from?: string
  only?: string[]
  target?: string[]
  things?: string
  seed?: string
  workers?: string
  out?: string
  set?: string[]
  'warm-up': boolean
  quiet: boolean
  color: boolean
}

/** `run <scenario>`. */
export function runCommandModule(
  finish: (code: ExitCode) => void,
): CommandModule<object, RunArguments> {
  return {
    command: 'run [scenario]',
    describe: 'run a scenario against its own stand-in, or against --target',
    builder: (options) =>
      options
        .positional('scenario', { type: 'string', describe: 'scenario file' })
        .option('target', {
          type: 'string',
          array: true,
          describe: 'a service to load, mqtt[s]://host:port or http[s]://host:port; repeatable',
        })
        .option('things', { type: 'string', describe: 'how many things (fleet.things)' })
        .option('seed', { type: 'string', describe: 'seed of the plan and of every draw' })
        .option('workers', { type: 'string', describe: 'worker threads; default: by the cores' })
        .option('out', { type: 'string', describe: 'the run folder; must not exist or be empty' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('from', {
          type: 'string',
          describe: 'the scenario of an earlier run, by its folder; in place of a file',
        })
        .option('only', {
          type: 'string',
          array: true,
          describe: 'play this thing alone, with its planned starts and draws; repeatable',
        })
        .option('warm-up', {
          type: 'boolean',
          default: true,
          describe:
            'workers play for half a second against themselves, so that no start meets cold code',
        })
        .option('quiet', { type: 'boolean', default: false, describe: 'no progress, no summary' })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 run scenarios/quickstart.yaml', 'a first run, nothing else needed')
        .example('$0 run mine.yaml --set fleet.things=5000 --seed 8', 'the same, larger')
        .example(
          '$0 run mine.yaml --target mqtt://10.0.0.5:1883 --target http://10.0.0.5:8080',
          'somebody else’s service',
        )
        .example(
          '$0 run --only thing-42 --from reports/2026-01-01T00-00-00.000-mine',
          'one thing of that run again',
        ),
    handler: async (given) => finish(await run(given)),
  }
}

async function run(given: RunArguments): Promise<ExitCode> {
  const scenario = scenarioOf(given)
  const things = given.only && chosenThings(scenario, given.only)
  const only = things?.map((thing) => scenario.fleet.namePrefix + thing)
  const workers = things ? 1 : workersOf(given.workers, scenario, given.target === undefined)
  const machine = readMachine()
  // A few things of a fleet need no machine for all of it.
  if (!things) preflight(machine, scenario, workers, given.target)
  const startedAtMs = wallMs()
  const runId = runIdOf([scenario.name, ...(only ? ['only', ...only] : [])].join('-'), startedAtMs)
  if (given.target !== undefined) await checkTargets(given.target, transportsOf(scenario, things))
  const folder = given.out ?? join('reports', runId)
  createRunFolder(folder)
  writeText(folder, 'scenario.yaml', resolvedYaml(scenario))
  writePlan(folder, scenario, things, given.target !== undefined)
  const stopping = new Stopping()
  const progress = new LiveProgress(scenario, given)
  const unlisten = listenForSignals(stopping, undefined, () => progress.end())
  let standIn: StandInProcess | undefined
  try {
    if (given.target === undefined)
      standIn = await startStandInProcess(join(folder, 'scenario.yaml'))
    const targets = given.target ?? Object.values(standIn?.addresses ?? {})
    beginRunFolder({ folder, runId, startedAtMs, targets, workers, machine, only })
    progress.begin({ folder, targets, workers })
    const ceiling = ceilingWords(folder, scenario)
    // Of another target neither the quotas are known nor whether it has jobs.
    const known = given.target === undefined ? foreknown(scenario) : []
    const notes = ceiling === undefined ? known : [ceiling, ...known]
    if (!given.quiet) for (const note of notes) process.stderr.write(`note: ${note}\n`)
    await prepareRecorders()
    await runFleet({
      // What a whole fleet has to meet is no reason to abort a few things.
      scenario: things ? { ...scenario, thresholds: [] } : scenario,
      things,
      targets,
      folder,
      workers,
      warmUp: given['warm-up'],
      control: standIn?.control,
      stopping,
      onProgress: (second) => progress.show(second),
      onGivenUp: (cause) => progress.say(`${cause} Ending the run.`),
    })
  } finally {
    progress.end()
    await standIn?.close()
  }
  const derived = reportsOf(folder)
  const code = VERDICT_CODES[derived.summary.verdict]
  unlisten(code)
  if (!given.quiet) printSummary(derived, given)
  return code
}

function reportsOf(folder: string): DerivedReports {
  try {
    return deriveReports(folder)
  } catch (error) {
    throw withAdvice(folder, error)
  }
}

function scenarioOf(given: RunArguments): Scenario {
  const { scenario, from } = given
  if (from !== undefined) return scenarioOfRun({ ...given, from })
  if (scenario !== undefined) return readScenario(scenario, overridesOf(given))
  throw new ShakedownError('USAGE', 'The command needs a scenario file.', {
    hint: 'Name one, for example scenarios/quickstart.yaml, or an earlier run with --from.',
  })
}

/** In real time an answer may be late, and then pass a quota that it would not pass in time. */
function foreknown(scenario: Scenario): string[] {
  const longestUs = Number.POSITIVE_INFINITY
  return [...endlessWaits(scenario, longestUs), ...lostAnswers(scenario, longestUs)]
}

function overridesOf({ set = [], things, seed }: RunArguments): (string | Assignment)[] {
  return [
    ...assigned('fleet.things', '--things', things),
    ...assigned('seed', '--seed', seed),
    ...set,
  ]
}

function transportsOf(scenario: Scenario, things?: readonly number[]): Set<'mqtt' | 'http'> {
  if (things) return new Set(things.map((thing) => mixRowOf(scenario, thing).transport))
  const { fleet } = scenario
  return new Set(fleet.mix.filter((row) => row.sharePercent > 0).map((row) => row.transport))
}
