import { JOBS_OPERATIONS } from '../metrics/series.ts'
import { effectiveQuota, sumOver } from './effective-quota.ts'
import { groupBySecond, type MeasuredRecord } from './measured-run.ts'
import { QUOTA_GROUPS, type QuotaGroup } from './quota-groups.ts'
import type { RunRecord } from './run-record.ts'
import type { EffectiveQuota, Summary } from './summary.ts'

/** When and how much the account said no, and which of its limits it was. */
export function throttlingOf(record: RunRecord, run: MeasuredRecord): Summary['throttling'] {
  // Before T0 a second is counted from another zero.
  const sinceT0 = record.intervals.filter(({ row }) => row.stage !== 'connect')
  const seconds = [...groupBySecond(sinceT0)].sort(([one], [other]) => one - other)
  const throttles = seconds
    .map(([second, rows]) => ({ second, count: sumOver(rows, JOBS_OPERATIONS, ['throttled']) }))
    .filter(({ count }) => count > 0)
  const worst = worstQuota(run)
  const effective = worst === undefined ? null : effectiveQuota(record.intervals, worst)
  // In virtual time a row may stand for more than a second.
  const length = record.run.virtual?.intervalSeconds ?? 1
  const issued = sumOver(record.intervals, JOBS_OPERATIONS, ['issued'])
  return {
    share: issued === 0 ? 0 : sumOver(record.intervals, JOBS_OPERATIONS, ['throttled']) / issued,
    peakPerSecond: throttles.reduce((peak, { count }) => Math.max(peak, count), 0) / length,
    firstAtSeconds: throttles[0]?.second ?? null,
    lastAtSeconds: throttles.at(-1)?.second ?? null,
    bindingQuota: worst === undefined ? null : bindingQuota(record, worst, effective),
    effectiveQuota: effective,
  }
}

/** How far what was accepted may be from a quota of the scenario and still be explained by it. */
const NEAR = 0.1

/** The quota that refused most. */
function worstQuota(run: MeasuredRecord): QuotaGroup | undefined {
  const throttled = ({ operations }: QuotaGroup) =>
    operations.reduce((sum, operation) => sum + run.total.count(`${operation}.throttled`), 0)
  return QUOTA_GROUPS.filter((group) => throttled(group) > 0).sort(
    (one, other) => throttled(other) - throttled(one),
  )[0]
}

/** With the scenario's figure when the answers bear it out. */
function bindingQuota(
  { scenario }: RunRecord,
  worst: QuotaGroup,
  effective: EffectiveQuota | null,
): string {
  const limit = scenario.service.quotas[worst.key]
  if (effective === null || Math.abs(effective.perSecond - limit) <= limit * NEAR) {
    return Number.isFinite(limit) ? `${worst.name} ${limit}/s` : worst.name
  }
  // Somebody else's service, or a limit that the scenario does not know.
  return `${worst.name}, about ${Math.round(effective.perSecond)}/s accepted`
}
