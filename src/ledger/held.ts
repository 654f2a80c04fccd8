import type { ServiceLedger } from '../protocol/admin.ts'

/** All executions that the service holds, ended and open together, by status. */
export function heldByStatus({
  byStatus,
  open,
}: Pick<ServiceLedger, 'byStatus' | 'open'>): Record<string, number> {
  const held: Record<string, number> = { ...byStatus }
  for (const [, , , status] of open) held[status] = (held[status] ?? 0) + 1
  return held
}
