import type { LimitCounts, ServiceLedger } from '../protocol/admin.ts'

export type { LimitCounts } from '../protocol/admin.ts'

/** How often, of the limits that were reached; undefined when none was. */
export function limitsReached({
  limits = {},
}: Pick<ServiceLedger, 'limits'>): Partial<LimitCounts> | undefined {
  const reached = Object.entries(limits).filter(([, times]) => times > 0)
  return reached.length === 0 ? undefined : Object.fromEntries(reached)
}
