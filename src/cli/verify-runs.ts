import { join } from 'node:path'
import { wallMs } from '../clock/clock.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import type { ToldRun } from '../results/agreement.ts'
import { createRunFolder, writeText } from '../results/run-folder.ts'
import { readRun } from '../results/run-record.ts'
import { summarize } from '../results/summarize.ts'
import type { ValidityCheck } from '../results/summary.ts'
import { readMachine } from '../run/machine.ts'
import { runFleet } from '../run/run-fleet.ts'
import type { Stopping } from '../run/stopping.ts'
import { planHash, resolvedYaml } from '../scenario/canonical.ts'
import { planOf } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { RecordedSimulation } from '../simulate/recorded-simulation.ts'
import { beginRunFolder } from './run-id.ts'
import { startStandInProcess } from './stand-in-process.ts'
import { VERSION } from './version.ts'

/** A run in real time that is not valid is made once more: the machine may have other things to do for a while. */
const TRIES = 2

/**
 * One run of `verify` in real time, on a stand-in of its own.
 *
 * @param folder a name: a folder with it is made for each try.
 * @param again told which checks a run has failed that is made once more.
 * @returns the first valid run, or the last.
 */
export async function inRealTime(
  scenario: Scenario,
  folder: string,
  stopping: Stopping,
  again: (checks: readonly string[]) => void,
): Promise<ToldRun> {
  let run = await realRun(scenario, `${folder}-1`, stopping)
  for (let tries = 2; tries <= TRIES && !run.summary.validity.valid; tries++) {
    if (stopping.requested) break
    again(run.summary.validity.checks.filter(isFailed).map(({ name }) => name))
    run = await realRun(scenario, `${folder}-${tries}`, stopping)
  }
  return run
}

function isFailed({ level }: ValidityCheck): boolean {
  return level === 'invalid'
}

async function realRun(scenario: Scenario, folder: string, stopping: Stopping): Promise<ToldRun> {
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

/** The same in virtual time. @param repetition which draw of the overhead. */
export function inVirtualTime(
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
