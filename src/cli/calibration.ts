import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wallMs } from '../clock/clock.ts'
import { ShakedownError } from '../errors.ts'
import { createRunFolder, writeText } from '../results/run-folder.ts'
import { readRun } from '../results/run-record.ts'
import { summarize } from '../results/summarize.ts'
import type { Summary } from '../results/summary.ts'
import { readMachine } from '../run/machine.ts'
import { runFleet } from '../run/run-fleet.ts'
import { Stopping } from '../run/stopping.ts'
import { resolvedYaml } from '../scenario/canonical.ts'
import { parseScenario } from '../scenario/parse.ts'
import { planOf } from '../scenario/plan.ts'
import { highestValid, type Probe, type SearchBounds } from './ceiling-search.ts'
import { startRefused } from './child-failure.ts'
import { withoutSettings } from './environment.ts'
import { beginRunFolder } from './run-id.ts'
import { endOf } from './stand-in-channel.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface CalibrationSettings {
  readonly things: number
  readonly workers: number
  /** Of load, for each probe. */
  readonly seconds: number
  readonly bounds: SearchBounds
  readonly onProbe: (probe: RateProbe) => void
  /** Once it is asked for, no rate is tried any more. */
  readonly stopping?: Stopping
}

export interface RateProbe extends Probe {
  readonly dropped: number
  readonly lagP99Ms: number | null
  /** Names of the checks that voided it. */
  readonly broken: readonly string[]
}

/**
 * The highest rate of starts at which this machine's measurements are valid; of no meaning once it
 * was to stop.
 */
export async function findCeiling(settings: CalibrationSettings): Promise<number> {
  const { stopping = new Stopping() } = settings
  return withNullTarget(async (targets) => {
    const probe = async (startsPerSecond: number) => {
      const once = { ...settings, stopping, startsPerSecond }
      if (stopping.requested) return { startsPerSecond, valid: false }
      const first = await probeRate(targets, once)
      // One void run may be a moment of the machine; two are its limit.
      const found = first.valid || stopping.requested ? first : await probeRate(targets, once)
      if (!stopping.requested) settings.onProbe(found)
      return found
    }
    return highestValid(probe, settings.bounds)
  })
}

/** A target that costs nothing, in a process of its own, for as long as `use` takes. */
export async function withNullTarget<Result>(
  use: (targets: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const child = fork(fileURLToPath(new URL('./null-target-process.js', import.meta.url)), {
    env: withoutSettings(process.env),
  })
  try {
    return await use(await targetsOf(child))
  } finally {
    if (child.connected) child.disconnect()
  }
}

/** @throws ShakedownError MACHINE_TOO_SMALL when there is no such process, or it ends before it listens. */
function targetsOf(child: ChildProcess): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    child.once('message', (targets) => resolve(targets as readonly string[]))
    child.once('error', (error) => reject(startRefused('The target to measure against', error)))
    child.once('exit', (code, signal) => {
      const how = endOf(code, signal)
      reject(
        new ShakedownError('MACHINE_TOO_SMALL', `The target to measure against is gone: ${how}.`, {
          hint: 'Its own messages stand above; raise the limit of processes, files or memory that they name.',
        }),
      )
    })
  })
}

/** One run at one rate: half of the things over MQTT, half over HTTP, two requests a start. */
export async function probeRate(
  targets: readonly string[],
  rate: Pick<CalibrationSettings, 'things' | 'workers' | 'seconds'> &
    Pick<CalibrationSettings, 'stopping'> &
    Pick<Probe, 'startsPerSecond'>,
): Promise<RateProbe> {
  const folder = temporaryFolder('shakedown-calibration-')
  try {
    return probeOf(rate.startsPerSecond, await runOnce(join(folder.path, 'run'), targets, rate))
  } catch (error) {
    throw folder.explained(error)
  } finally {
    folder.remove()
  }
}

async function runOnce(
  folder: string,
  targets: readonly string[],
  { things, workers, seconds, stopping, startsPerSecond }: Parameters<typeof probeRate>[1],
): Promise<Summary> {
  const scenario = parseScenario(
    `
name: calibration
fleet:
  things: ${things}
  connect: { rate: 2000/s, limit: 60s }
  mix: [{ share: 50%, transport: mqtt }, { share: 50%, transport: http }]
behaviour: { work: 0s, updates: 0 }
load: { arrivals: [{ name: steady, rate: ${startsPerSecond}/s, for: ${seconds}s }], drain: 10s }
`,
    { fileName: 'calibration' },
  )
  createRunFolder(folder)
  writeText(folder, 'scenario.yaml', resolvedYaml(scenario))
  writeText(folder, 'plan.json', JSON.stringify(planOf(scenario)))
  const machine = readMachine()
  const begun = { runId: 'calibration', startedAtMs: wallMs() }
  beginRunFolder({ folder, ...begun, targets, workers, machine })
  await runFleet({
    scenario,
    targets,
    folder,
    workers,
    warmUp: true,
    control: undefined,
    stopping: stopping ?? new Stopping(),
    onProgress: () => {},
  })
  return summarize(readRun(folder))
}

/** A start that found no thing free was not made: such a rate was not kept either. */
function probeOf(startsPerSecond: number, { validity, arrivals }: Summary): RateProbe {
  const broken = validity.checks.filter(({ level }) => level === 'invalid').map(({ name }) => name)
  const dropped = arrivals?.dropped ?? 0
  const lagP99Ms = validity.checks.find(({ name }) => name === 'schedule-lag')?.observed ?? null
  return { startsPerSecond, valid: validity.valid && dropped === 0, dropped, lagP99Ms, broken }
}
