import type { Gauge, Measure } from '../metrics/threshold-metrics.ts'
import type { HostRow, IntervalRow } from './rows.ts'
import type { FinishedInterval } from './run-record.ts'

/** A gauge over a span of the load; `Gauge` says how its seconds become one number. */
export function spanGauge(
  gauge: Gauge,
  intervals: readonly FinishedInterval[],
  hosts: readonly HostRow[],
): number | undefined {
  const rows = intervals.map(({ row }) => row)
  // Both come in the order of time.
  let at = 0
  const inside = hosts.filter((host) => {
    const middleMs = (host.fromMs + host.toMs) / 2
    while ((rows[at]?.toMs ?? Number.POSITIVE_INFINITY) <= middleMs) at += 1
    return (rows[at]?.fromMs ?? Number.POSITIVE_INFINITY) <= middleMs
  })
  return gaugeOf(gauge, rows, inside)
}

/** Whether a measure is taken from the rows of the process, not from those of its workers. */
export function isOfHost(measure: Measure): boolean {
  return measure.kind === 'gauge' && !['eventLoop', 'loopDelay'].includes(measure.gauge)
}

/** What gauges are taken from. */
export type GaugedRow = Pick<IntervalRow, 'worker' | 'health'>
export type GaugedHost = Pick<HostRow, 'cpuShare' | 'gcShare' | 'rssMiB'>

/** Nothing observed is undefined. */
export function gaugeOf(
  gauge: Gauge,
  rows: readonly GaugedRow[],
  hosts: readonly GaugedHost[],
): number | undefined {
  switch (gauge) {
    case 'eventLoop':
      return highest(
        workersOf(rows).map((own) =>
          mean(
            own.flatMap(({ health }) => health ?? []),
            (health) => health.eventLoopUtilisation,
          ),
        ),
      )
    case 'loopDelay':
      return highest(rows.map((row) => row.health?.loopDelayP99Ms))
    case 'cpu':
      return mean(hosts, (row) => row.cpuShare)
    case 'gc':
      return mean(hosts, (row) => row.gcShare)
    case 'memory':
      return highest(hosts.map((row) => row.rssMiB))
  }
}

/** By the second since T0 in whose middle they stand: they are of the process and keep no boundary. */
export function hostRowsBySecond(
  hosts: readonly HostRow[],
  t0Ms: number | undefined,
): Map<number, HostRow[]> {
  const bySecond = new Map<number, HostRow[]>()
  for (const host of hosts) {
    const second = Math.floor(((host.fromMs + host.toMs) / 2 - (t0Ms ?? 0)) / 1e3)
    bySecond.set(second, [...(bySecond.get(second) ?? []), host])
  }
  return bySecond
}

function workersOf(rows: readonly GaugedRow[]): GaugedRow[][] {
  const workers = new Map<number, GaugedRow[]>()
  for (const row of rows) {
    const own = workers.get(row.worker)
    if (own) own.push(row)
    else workers.set(row.worker, [row])
  }
  return [...workers.values()]
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((most, value) => Math.max(most, value))
}

function mean<Row>(rows: readonly Row[], of: (row: Row) => number): number | undefined {
  return rows.length === 0 ? undefined : rows.reduce((sum, row) => sum + of(row), 0) / rows.length
}
