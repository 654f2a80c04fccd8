import { ShakedownError } from '../errors.ts'
import { latencyMs } from '../metrics/latencies.ts'
import type { Histogram } from '../metrics/latency-recorder.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import { type RunRecord, readRun } from '../results/run-record.ts'
import { ONE_WAY_US } from './thing-ways.ts'

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
  const record = readRun(folder)
  if (record.run.virtual !== undefined) {
    throw new ShakedownError('USAGE', `${folder} is of a run in virtual time itself.`, {
      hint: 'Give --calibrate the folder of a run that was measured (shakedown run).',
    })
  }
  const all = acceptedAnswers([record])
  try {
    if (all.totalCount < LEAST_ANSWERS) {
      throw new ShakedownError(
        'USAGE',
        `${folder} has ${all.totalCount} accepted answers, too few for a latency law.`,
        { hint: `Take a run with at least ${LEAST_ANSWERS} of them.` },
      )
    }
    return {
      runId: record.run.id,
      latency: lawOf(latencyMs(all, 'p50') ?? 0, latencyMs(all, 'p99') ?? 0),
    }
  } finally {
    all.destroy()
  }
}

/** Service times of accepted start-next and update. To be destroyed. */
export function acceptedAnswers(records: readonly RunRecord[]): Histogram {
  const slots = new SlotCounts()
  for (const { intervals } of records) {
    for (const { entries } of intervals) {
      for (const entry of entries) if (SERIES.includes(entry.name)) slots.add(entry.encoded)
    }
  }
  return slots.toHistogram()
}

function lawOf(p50Ms: number, p99Ms: number): LatencyLaw {
  const withoutWay = (ms: number) => Math.max(1, Math.round(ms * 1e3) - 2 * ONE_WAY_US)
  const medianUs = withoutWay(p50Ms)
  return { medianUs, p99Us: Math.max(medianUs, withoutWay(p99Ms)) }
}
