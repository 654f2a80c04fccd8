import { join } from 'node:path'
import type { CommandModule } from 'yargs'
import { ShakedownError } from '../errors.ts'
import { agreementText } from '../report/agreement-text.ts'
import { counted } from '../report/figures.ts'
import { agreement, type ToldRun } from '../results/agreement.ts'
import { Stopping } from '../run/stopping.ts'
import { overheadOf } from '../simulate/overhead.ts'
import { sizesOf, smallScenario } from '../simulate/small-scenario.ts'
import { countOf } from './count-option.ts'
import { ExitCode } from './exit-codes.ts'
import { hiding, IN_VERIFY, refuseMeaningless } from './meaningless.ts'
import { readScenario } from './read-scenario.ts'
import { listenForSignals } from './run-end.ts'
import { assigned } from './serve-settings.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { inRealTime, inVirtualTime } from './verify-runs.ts'

/** Odd numbers, so that one of them is the middle one. */
const REPETITIONS = 15
const RUNS = 3
/** Odd as well, so that one more than an even number is not too many. Each takes up to a minute. */
const MOST_RUNS = 25

interface VerifyArguments {
  scenario: string
  seed?: string
  runs?: string
  set?: string[]
  quiet: boolean
  color: boolean
}

/** `verify <scenario>`. */
export function verifyCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, VerifyArguments> {
  return {
    command: 'verify <scenario>',
    describe: 'run a small form of a scenario in real and in virtual time; say how far they differ',
    builder: (options) =>
      hiding(options, IN_VERIFY)
        .positional('scenario', { type: 'string', demandOption: true, describe: 'scenario file' })
        .option('seed', { type: 'string', describe: 'seed of the plan and of every draw' })
        .option('runs', {
          type: 'string',
          describe: `how often it is run in real time, for the middle of each figure: an odd number; default: ${RUNS}`,
        })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('quiet', {
          type: 'boolean',
          default: false,
          describe: 'the table and nothing else',
        })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 verify scenarios/throttled-account.yaml', 'may simulate be believed here?'),
    handler: async (given) => finish(await verify(given)),
  }
}

async function verify(given: VerifyArguments): Promise<ExitCode> {
  refuseMeaningless(given, IN_VERIFY)
  const set = [...assigned('seed', '--seed', given.seed), ...(given.set ?? [])]
  const scenario = readScenario(given.scenario, set)
  const runs = oddCountOf('--runs', given.runs)
  const { fitted, heldOut } = sizesOf(scenario)
  const say = (line: string) => void (given.quiet || process.stderr.write(`${line}\n`))
  const temporary = temporaryFolder('shakedown-verify-')
  const folder = temporary.path
  const stopping = new Stopping()
  const unlisten = listenForSignals(stopping)
  try {
    const measure = async (things: number, name: string, why: string) => {
      say(`real time: ${counted(things, 'thing')}${why}`)
      const again = (checks: readonly string[]) =>
        say(`  not valid by ${checks.join(', ')}; once more`)
      return inRealTime(smallScenario(scenario, things), join(folder, name), stopping, again)
    }
    const models: ToldRun[] = []
    for (const things of fitted) {
      models.push(await measure(things, `model-${things}`, ', to fit the latency on'))
      if (stopping.requested) return ExitCode.Stopped
    }
    const reals: ToldRun[] = []
    for (let run = 1; run <= runs; run++) {
      reals.push(await measure(heldOut, `real-${run}`, runs > 1 ? `, ${run} of ${runs}` : ''))
      if (stopping.requested) return ExitCode.Stopped
    }
    const records = models.map(({ record }) => record)
    let simulations = 0
    const overhead = overheadOf(records, (law) =>
      fitted.map((things) => {
        simulations += 1
        const place = join(folder, `fitting-${simulations}`)
        return inVirtualTime(smallScenario(scenario, things), place, law).record
      }),
    )
    // Without a machine there is nothing that could be otherwise the next time.
    const repetitions = overhead === undefined ? 1 : REPETITIONS
    say(`virtual time: ${counted(heldOut, 'thing')}, ${counted(repetitions, 'time')}`)
    const small = smallScenario(scenario, heldOut)
    const virtuals = Array.from({ length: repetitions }, (_, repetition) =>
      inVirtualTime(small, join(folder, `virtual-${repetition}`), overhead, repetition),
    )
    const rows = agreement(reals, virtuals)
    const { stdout } = process
    const color = given.color && stdout.isTTY === true && process.env.NO_COLOR === undefined
    const width = stdout.columns || 100
    const areValid = (told: readonly ToldRun[]) =>
      told.every(({ summary }) => summary.validity.valid)
    const isFitValid = areValid(models)
    stdout.write(
      agreementText(rows, { reals, fitted, repetitions, isFitValid, overhead, color, width }),
    )
    if (!areValid(reals)) return ExitCode.InvalidRun
    return rows.every(({ isMet }) => isMet) ? ExitCode.Passed : ExitCode.ThresholdsFailed
  } catch (error) {
    throw temporary.explained(error)
  } finally {
    unlisten()
    temporary.remove()
  }
}

function oddCountOf(flag: string, text: string | undefined): number {
  const runs = countOf(flag, text, RUNS, MOST_RUNS)
  if (runs % 2 === 1) return runs
  throw new ShakedownError('USAGE', `${flag} is ${text}, and of so many none is the middle one.`, {
    hint: `Give an odd number, such as ${runs + 1}.`,
  })
}
