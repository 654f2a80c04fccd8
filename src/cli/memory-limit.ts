import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { ShakedownError } from '../errors.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { bytesOf } from '../simulate/memory.ts'

const UNITS: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30, MB: 1e6, GB: 1e9 }

/**
 * Refuses a simulation that needs more than it may take, before anything is made.
 *
 * @param text of `--memory-limit`; undefined: nine tenths of the machine's memory, or what Node's own
 *   heap may grow to, where that is less.
 * @throws ShakedownError MACHINE_TOO_SMALL, or USAGE for a text that is no amount of memory.
 */
export function checkMemory(scenario: Scenario, text: string | undefined): void {
  const needed = bytesOf(scenario)
  const limit = text === undefined ? machineLimit() : bytesIn(text)
  if (needed <= limit) return
  const { fleet, jobs } = scenario
  const things = fleet.things.toLocaleString('en')
  const most = jobs.reduce(
    (sum, { perThing }) => sum + (Number.isFinite(perThing) ? perThing : 1),
    0,
  )
  const each = most > 1 ? `, each with ${most.toLocaleString('en')} executions,` : ''
  const fewer = most > 1 ? 'fewer things or executions (perThing)' : 'fewer things'
  throw new ShakedownError(
    'MACHINE_TOO_SMALL',
    `A simulation of ${things} things${each} needs about ${mebibytes(needed)}, and may take ${mebibytes(limit)}.`,
    {
      hint:
        text === undefined
          ? `Simulate ${fewer}, or let Node take more: NODE_OPTIONS=--max-old-space-size=<MiB>.`
          : `Simulate ${fewer}, or raise --memory-limit.`,
    },
  )
}

function machineLimit(): number {
  return Math.min(totalmem() * 0.9, getHeapStatistics().heap_size_limit)
}

function bytesIn(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?(MiB|GiB|MB|GB)$/.exec(text) ?? []
  const size = UNITS[unit]
  if (size !== undefined) return Number(amount) * size
  throw new ShakedownError('USAGE', `--memory-limit is ${text}, which is no amount of memory.`, {
    hint: 'Write 500MiB or 4GiB.',
  })
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`
}
