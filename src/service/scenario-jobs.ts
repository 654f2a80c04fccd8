import type { StandInJob } from '../protocol/admin.ts'
import type { RolloutConfig } from '../protocol/job-config.ts'
import { type JobSettings, PLAIN_JOB } from './job.ts'

/** The jobs of a scenario's row: `<id>-1` … `<id>-<perThing>`, or one endless row. */
export function jobsOfRow(row: StandInJob, minuteUs: number): JobSettings[] {
  const { inProgressTimeoutMinutes: minutes } = row
  const settings: JobSettings = {
    ...PLAIN_JOB,
    id: row.id,
    documentText: row.documentText,
    // All things of the fleet.
    targets: [],
    targetSelection: row.targetSelection ?? 'SNAPSHOT',
    rolloutConfig: paceOfRow(row),
    retry: row.retry,
    abort: row.abort,
    timeout: minutes === undefined ? undefined : { inProgressTimeoutInMinutes: minutes },
    inProgressTimeoutUs: minutes === undefined ? Number.POSITIVE_INFINITY : minutes * minuteUs,
  }
  if (row.perThing === Number.POSITIVE_INFINITY) return [{ ...settings, isEndless: true }]
  return Array.from({ length: row.perThing }, (_, at) => ({
    ...settings,
    id: `${row.id}-${at + 1}`,
  }))
}

/** undefined: all at once. */
export function paceOfRow({
  maximumPerMinute,
  exponentialRate,
}: StandInJob): RolloutConfig | undefined {
  if (maximumPerMinute === undefined && exponentialRate === undefined) return undefined
  return {
    ...(maximumPerMinute !== undefined && { maximumPerMinute }),
    ...(exponentialRate !== undefined && { exponentialRate }),
  }
}
