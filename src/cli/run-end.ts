import type { Summary } from '../results/summary.ts'
import type { Stopping } from '../run/stopping.ts'
import { ExitCode } from './exit-codes.ts'

export const VERDICT_CODES: Record<Summary['verdict'], ExitCode> = {
  passed: ExitCode.Passed,
  failed: ExitCode.ThresholdsFailed,
  invalid: ExitCode.InvalidRun,
  aborted: ExitCode.Aborted,
  stopped: ExitCode.Stopped,
}

/**
 * The first asks for a clean end, the second for a quick one, a third is not waited for.
 * @param words said at the first. @returns takes the listeners away.
 */
export function listenForSignals(
  stopping: Stopping,
  words = 'stopping: no new starts, draining (again: at once)',
): () => void {
  const hear = () => {
    const times = stopping.request()
    if (times === 1) process.stderr.write(`\n${words}\n`)
    if (times > 2) process.exit(ExitCode.Stopped)
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return () => {
    process.off('SIGINT', hear)
    process.off('SIGTERM', hear)
  }
}
