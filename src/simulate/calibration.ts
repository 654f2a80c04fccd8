import { ShakedownError } from '../errors.ts'
import { latencyMs } from '../metrics/latencies.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import { type RunRecord, readRun } from '../results/run-record.ts'
import { ONE_WAY_US } from './simulation.ts'

export interface Calibration {
  /** Of the measured run. */
  readonly runId: string
  readonly latency: LatencyLaw
}

const SERIES: readonly string[] = ['start-next.accepted.service', 'update.accepted.service']
/** Fewer answers have no 99th percentile. */
const LEAST_ANSWERS = 100

/**
 * The latency law of the service in a measured run: log-normal through the median and the 99th
 * percentile of the service time of accepted start-next and update, less the way there and back.
 *
 * @throws ShakedownError FOLDER_UNUSABLE for no run folder, USAGE for one with too few answers.
 */
export function calibrationOf(folder: string): Calibration {
  return calibrationOn([readRun(folder)], folder)
}

/**
 * The same on several runs together.
 * @param name of them, for what is said about them. @param least how few answers will do.
 */
export function calibrationOn(
  records: readonly RunRecord[],
  name: string,
  least = LEAST_ANSWERS,
): Calibration {
  if (records.some(({ run }) => run.virtual !== undefined)) {
    throw new ShakedownError('USAGE', `${name} is of a run in virtual time itself.`, {
      hint: 'Give --calibrate the folder of a run that was measured (shakedown run).',
    })
  }
  const slots = new SlotCounts()
  for (const { intervals } of records) {
    for (const { entries } of intervals) {
      for (const entry of entries) if (SERIES.includes(entry.name)) slots.add(entry.encoded)
    }
  }
  const all = slots.toHistogram()
  try {
    if (all.totalCount < least) {
      throw new ShakedownError(
        'USAGE',
        `${name} has ${all.totalCount} accepted answers, too few for a latency law.`,
        { hint: `Take a run with at least ${least} of them.` },
      )
    }
    const runId = records.map(({ run }) => run.id).join(', ')
    return { runId, latency: lawOf(latencyMs(all, 'p50') ?? 0, latencyMs(all, 'p99') ?? 0) }
  } finally {
    all.destroy()
  }
}

function lawOf(p50Ms: number, p99Ms: number): LatencyLaw {
  const withoutWay = (ms: number) => Math.max(1, Math.round(ms * 1e3) - 2 * ONE_WAY_US)
  const medianUs = withoutWay(p50Ms)
  return { medianUs, p99Us: Math.max(medianUs, withoutWay(p99Ms)) }
}
