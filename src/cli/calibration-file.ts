import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Scenario } from '../scenario/scenario.ts'
import type { RateProbe } from './calibration.ts'
import { writeOutput } from './output-file.ts'

/** What `doctor --calibrate` has found out about a machine. */
export interface MachineCeiling {
  readonly schemaVersion: 1
  readonly measuredAt: string
  readonly host: { readonly node: string; readonly cpus: number }
  readonly workers: number
  readonly things: number
  /** The highest at which measurements are valid; 0 when none was. */
  readonly startsPerSecond: number
  readonly probes: readonly RateProbe[]
}

/** Beside the run folders, where every run looks for it. */
export const CALIBRATION_FILE = 'calibration.json'

/** @throws ShakedownError USAGE */
export function writeCalibration(file: string, ceiling: MachineCeiling): void {
  writeOutput(file, `${JSON.stringify(ceiling, null, 2)}\n`)
}

/** A sentence for a plan that is above what this machine was measured to keep. */
export function ceilingWords(folder: string, { load }: Scenario): string | undefined {
  const ceiling = readCalibration(join(dirname(folder), CALIBRATION_FILE))
  if (ceiling === undefined || load.kind !== 'arrivals') return undefined
  const peak = Math.max(
    ...load.phases.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]),
  )
  const { startsPerSecond, workers, measuredAt } = ceiling
  if (peak <= startsPerSecond) return undefined
  const threads = workers === 1 ? '1 worker' : `${workers} workers`
  return (
    `the plan has up to ${peak} starts a second; this machine was measured to keep ` +
    `${startsPerSecond} with ${threads} (doctor --calibrate, ${measuredAt.slice(0, 10)})`
  )
}

function readCalibration(file: string): MachineCeiling | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<MachineCeiling> | null
    const isOurs = typeof value?.startsPerSecond === 'number' && typeof value.workers === 'number'
    return isOurs
      ? { ...(value as MachineCeiling), measuredAt: String(value.measuredAt) }
      : undefined
  } catch {
    return undefined
  }
}
