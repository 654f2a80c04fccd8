import { Parser } from 'yargs/helpers'
import { valuelessOf } from './command-first.ts'

type ByOption<Rule> = Readonly<Record<string, Rule>>

/** Options that say how to do what another option asks for. */
const ONLY_WITH: Readonly<Record<string, ByOption<string>>> = {
  doctor: { calibration: 'calibrate', 'probe-seconds': 'calibrate' },
  plan: { seeds: 'simulate', sweep: 'simulate', csv: 'simulate', html: 'simulate' },
}

/** Options of one run, which a range of seeds has not. */
const NOT_BESIDE_SEEDS: Readonly<Record<string, readonly string[]>> = {
  simulate: ['seed', 'out'],
  plan: ['seed'],
}

/**
 * What the environment says about this call of the command. A variable stands for all that is done in
 * a shell, so one that means nothing beside what was written is left out; the same option as a flag
 * was written for this call, and its command refuses it.
 *
 * @param words of the command line, the command first.
 * @param options what the environment says about any call of the command.
 */
export function applyingHere<Value>(
  words: readonly string[],
  options: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const [command = ''] = words
  const written = writtenIn(words, command)
  const asked = (option: string) => isGiven(written[option] ?? options[option])
  const needed = rulesOf(ONLY_WITH, command) ?? {}
  const single = rulesOf(NOT_BESIDE_SEEDS, command) ?? []
  const isSingle = single.some((option) => isGiven(written[option]))
  const isRange = asked('seeds') && !(isSingle && written.seeds === undefined)
  return Object.fromEntries(
    Object.entries(options).filter(([option]) => {
      const other = Object.hasOwn(needed, option) ? needed[option] : undefined
      if (other !== undefined && !asked(other)) return false
      return option === 'seeds' ? isRange : !(isRange && single.includes(option))
    }),
  )
}

function writtenIn(words: readonly string[], command: string): Readonly<Record<string, unknown>> {
  return Parser([...words], {
    boolean: valuelessOf(command),
    configuration: { 'greedy-arrays': false },
  })
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false
}

function rulesOf<Rule>(rules: Readonly<Record<string, Rule>>, command: string): Rule | undefined {
  return Object.hasOwn(rules, command) ? rules[command] : undefined
}
