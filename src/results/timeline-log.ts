import { appendFileSync } from 'node:fs'
import type { SamplerLimits } from '../metrics/thing-sampler.ts'
import type { ThingTimeline } from '../metrics/thing-timeline.ts'
import { attempt, fileIn } from './run-folder.ts'

/**
 * A row of `worker-N.timelines.ndjson`, written while the run goes on. Times count from the start of
 * the run, as in `intervals.ndjson`.
 */
export type TimelineRow = WorkerTimeline | LimitsRow

export interface WorkerTimeline extends ThingTimeline {
  readonly kind: 'timeline'
  readonly worker: number
  readonly thing: string
  /** In the whole fleet. */
  readonly index: number
}

/** What a worker met and what it kept, since the run began; the last one counts. */
export interface LimitsRow extends SamplerLimits {
  readonly kind: 'limits'
  readonly worker: number
}

export function timelineLogName(worker: number): string {
  return `worker-${worker}.timelines.ndjson`
}

/** Appends rows by one write. @throws ShakedownError FOLDER_UNUSABLE */
export function appendTimelines(
  folder: string,
  worker: number,
  rows: readonly TimelineRow[],
): void {
  if (rows.length === 0) return
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  attempt(folder, () => appendFileSync(fileIn(folder, timelineLogName(worker)), text))
}
