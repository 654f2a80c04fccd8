import { type ErrorCode, ShakedownError } from '../errors.ts'
import { ExitCode } from './exit-codes.ts'

const EXIT_CODES: Record<ErrorCode, ExitCode> = {
  USAGE: ExitCode.Usage,
  SCENARIO_INVALID: ExitCode.Usage,
  ENDPOINT_UNREACHABLE: ExitCode.Usage,
  MACHINE_TOO_SMALL: ExitCode.Usage,
  FOLDER_UNUSABLE: ExitCode.Usage,
  SHARD_LOST: ExitCode.InvalidRun,
  STAND_IN_LOST: ExitCode.InvalidRun,
}

type Command = () => Promise<ExitCode>

/** Our own errors are for the person at the terminal. Any other is a bug and keeps its stack. */
export async function runCommand(
  command: Command,
  print: (line: string) => void,
): Promise<ExitCode> {
  try {
    return await command()
  } catch (error) {
    if (!(error instanceof ShakedownError)) throw error
    print(`${error.message}\n${error.hint}`)
    return EXIT_CODES[error.code]
  }
}
