import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { wallMs } from '../clock/clock.ts'
import { prepareRecorders } from '../metrics/latency-recorder.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import { agreementText } from '../report/agreement-text.ts'
import { counted } from '../report/figures.ts'
import { agreement, type ToldRun } from '../results/agreement.ts'
import { createRunFolder, writeText } from '../results/run-folder.ts'
import { readRun } from '../results/run-record.ts'
import { summarize } from '../results/summarize.ts'
import { readMachine } from '../run/machine.ts'
import { runFleet } from '../run/run-fleet.ts'
import { Stopping } from '../run/stopping.ts'
import { planHash, resolvedYaml } from '../scenario/canonical.ts'
import { planOf } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { overheadOf } from '../simulate/overhead.ts'
import { RecordedSimulation } from '../simulate/recorded-simulation.ts'
import { sizesOf, smallScenario } from '../simulate/small-scenario.ts'
import { ExitCode } from './exit-codes.ts'
import { hiding, IN_VERIFY, refuseMeaningless } from './meaningless.ts'
import { readScenario } from './read-scenario.ts'
import { listenForSignals } from './run-end.ts'
import { beginRunFolder } from './run-id.ts'
import { assigned } from './serve-settings.ts'
import { startStandInProcess } from './stand-in-process.ts'
import { VERSION } from './version.ts'

/** An odd number, so that one of them is the middle one. */
const REPETITIONS = 15

interface VerifyArguments {
  scenario: string
  seed?: string
  set?: string[]
  quiet: boolean
  color: boolean
}

/** `verify <scenario>`. */
export function verifyCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, VerifyArguments> {
  return {
    command: 'verify <scenario>',
    describe: 'run a small form of a scenario in real and in virtual time; say how far they differ',
    builder: (options) =>
      hiding(options, IN_VERIFY)
        .positional('scenario', { type: 'string', demandOption: true, describe: 'scenario file' })
        .option('seed', { type: 'string', describe: 'seed of the plan and of every draw' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('quiet', {
          type: 'boolean',
          default: false,
          describe: 'the table and nothing else',
        })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 verify scenarios/throttled-account.yaml', 'may simulate be believed here?'),
    handler: async (given) => finish(await verify(given)),
  }
}

async function verify(given: VerifyArguments): Promise<ExitCode> {
  refuseMeaningless(given, IN_VERIFY)
  const set = [...assigned('seed', '--seed', given.seed), ...(given.set ?? [])]
  const scenario = readScenario(given.scenario, set)
  const { fitted, heldOut } = sizesOf(scenario)
  const say = (line: string) => void (given.quiet || process.stderr.write(`${line}\n`))
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-verify-'))
  const stopping = new Stopping()
  const unlisten = listenForSignals(stopping)
  try {
    await prepareRecorders()
    const measured: ToldRun[] = []
    for (const [at, things] of [...fitted, heldOut].entries()) {
      say(`real time: ${things} things${at < fitted.length ? ', to fit the latency on' : ''}`)
      const small = smallScenario(scenario, things)
      measured.push(await inRealTime(small, join(folder, `real-${at}`), stopping))
      if (stopping.requested) return ExitCode.Stopped
    }
    const records = measured.slice(0, fitted.length).map(({ record }) => record)
    let simulations = 0
    const overhead = overheadOf(records, (law) =>
      fitted.map((things) => {
        simulations += 1
        const place = join(folder, `fitting-${simulations}`)
        return inVirtualTime(smallScenario(scenario, things), place, law).record
      }),
    )
    // Without a machine there is nothing that could be otherwise the next time.
    const repetitions = overhead === undefined ? 1 : REPETITIONS
    say(`virtual time: ${heldOut} things, ${counted(repetitions, 'time')}`)
    const small = smallScenario(scenario, heldOut)
    const virtuals = Array.from({ length: repetitions }, (_, repetition) =>
      inVirtualTime(small, join(folder, `virtual-${repetition}`), overhead, repetition),
    )
    const [real] = measured.slice(-1) as [ToldRun]
    const rows = agreement(real, virtuals)
    const { stdout } = process
    const color = given.color && stdout.isTTY === true && process.env.NO_COLOR === undefined
    const width = stdout.columns ?? 100
    const isFitValid = measured.every(({ summary }) => summary.validity.valid)
    stdout.write(
      agreementText(rows, { real, fitted, repetitions, isFitValid, overhead, color, width }),
    )
    if (!real.summary.validity.valid) return ExitCode.InvalidRun
    return rows.every(({ isMet }) => isMet) ? ExitCode.Passed : ExitCode.ThresholdsFailed
  } finally {
    unlisten()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function inRealTime(
  scenario: Scenario,
  folder: string,
  stopping: Stopping,
): Promise<ToldRun> {
  prepareFolder(scenario, folder)
  const standIn = await startStandInProcess(join(folder, 'scenario.yaml'))
  try {
    const targets = Object.values(standIn.addresses)
    const machine = readMachine()
    const runId = `verify-${planHash(scenario).slice(0, 16)}`
    beginRunFolder({ folder, runId, startedAtMs: wallMs(), targets, workers: 1, machine })
    await runFleet({
      scenario,
      targets,
      folder,
      workers: 1,
      warmUp: true,
      control: standIn.control,
      stopping,
      onProgress: () => {},
    })
  } finally {
    await standIn.close()
  }
  return told(folder)
}

function inVirtualTime(
  scenario: Scenario,
  folder: string,
  overhead?: LatencyLaw,
  repetition = 0,
): ToldRun {
  prepareFolder(scenario, folder)
  const runId = `verify-${planHash(scenario).slice(0, 16)}`
  const settings = { scenario, folder, runId, version: VERSION, overhead, repetition }
  const simulation = new RecordedSimulation(settings)
  try {
    while (simulation.goOn(Number.POSITIVE_INFINITY)) {}
    simulation.end(false)
  } finally {
    simulation.close()
  }
  return told(folder)
}

function told(folder: string): ToldRun {
  const record = readRun(folder)
  return { record, summary: summarize(record) }
}

function prepareFolder(scenario: Scenario, folder: string): void {
  createRunFolder(folder)
  writeText(folder, 'scenario.yaml', resolvedYaml(scenario))
  writeText(folder, 'plan.json', `${JSON.stringify(planOf(scenario), null, 2)}\n`)
}
