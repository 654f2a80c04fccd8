import type { CommandModule } from 'yargs'
import { ShakedownError } from '../errors.ts'
import { scenarioNotes, scenarioText } from '../report/scenario-text.ts'
import { scenarioJsonSchema } from '../scenario/json-schema.ts'
import { planOf } from '../scenario/plan.ts'
import { ExitCode } from './exit-codes.ts'
import { readScenario } from './read-scenario.ts'

interface ValidateArguments {
  scenario?: string
  set?: string[]
  json?: boolean
  jsonSchema?: boolean
}

/** `validate <scenario>`: every problem at once, or what the scenario amounts to. */
export function validateCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, ValidateArguments> {
  return {
    command: 'validate [scenario]',
    describe: 'check a scenario file; say every problem at once, with its place and cure',
    builder: (options) =>
      options
        .positional('scenario', { type: 'string', describe: 'the scenario file (YAML)' })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('json', { type: 'boolean', describe: 'print the plan as JSON' })
        .option('json-schema', {
          type: 'boolean',
          describe: 'print the JSON Schema of scenario files, for editors, and end',
        })
        .check(({ scenario, jsonSchema }) => {
          if (scenario === undefined && jsonSchema !== true) {
            throw new ShakedownError('USAGE', 'There is no scenario to check.', {
              hint: 'Name a scenario file, or ask for --json-schema.',
            })
          }
          if (scenario !== undefined && jsonSchema === true) {
            throw new ShakedownError(
              'USAGE',
              `The scenario ${scenario} means nothing beside --json-schema: the schema is that of all scenarios.`,
              { hint: 'Leave the file out, or leave --json-schema out to check it.' },
            )
          }
          return true
        })
        .example('$0 validate scenarios/quickstart.yaml', 'is it right?')
        .example('$0 validate --json-schema > scenario.schema.json', 'completion in an editor'),
    handler: ({ scenario: fileName, set, json, jsonSchema }) => {
      if (jsonSchema === true) {
        process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
      } else if (fileName !== undefined) {
        const scenario = readScenario(fileName, set)
        const plan = planOf(scenario)
        process.stdout.write(
          json === true
            ? `${JSON.stringify({ ...plan, notes: scenarioNotes(scenario) }, null, 2)}\n`
            : `${fileName} is valid: ${scenario.name}\n\n${scenarioText(scenario, plan)}\n`,
        )
      }
      finish(ExitCode.Passed)
    },
  }
}
