import type { CommandModule } from 'yargs'
import { ShakedownError } from '../errors.ts'
import { planText } from '../report/plan-text.ts'
import { readMachine } from '../run/machine.ts'
import { demandOf, machineChecks } from '../run/machine-needs.ts'
import { type Forecast, forecastOf } from '../scenario/forecast/forecast.ts'
import type { Assignment } from '../scenario/overrides.ts'
import { planOf } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { ExitCode } from './exit-codes.ts'
import { hiding, IN_A_PLAN, refuseMeaningless } from './meaningless.ts'
import { DEFAULT_SEEDS, simulatePlan } from './plan-simulation.ts'
import { readScenario } from './read-scenario.ts'
import { refuseBesideSeeds } from './seed-range.ts'
import { assigned } from './serve-settings.ts'
import { workersOf } from './workers.ts'

interface PlanArguments {
  scenario: string
  things?: string
  seed?: string
  set?: string[]
  simulate: boolean
  seeds?: string
  sweep?: string[]
  csv?: string
  html?: string
  json: boolean
  quiet: boolean
  color: boolean
}

/** `plan <scenario>`: what it asks of the account and of this machine. Sends nothing. */
export function planCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, PlanArguments> {
  return {
    command: 'plan <scenario>',
    describe: 'load, quota shares and expected duration; sends nothing',
    builder: (options) =>
      hiding(options, IN_A_PLAN)
        .positional('scenario', { type: 'string', demandOption: true, describe: 'scenario file' })
        .option('things', { type: 'string', describe: 'how many things (fleet.things)' })
        .option('seed', { type: 'string', describe: 'seed of the plan and of every draw' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('simulate', {
          type: 'boolean',
          default: false,
          describe: 'simulate it in virtual time, with several seeds: when is it done?',
        })
        .option('seeds', {
          type: 'string',
          describe: `with --simulate: a range of seeds; default ${DEFAULT_SEEDS}`,
        })
        .option('sweep', {
          type: 'string',
          array: true,
          describe: 'with --simulate: key=value,value of the scenario; repeatable, each with each',
        })
        .option('csv', {
          type: 'string',
          describe: 'with --simulate: a file with one row for each simulated run',
        })
        .option('html', {
          type: 'string',
          describe: 'with --simulate: a page with charts, in one file',
        })
        .option('json', { type: 'boolean', default: false, describe: 'all figures as JSON' })
        .option('quiet', { type: 'boolean', default: false, describe: 'no progress' })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 plan scenarios/throttled-account.yaml', 'which quota binds, and for how long?')
        .example('$0 plan mine.yaml --things 100000 --json', 'the same as data')
        .example(
          '$0 plan mine.yaml --simulate --seeds 1..20 --sweep fleet.things=1000,10000,100000 --csv eta.csv',
          'when is it done, by the size of the fleet?',
        ),
    handler: async (given) => {
      refuseMeaningless(given, IN_A_PLAN)
      refuseAlone(given)
      refuseBesideSeeds(given)
      const set = [
        ...assigned('fleet.things', '--things', given.things),
        ...assigned('seed', '--seed', given.seed),
        ...(given.set ?? []),
      ]
      const words = await said(given, set)
      if (words === undefined) return finish(ExitCode.Stopped)
      process.stdout.write(`${words}\n`)
      finish(ExitCode.Passed)
    },
  }
}

/** undefined when it was stopped. */
async function said(
  given: PlanArguments,
  set: (string | Assignment)[],
): Promise<string | undefined> {
  const { stdout } = process
  const look = {
    color: given.color && stdout.isTTY === true && process.env.NO_COLOR === undefined,
    width: stdout.columns || 100,
  }
  if (given.simulate) {
    return simulatePlan({ ...given, seeds: given.seeds ?? given.seed ?? DEFAULT_SEEDS }, set, look)
  }
  const scenario = readScenario(given.scenario, set)
  if (given.json) return planJson(scenario)
  return planText(planOf(scenario), forecastOf(scenario), needsOf(scenario), look)
}

function refuseAlone(given: PlanArguments): void {
  const { simulate, seeds, sweep, csv, html } = given
  const [alone] = Object.entries({ seeds, sweep, csv, html }).find(([, value]) => value) ?? []
  if (simulate || alone === undefined) return
  throw new ShakedownError('USAGE', `--${alone} says how to simulate, and nothing is simulated.`, {
    hint: `Add --simulate, or leave --${alone} away.`,
  })
}

/** Durations in microseconds, rates a second, shares 0..1; null is without limit or never. */
function planJson(scenario: Scenario): string {
  const { load, ...forecast }: Forecast = forecastOf(scenario)
  const { phases, binding = null, thingsAtWork } = load
  const quotas = { phases, binding, thingsAtWork, mostWaitingWrites: load.writes.mostWaiting }
  const machine = needsOf(scenario)
  return JSON.stringify({ plan: planOf(scenario), forecast, quotas, machine }, rounded, 2)
}

/** Six digits after the point: what is left of a sum of fractions says nothing. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value
}

function needsOf(scenario: Scenario) {
  const workers = workersOf(undefined, scenario, true)
  return machineChecks(readMachine(), demandOf(scenario, workers, undefined))
}
