import type { CommandModule } from 'yargs'
import { ShakedownError } from '../errors.ts'
import { inUnit } from '../report/figures.ts'
import { type Cell, type Column, painter, tableLines, wrapped } from '../report/text-table.ts'
import { readMachine } from '../run/machine.ts'
import { demandOf, type MachineCheck, machineChecks } from '../run/machine-needs.ts'
import { parseScenario } from '../scenario/parse.ts'
import { calibrate } from './calibrate.ts'
import { environmentOverrides } from './environment.ts'
import type { ExitCode } from './exit-codes.ts'
import { ExitCode as Codes } from './exit-codes.ts'
import { targetCounts } from './preflight.ts'
import { readScenario } from './read-scenario.ts'
import { assigned } from './serve-settings.ts'
import { workersOf } from './workers.ts'

interface DoctorArguments {
  scenario?: string
  things?: string
  target?: string[]
  workers?: string
  set?: string[]
  color: boolean
  calibrate: boolean
  calibration?: string
  probeSeconds?: string
}

/** Without a scenario: a fleet as people begin with. */
const COMMON = `
name: this fleet
fleet: { things: 1000 }
load: { arrivals: [{ name: steady, rate: 100/s, for: 1m }] }
`

/** `doctor [scenario]`: is this machine large enough for it? */
export function doctorCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, DoctorArguments> {
  return {
    command: 'doctor [scenario]',
    describe: 'check this machine: descriptors, ports, memory, cores, clock',
    builder: (options) =>
      options
        .positional('scenario', {
          type: 'string',
          describe: 'what the machine is to carry; default: 1,000 things at 100 starts a second',
        })
        .option('things', { type: 'string', describe: 'how many things (fleet.things)' })
        .option('target', {
          type: 'string',
          array: true,
          describe: 'as for run; without one, the stand-in is on this machine too',
        })
        .option('workers', { type: 'string', describe: 'worker threads; default: by the cores' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .option('calibrate', {
          type: 'boolean',
          default: false,
          describe: 'find the highest rate of starts at which this machine measures; takes minutes',
        })
        .option('calibration', {
          type: 'string',
          describe: 'where the result of --calibrate goes; default: reports/calibration.json',
        })
        .option('probe-seconds', {
          type: 'string',
          describe: 'how long --calibrate tries each rate; default: 8',
        })
        .example('$0 doctor scenarios/throttled-account.yaml --things 20000', 'will it do?')
        .example(
          '$0 doctor --calibrate',
          'how many starts a second can it make and still measure?',
        ),
    handler: async (given) => {
      finish(given.calibrate ? await calibrate(given) : doctor(given))
    },
  }
}

/** @throws ShakedownError USAGE */
function refuseAlone({ probeSeconds, calibration }: DoctorArguments): void {
  const given = { 'probe-seconds': probeSeconds, calibration }
  const [alone] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
  if (alone === undefined) return
  throw new ShakedownError(
    'USAGE',
    `--${alone} says how to calibrate, and nothing is calibrated.`,
    { hint: `Add --calibrate, or leave --${alone} out.` },
  )
}

function doctor(given: DoctorArguments): ExitCode {
  refuseAlone(given)
  const set = [...assigned('fleet.things', '--things', given.things), ...(given.set ?? [])]
  const scenario =
    given.scenario === undefined
      ? parseScenario(COMMON, {
          fileName: 'the command line',
          set: [...environmentOverrides(process.env), ...set],
        })
      : readScenario(given.scenario, set)
  const workers = workersOf(given.workers, scenario, given.target === undefined)
  const demand = demandOf(scenario, workers, targetCounts(given.target))
  const checks = machineChecks(readMachine(), demand)
  process.stdout.write(`${doctorText(scenario.name, checks, given.color)}\n`)
  return checks.every(({ enough }) => enough) ? Codes.Passed : Codes.Usage
}

function doctorText(name: string, checks: readonly MachineCheck[], wantsColor: boolean): string {
  const { stdout } = process
  const paint = painter(wantsColor && stdout.isTTY === true && process.env.NO_COLOR === undefined)
  const column = (
    title: string,
    align: Column['align'],
    cell: (check: MachineCheck) => Cell,
  ): Column => ({ title, align, gap: title === 'check' ? 0 : 3, cells: checks.map(cell) })
  const lacking = checks.filter(({ enough }) => !enough)
  const width = Math.min(stdout.columns || 100, 100)
  return [
    ...tableLines(
      [
        column('check', 'left', (check) => ({ text: check.name })),
        column('found', 'right', ({ found, unit }) => ({ text: inUnit(found, unitOf(unit)) })),
        column('needed', 'right', ({ needed, unit }) => ({ text: inUnit(needed, unit) })),
        column('', 'left', ({ enough }) =>
          enough ? { text: 'ok', tone: 'good' } : { text: 'too small', tone: 'bad' },
        ),
      ],
      width,
      paint,
    ),
    '',
    lacking.length === 0
      ? `This machine is large enough for ${name}.`
      : `This machine is too small for ${name}.`,
    ...lacking.flatMap(({ name, cure }) => wrapped(`${name}: ${cure}`, width)),
  ].join('\n')
}

/** What was found is no bound. */
function unitOf(unit: string): string {
  return unit.replace(' at most', '')
}
