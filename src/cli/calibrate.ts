import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { wallMs } from '../clock/clock.ts'
import { findCeiling, type RateProbe } from './calibration.ts'
import { CALIBRATION_FILE, writeCalibration } from './calibration-file.ts'
import { countOf } from './count-option.ts'
import { ExitCode as Codes, type ExitCode } from './exit-codes.ts'
import { VERSION } from './version.ts'

export interface CalibrateArguments {
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
  const file = given.calibration ?? join('reports', CALIBRATION_FILE)
  const probes: RateProbe[] = []
  const startsPerSecond = await findCeiling({
    things,
    workers,
    seconds,
    bounds: BOUNDS,
    onProbe: (probe) => {
      probes.push(probe)
      process.stdout.write(`${probeLine(probe)}\n`)
    },
  })
  writeCalibration(file, {
    schemaVersion: 1,
    measuredAt: new Date(wallMs()).toISOString(),
    host: { node: process.version, cpus: availableParallelism() },
    workers,
    things,
    startsPerSecond,
    probes,
  })
  process.stdout.write(`${verdictLine(startsPerSecond, workers)}\nkept in ${file}\n`)
  return startsPerSecond > 0 ? Codes.Passed : Codes.InvalidRun
}

function probeLine({ startsPerSecond, valid, lagP99Ms, broken, dropped }: RateProbe): string {
  const lag = lagP99Ms === null ? '' : `, lag p99 ${lagP99Ms.toFixed(1)} ms`
  const lost = dropped > 0 ? `, ${dropped} starts dropped` : ''
  const why = broken.length > 0 ? ` (${broken.join(', ')})` : ''
  return `${String(startsPerSecond).padStart(6)} starts/s ${valid ? 'valid' : 'void '}${lag}${lost}${why}`
}

function verdictLine(startsPerSecond: number, workers: number): string {
  const threads = workers === 1 ? '1 worker' : `${workers} workers`
  if (startsPerSecond === 0)
    return `Not even ${BOUNDS.fromPerSecond} starts a second can be measured with ${threads}: the machine has other things to do.`
  return `With ${threads} this machine keeps up to ${startsPerSecond} starts a second (shakedown ${VERSION}).`
}
