import type { Scenario } from '../scenario/scenario.ts'
import { groupBySecond, type MeasuredRecord } from './measured-run.ts'
import type { FinishedInterval, RunRecord } from './run-record.ts'
import type { Summary } from './summary.ts'

type Quotas = Scenario['service']['quotas']

/** When and how much the account said no, and which of its limits it was. */
export function throttlingOf(record: RunRecord, run: MeasuredRecord): Summary['throttling'] {
  // Before T0 a second is counted from another zero.
  const sinceT0 = record.intervals.filter(({ row }) => row.stage !== 'connect')
  const seconds = [...groupBySecond(sinceT0)].sort(([one], [other]) => one - other)
  const throttles = seconds
    .map(([second, rows]) => ({ second, count: sumOver(rows, JOBS_OPERATIONS, ['throttled']) }))
    .filter(({ count }) => count > 0)
  const issued = sumOver(record.intervals, JOBS_OPERATIONS, ['issued'])
  return {
    share: issued === 0 ? 0 : sumOver(record.intervals, JOBS_OPERATIONS, ['throttled']) / issued,
    peakPerSecond: throttles.reduce((peak, { count }) => Math.max(peak, count), 0),
    firstAtSeconds: throttles[0]?.second ?? null,
    lastAtSeconds: throttles.at(-1)?.second ?? null,
    bindingQuota: bindingQuota(record, run),
  }
}

const JOBS_OPERATIONS = ['start-next', 'update', 'describe', 'get-pending'] as const

/** Which operations draw on which quota. AWS General Reference, "AWS IoT Device Management". */
const QUOTAS: readonly {
  readonly key: Exclude<keyof Quotas, 'burstSeconds'>
  readonly name: string
  readonly operations: readonly string[]
}[] = [
  {
    key: 'writesPerSecond',
    name: 'writes (StartNext + Update)',
    operations: ['start-next', 'update'],
  },
  {
    key: 'readsPerSecond',
    name: 'reads (Describe + GetPending)',
    operations: ['describe', 'get-pending'],
  },
  { key: 'connectsPerSecond', name: 'connects', operations: ['connect'] },
  { key: 'subscribesPerSecond', name: 'subscribes (filters)', operations: ['subscribe'] },
]

/** How far what was accepted may be from a quota of the scenario and still be explained by it. */
const NEAR = 0.1

/** The quota that refused most, with the scenario's figure when the answers bear it out. */
function bindingQuota(record: RunRecord, run: MeasuredRecord): string | null {
  const throttled = (operations: readonly string[]) =>
    operations.reduce((sum, operation) => sum + run.total.count(`${operation}.throttled`), 0)
  const [worst] = QUOTAS.map((quota) => ({ ...quota, count: throttled(quota.operations) }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count)
  if (worst === undefined) return null
  const limit = record.scenario.service.quotas[worst.key]
  const accepted = acceptedWhileThrottled(record.intervals, worst.operations)
  if (accepted === undefined || Math.abs(accepted - limit) <= limit * NEAR) {
    return Number.isFinite(limit) ? `${worst.name} ${limit}/s` : worst.name
  }
  // Somebody else's service, or a limit that the scenario does not know.
  return `${worst.name}, about ${Math.round(accepted)}/s accepted`
}

/**
 * The median of what was accepted a second, over whole seconds with throttles: a full bucket at the
 * beginning gives one second more than the quota. Empty answers draw on the quota too.
 */
function acceptedWhileThrottled(
  intervals: readonly FinishedInterval[],
  operations: readonly string[],
): number | undefined {
  const loaded = intervals.filter(({ row }) => row.stage === 'load')
  const rates = [...groupBySecond(loaded).values()]
    .filter((rows) => sumOver(rows, operations, ['throttled']) > 0)
    .filter((rows) => rows.every(({ row }) => row.toMs - row.fromMs > 900))
    .map((rows) => sumOver(rows, operations, ['accepted', 'empty']))
    .sort((one, other) => one - other)
  return rates[Math.floor(rates.length / 2)]
}

function sumOver(
  intervals: readonly FinishedInterval[],
  operations: readonly string[],
  names: readonly string[],
): number {
  let sum = 0
  for (const { row } of intervals) {
    for (const operation of operations) {
      for (const name of names) sum += row.counters[`${operation}.${name}`] ?? 0
    }
  }
  return sum
}
