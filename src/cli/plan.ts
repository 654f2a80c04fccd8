import type { CommandModule } from 'yargs'
import { planText } from '../report/plan-text.ts'
import { readMachine } from '../run/machine.ts'
import { demandOf, machineChecks } from '../run/machine-needs.ts'
import { type Forecast, forecastOf } from '../scenario/forecast/forecast.ts'
import { planOf } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { ExitCode } from './exit-codes.ts'
import { readScenario } from './read-scenario.ts'
import { assigned } from './serve-settings.ts'
import { workersOf } from './workers.ts'

interface PlanArguments {
  scenario: string
  things?: string
  seed?: string
  set?: string[]
  json: boolean
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
      options
        .positional('scenario', { type: 'string', demandOption: true, describe: 'scenario file' })
        .option('things', { type: 'string', describe: 'how many things (fleet.things)' })
        .option('seed', { type: 'string', describe: 'seed of the plan and of every draw' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('json', { type: 'boolean', default: false, describe: 'all figures as JSON' })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 plan scenarios/throttled-account.yaml', 'which quota binds, and for how long?')
        .example('$0 plan mine.yaml --things 100000 --json', 'the same as data'),
    handler: (given) => {
      const set = [
        ...assigned('fleet.things', '--things', given.things),
        ...assigned('seed', '--seed', given.seed),
        ...(given.set ?? []),
      ]
      const scenario = readScenario(given.scenario, set)
      process.stdout.write(`${given.json ? planJson(scenario) : text(scenario, given.color)}\n`)
      finish(ExitCode.Passed)
    },
  }
}

function text(scenario: Scenario, wantsColor: boolean): string {
  const { stdout } = process
  return planText(planOf(scenario), forecastOf(scenario), needsOf(scenario), {
    color: wantsColor && stdout.isTTY === true && process.env.NO_COLOR === undefined,
    width: stdout.columns ?? 100,
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
