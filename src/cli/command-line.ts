import yargs, { type Argv } from 'yargs'
import { hideBin } from 'yargs/helpers'
import { ShakedownError } from '../errors.ts'
import { commandFirst, firstWord, valuelessOf } from './command-first.ts'
import { environmentOptions } from './environment.ts'
import { ExitCode } from './exit-codes.ts'
import { refuseTwice } from './given-once.ts'
import { hearLostOutput } from './lost-output.ts'
import { applyingHere } from './modes.ts'
import { runCommand } from './run-command.ts'
import { withOrigin } from './told-origin.ts'
import { refuseHalfFlags, refuseWithoutValue } from './values-given.ts'
import { VERSION } from './version.ts'

type Finish = (code: ExitCode) => void

/** Each command is loaded when it is asked for: all of them take longer than most have to do. */
const COMMANDS: Readonly<Record<string, (parser: Argv, finish: Finish) => Promise<Argv>>> = {
  run: async (parser, finish) =>
    parser.command((await import('./run.ts')).runCommandModule(finish)),
  serve: async (parser, finish) =>
    parser.command((await import('./serve.ts')).serveCommand(finish)),
  simulate: async (parser, finish) =>
    parser.command((await import('./simulate.ts')).simulateCommand(finish)),
  verify: async (parser, finish) =>
    parser.command((await import('./verify.ts')).verifyCommand(finish)),
  plan: async (parser, finish) => parser.command((await import('./plan.ts')).planCommand(finish)),
  report: async (parser, finish) =>
    parser.command((await import('./report.ts')).reportCommand(finish)),
  validate: async (parser, finish) =>
    parser.command((await import('./validate.ts')).validateCommand(finish)),
  doctor: async (parser, finish) =>
    parser.command((await import('./doctor.ts')).doctorCommand(finish)),
}

const toStderr = (line: string) => void process.stderr.write(`${line}\n`)

/** Parses the words, runs one command, and leaves its exit code to the process. */
async function main(given: readonly string[]): Promise<ExitCode> {
  const words = commandFirst(given, Object.keys(COMMANDS))
  let exitCode: ExitCode = ExitCode.Passed
  const finish = (code: ExitCode) => {
    exitCode = code
  }
  const [command = ''] = words
  const flags = valuelessOf(command)
  const environment = applyingHere(words, environmentOptions(process.env, command))
  refuseHalfFlags(words, flags)
  let parser = yargs(words)
    .scriptName('shakedown')
    .usage('$0 <command>\n\nSees what breaks before your fleet does.')
  for (const [name, add] of Object.entries(COMMANDS)) {
    const isWanted = Object.hasOwn(COMMANDS, command) ? name === command : command !== '--version'
    if (isWanted) parser = await add(parser, finish)
  }
  parser = parser
    .demandCommand(1, 'Name a command; `shakedown --help` lists them.')
    .strict()
    .strictCommands()
    .middleware((all) => {
      refuseTwice(all)
      refuseWithoutValue(all, flags)
    })
    .config(environment)
    .version(VERSION)
    .help()
    .wrap(Math.min(100, process.stdout.columns || 100))
    .epilogue(
      'Options can also be given as SHAKEDOWN_* in the environment (SHAKEDOWN_SEED=7); a flag wins.\n' +
        'Several values of one are separated by semicolons (SHAKEDOWN_SET="seed=7; fleet.things=50").\n' +
        'Exit codes: 0 passed, 1 a bug of ours, 2 usage or machine, 3 invalid run, 99 thresholds failed, 105 stopped, 108 aborted.',
    )
    .exitProcess(false)
    // `--set a=1 --set b=2 file` and never `--set a=1 b=2 file`: the file would be swallowed.
    .parserConfiguration({ 'greedy-arrays': false })
    .fail((message, error) => {
      if (error !== undefined && error !== null) throw error
      throw new ShakedownError('USAGE', wordsOf(message, words), {
        hint: '`shakedown --help` lists the commands, `shakedown <command> --help` what one takes.',
      })
    })
  try {
    await parser.parseAsync()
  } catch (error) {
    throw withOrigin(error, words, Object.keys(environment))
  }
  return exitCode
}

/** The parser's own sentence for a missing argument speaks of its insides. */
function wordsOf(message: string, words: readonly string[]): string {
  if (message.startsWith('Not enough non-option arguments')) {
    return 'The command needs one more argument: a scenario file, or a run folder.'
  }
  const [, unknown = ''] = /^Unknown commands?: (.*)$/.exec(message) ?? []
  const [first = ''] = unknown.split(', ')
  const isCommand = Object.hasOwn(COMMANDS, words[0] ?? '')
  if (!isCommand && first === firstWord(words, Object.keys(COMMANDS)))
    return `There is no command "${first}".`
  // The parser looks for a command in every word that no argument is meant for.
  return message
    .replace(/^Unknown commands?: (.*)$/, 'There is one argument too many: "$1".')
    .replace(/^Unknown arguments?: (.*)$/, 'There is no option or argument "$1".')
}

hearLostOutput()

process.exitCode = await runCommand(async () => main(hideBin(process.argv)), toStderr)
