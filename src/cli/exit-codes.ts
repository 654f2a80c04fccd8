/** What the process answers with (design section 7). Erasable syntax has no enums. */
export const ExitCode = {
  Passed: 0,
  Bug: 1,
  Usage: 2,
  InvalidRun: 3,
  Regression: 4,
  ThresholdsFailed: 99,
  Stopped: 105,
  Aborted: 108,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
