import type { CommandModule } from 'yargs'
import { prepareRecorders } from '../metrics/latency-recorder.ts'
import { deriveReports } from './derive-reports.ts'
import type { ExitCode } from './exit-codes.ts'
import { ExitCode as Codes } from './exit-codes.ts'
import { printSummary } from './print-summary.ts'

interface ReportArguments {
  folder: string
  color: boolean
}

/** `report <folder>`: makes everything derived anew from what the workers wrote. */
export function reportCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, ReportArguments> {
  return {
    command: 'report <folder>',
    describe: 'rebuild summary and reports of a run folder, also after a crash',
    builder: (options) =>
      options
        .positional('folder', { type: 'string', demandOption: true, describe: 'a run folder' })
        .option('color', { type: 'boolean', default: true, describe: 'colours on a terminal' })
        .example('$0 report reports/2026-01-01T00-00-00.000-mine', 'rebuild its reports'),
    handler: async ({ folder, color }) => {
      await prepareRecorders()
      const derived = deriveReports(folder)
      printSummary(derived, { color })
      finish(Codes.Passed)
    },
  }
}
