import { ExitCode } from './exit-codes.ts'
import { reasonOf } from './output-file.ts'

/**
 * Whoever listened may be gone (`| head`): the command is not, and goes on. Where the words cannot be
 * written for another reason, a command that would have passed has not said what it was asked for.
 */
export function hearLostOutput(): void {
  let isLost = false
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isLost) return
    isLost = true
    process.stderr.write(
      `Standard output cannot be written: ${reasonOf(error)}.\nMake room there, or send the output to another place.\n`,
    )
  })
  process.on('exit', (code) => {
    if (isLost && code === ExitCode.Passed) process.exitCode = ExitCode.Usage
  })
}
