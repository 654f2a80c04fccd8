import { Parser } from 'yargs/helpers'
import { flagsOf } from './environment.ts'

/** Flags without a variable in the environment. */
const OTHER_FLAGS: Readonly<Record<string, readonly string[]>> = {
  validate: ['json-schema'],
  doctor: ['calibrate'],
  serve: ['parent'],
}
const EVERYWHERE = ['help', 'version']

/** Stands where a command might, for the parser to say what it is. */
const MARK = 'shakedown'

/**
 * Moves the command before the options that stand before it: which words are options' values depends
 * on the command, and the parser reads a command's options only once it has come to the command.
 *
 * Of the words that name a command the one is meant that, by that command's own options, is neither
 * behind another word nor an option's value: in `--out run simulate x.yaml` that is `simulate`.
 *
 * @returns the same words where none is a command.
 */
export function commandFirst(words: readonly string[], commands: readonly string[]): string[] {
  const at = words.findIndex(
    (word, index) =>
      commands.includes(word) && firstWord([...words.slice(0, index), MARK], [word]) === MARK,
  )
  const command = words[at]
  return command === undefined ? [...words] : [command, ...words.toSpliced(at, 1)]
}

/** The first that is no option and no option's value: where none is a command, what was meant for one. */
export function firstWord(
  words: readonly string[],
  commands: readonly string[],
): string | undefined {
  const [first] = Parser([...words], {
    boolean: commands.flatMap(valuelessOf),
    configuration: { 'greedy-arrays': false, 'parse-positional-numbers': false },
  })._
  return first === undefined ? undefined : String(first)
}

/** The options of a command that take no value. */
export function valuelessOf(command: string): string[] {
  const others = Object.hasOwn(OTHER_FLAGS, command) ? OTHER_FLAGS[command] : undefined
  return [...flagsOf(command), ...(others ?? []), ...EVERYWHERE]
}
