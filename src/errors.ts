/** What went wrong, as a word a program can compare. The command line gives each an exit code. */
export type ErrorCode =
  | 'USAGE'
  | 'SCENARIO_INVALID'
  | 'ENDPOINT_UNREACHABLE'
  | 'MACHINE_TOO_SMALL'
  | 'FOLDER_UNUSABLE'
  | 'SHARD_LOST'
  | 'STAND_IN_LOST'

/** An error for the person at the terminal. Any other class of error is a bug of ours. */
export class ShakedownError extends Error {
  override readonly name = 'ShakedownError'
  readonly code: ErrorCode
  /** One sentence telling the person at the terminal what to try next. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.hint = options.hint
  }
}
