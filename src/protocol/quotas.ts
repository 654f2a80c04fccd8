/**
 * The account's quotas, as one table of data. Values: AWS General Reference (July 2023) and Service
 * Quotas; how sure each one is stands beside it: A two or more dated sources, B one, C conflicting.
 */

import type { Operation } from './jobs.ts'

/** All rates are per account and second. `Infinity` switches a quota off. */
export interface Quotas {
  /** StartNextPendingJobExecution and UpdateJobExecution together, over MQTT and HTTP together. */
  readonly writesPerSecond: number
  /** DescribeJobExecution and GetPendingJobExecutions together. */
  readonly readsPerSecond: number
  readonly connectsPerSecond: number
  /** Filters, not SUBSCRIBE packets. */
  readonly subscribesPerSecond: number
  /** How many seconds of its rate a full bucket holds. 0 < burst. */
  readonly burstSeconds: number
}

/** A: L-C8F5F7B3, L-62AE8B9D (neither adjustable); connects A for 2023-24, C today; subscribes A. */
export const AWS_QUOTAS: Quotas = {
  writesPerSecond: 200,
  readsPerSecond: 200,
  connectsPerSecond: 500,
  subscribesPerSecond: 500,
  burstSeconds: 1,
}

export const UNLIMITED_QUOTAS: Quotas = {
  writesPerSecond: Number.POSITIVE_INFINITY,
  readsPerSecond: Number.POSITIVE_INFINITY,
  connectsPerSecond: Number.POSITIVE_INFINITY,
  subscribesPerSecond: Number.POSITIVE_INFINITY,
  burstSeconds: 1,
}

/** What `service.quotas` may say in one word. */
export const QUOTA_PRESETS: Readonly<Record<'aws' | 'unlimited', Quotas>> = {
  aws: AWS_QUOTAS,
  unlimited: UNLIMITED_QUOTAS,
}

export type QuotaRate = Exclude<keyof Quotas, 'burstSeconds'>

/** One quota of an account, for reports and plans. */
export interface QuotaRow {
  readonly rate: QuotaRate
  readonly label: string
  /** What draws on it, in the words of the report. */
  readonly operations: readonly (Operation | 'connect' | 'subscribe')[]
  /** AWS raises it on request. */
  readonly adjustable: boolean
}

export const QUOTA_ROWS: readonly QuotaRow[] = [
  {
    rate: 'writesPerSecond',
    label: 'write quota (StartNext + Update)',
    operations: ['start-next', 'update'],
    adjustable: false,
  },
  {
    rate: 'readsPerSecond',
    label: 'read quota (Describe + GetPending)',
    operations: ['describe', 'get-pending'],
    adjustable: false,
  },
  {
    rate: 'connectsPerSecond',
    label: 'connect quota',
    operations: ['connect'],
    adjustable: true,
  },
  {
    rate: 'subscribesPerSecond',
    label: 'subscribe quota (filters)',
    operations: ['subscribe'],
    adjustable: true,
  },
]
