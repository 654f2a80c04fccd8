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

/** Under `nohup` too a closed terminal would end the process: Node undoes what it inherits of signals. */
const HANG_UP = 'SIGHUP'
const SIGNALS = ['SIGINT', 'SIGTERM', HANG_UP] as const

/**
 * The first asks for a clean end, the second for a quick one, a third is not waited for. A terminal that
 * is closed asks for a clean end, however often.
 * @param words said at the first.
 * @param makeRoom called before that: what is drawn anew on a terminal would be drawn over the words.
 * @returns takes the listeners away. With the code of a run that has its reports a signal that comes late,
 *   the second of two quick ones, ends the process with that code and not by itself.
 */
export function listenForSignals(
  stopping: Stopping,
  words = 'stopping: no new starts, draining (again: at once)',
  makeRoom: () => void = () => {},
): (code?: ExitCode) => void {
  const hear = (signal: NodeJS.Signals) => {
    // A shell and the system may both tell of one terminal that is closed.
    if (signal === HANG_UP && stopping.requested) return
    const times = stopping.request()
    if (times === 1) {
      makeRoom()
      process.stderr.write(`\n${words}\n`)
    }
    if (times > 2) process.exit(ExitCode.Stopped)
  }
  for (const signal of SIGNALS) process.on(signal, hear)
  return (code) => {
    for (const signal of SIGNALS) {
      if (code !== undefined) process.on(signal, () => process.exit(code))
      process.off(signal, hear)
    }
  }
}
