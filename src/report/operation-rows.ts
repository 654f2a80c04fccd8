import { METERED_OPERATIONS } from '../metrics/series.ts'
import type { LatencySummary, OperationSummary, Summary } from '../results/summary.ts'

export interface UsedOperation extends OperationSummary {
  readonly name: string
  readonly rejectedTotal: number
}

/** What the run really used, in the order of a thing's life with a job. */
export function usedOperations({ operations }: Summary): UsedOperation[] {
  const known: readonly string[] = METERED_OPERATIONS
  const names = [...known, ...Object.keys(operations).filter((name) => !known.includes(name))]
  return names.flatMap((name) => {
    const operation = operations[name]
    if (operation === undefined || operation.issued === 0) return []
    const rejectedTotal = Object.values(operation.rejected).reduce((sum, each) => sum + each, 0)
    return [{ ...operation, name, rejectedTotal }]
  })
}

export type LatencyKey = 'min' | 'mean' | 'p50' | 'p90' | 'p95' | 'p99' | 'p99.9' | 'max'

/** Milliseconds; null when nothing was recorded. */
export function latencyAt(latency: LatencySummary, key: LatencyKey): number | null {
  return latency[key] ?? null
}

/** `start-next VersionMismatch 3`, for every code that occurred. */
export function rejections(operations: readonly UsedOperation[]): string[] {
  return operations.flatMap(({ name, rejected }) =>
    Object.entries(rejected)
      .filter(([, times]) => times > 0)
      .map(([code, times]) => `${name} ${code} ${times.toLocaleString('en-US')}`),
  )
}
