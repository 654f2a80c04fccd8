#!/usr/bin/env node
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { ShakedownError } from '../errors.ts'
import { ExitCode } from './exit-codes.ts'
import { reportCommand } from './report.ts'
import { runCommandModule } from './run.ts'
import { runCommand } from './run-command.ts'
import { serveCommand } from './serve.ts'
import { validateCommand } from './validate.ts'
import { VERSION } from './version.ts'

const toStderr = (line: string) => void process.stderr.write(`${line}\n`)

/** Parses the words, runs one command, and leaves its exit code to the process. */
async function main(words: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.Passed
  const finish = (code: ExitCode) => {
    exitCode = code
  }
  const parser = yargs([...words])
    .scriptName('shakedown')
    .usage('$0 <command>\n\nSees what breaks before your fleet does.')
    .command(runCommandModule(finish))
    .command(serveCommand(finish))
    .command(reportCommand(finish))
    .command(validateCommand(finish))
    .demandCommand(1, 'Name a command; `shakedown --help` lists them.')
    .strict()
    .strictCommands()
    .env('SHAKEDOWN')
    .version(VERSION)
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .epilogue(
      'Options can also be given as SHAKEDOWN_* in the environment (SHAKEDOWN_SEED=7); a flag wins.\n' +
        'Exit codes: 0 passed, 2 usage or machine, 3 invalid run, 99 thresholds failed, 105 stopped.',
    )
    .exitProcess(false)
    .fail((message, error) => {
      if (error !== undefined && error !== null) throw error
      throw new ShakedownError('USAGE', message, {
        hint: '`shakedown <command> --help` shows what it takes.',
      })
    })
  await parser.parseAsync()
  return exitCode
}

process.exitCode = await runCommand(async () => main(hideBin(process.argv)), toStderr)
