import type { Scenario } from '../scenario/scenario.ts'

type Quotas = Scenario['service']['quotas']

export interface QuotaGroup {
  readonly key: Exclude<keyof Quotas, 'burstSeconds'>
  readonly name: string
  readonly operations: readonly string[]
}

/** Which operations draw on which quota. AWS General Reference, "AWS IoT Device Management". */
export const QUOTA_GROUPS: readonly QuotaGroup[] = [
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
