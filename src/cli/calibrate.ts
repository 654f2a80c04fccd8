import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { wallMs } from '../clock/clock.ts'
import { ShakedownError } from '../errors.ts'
import { Stopping } from '../run/stopping.ts'
import { findCeiling, type RateProbe } from './calibration.ts'
import { CALIBRATION_FILE, writeCalibration } from './calibration-file.ts'
import { countOf } from './count-option.ts'
import { ExitCode as Codes, type ExitCode } from './exit-codes.ts'
import { checkWritable, makeFolderOf } from './output-file.ts'
import { listenForSignals } from './run-end.ts'
import { VERSION } from './version.ts'

export interface CalibrateArguments {
  readonly scenario?: string
  readonly set?: readonly string[]
  readonly things?: string
  readonly workers?: string
  readonly probeSeconds?: string
  /** Where the result goes. */
  readonly calibration?: string
}

const BOUNDS = { fromPerSecond: 250, mostPerSecond: 64_000, mostProbes: 10 }
const THINGS = 2_000

/** `doctor --calibrate`: how many starts a second can this machine make and still measure? */
export async function calibrate(given: CalibrateArguments): Promise<ExitCode> {
  const things = countOf('--things', given.things, THINGS, 1_000_000)
  const workers = countOf('--workers', given.workers, Math.max(1, availableParallelism() - 1), 64)
  const seconds = countOf('--probe-seconds', given.probeSeconds, 8, 3_600)
  refuseBesideCalibrate(given)
  const file = given.calibration ?? join('reports', CALIBRATION_FILE)
  makeFolderOf(file)
  checkWritable(file)
  const stopping = new Stopping()
  const unlisten = listenForSignals(stopping, 'stopping after this rate (again: at once)')
  const probes: RateProbe[] = []
  const startsPerSecond = await findCeiling({
    things,
    workers,
    seconds,
    bounds: BOUNDS,
    stopping,
    onProbe: (probe) => {
      probes.push(probe)
      process.stdout.write(`${probeLine(probe)}\n`)
    },
  })
  unlisten()
  if (stopping.requested) {
    process.stdout.write('stopped: no rate was found, and nothing is kept\n')
    return Codes.Stopped
  }
  writeCalibration(file, {
    schemaVersion: 1,
    measuredAt: new Date(wallMs()).toISOString(),
    host: { node: process.version, cpus: availableParallelism() },
    workers,
    things,
    startsPerSecond,
    probes,
  })
  process.stdout.write(`${verdictLine(startsPerSecond, workers, probes)}\nkept in ${file}\n`)
  return startsPerSecond > 0 ? Codes.Passed : Codes.InvalidRun
}

/** @throws ShakedownError USAGE */
function refuseBesideCalibrate(given: CalibrateArguments): void {
  for (const [option, what] of [
    ['scenario', given.scenario],
    ['set', given.set],
  ] as const) {
    if (what === undefined) continue
    const name = option === 'scenario' ? `The scenario ${given.scenario}` : '--set'
    throw new ShakedownError('USAGE', `${name} means nothing beside --calibrate: ${WHY}.`, {
      hint: 'Leave it out; `shakedown run` compares the plan of a scenario with what was found.',
    })
  }
}

const WHY = 'it measures the machine, with a fleet of its own'

function probeLine({ startsPerSecond, valid, lagP99Ms, broken, dropped }: RateProbe): string {
  const lag = lagP99Ms === null ? '' : `, lag p99 ${lagP99Ms.toFixed(1)} ms`
  const lost = dropped > 0 ? `, ${dropped} starts dropped` : ''
  const why = broken.length > 0 ? ` (${broken.join(', ')})` : ''
  return `${String(startsPerSecond).padStart(6)} starts/s ${valid ? 'valid' : 'void '}${lag}${lost}${why}`
}

function verdictLine(
  startsPerSecond: number,
  workers: number,
  probes: readonly RateProbe[],
): string {
  const threads = workers === 1 ? '1 worker' : `${workers} workers`
  const lowest = Math.min(...probes.map((probe) => probe.startsPerSecond))
  if (startsPerSecond === 0)
    return `Not even ${lowest} starts a second can be measured with ${threads}: the machine has other things to do.`
  return `With ${threads} this machine keeps up to ${startsPerSecond} starts a second (shakedown ${VERSION}).`
}
