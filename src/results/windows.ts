import type { SeriesName } from '../metrics/series.ts'
import { SlotCounts } from '../metrics/slot-counts.ts'
import type { Span } from '../metrics/threshold-check.ts'
import { gaugeOf } from './gauges.ts'
import { addCounts, type Counts } from './measured-span.ts'
import type { HostRow } from './rows.ts'
import type { FinishedInterval } from './run-record.ts'

interface WindowRules {
  /** Whole seconds of the load. */
  readonly lengthSeconds: number
  /** Of a window. */
  readonly seconds: number
  readonly series: SeriesName | undefined
  /** Whether windows may reach over this second. */
  readonly isIn: (second: number) => boolean
}

/**
 * All windows of so many seconds, one a second. One window is kept and moved on: what a second adds
 * when it comes in, it takes away when it goes out. A window is valid until the next.
 */
export function* windowsOver(
  bySecond: ReadonlyMap<number, readonly FinishedInterval[]>,
  hosts: ReadonlyMap<number, readonly HostRow[]>,
  { lengthSeconds, seconds, series, isIn }: WindowRules,
): Iterable<Span> {
  const counts: Counts = new Map()
  const slots = new SlotCounts()
  let inside = 0
  const shift = (second: number, sign: 1 | -1) => {
    if (second < 0 || !isIn(second)) return
    inside += sign
    for (const { row, entries } of bySecond.get(second) ?? []) {
      addCounts(counts, row, sign)
      for (const entry of entries) if (entry.name === series) slots.add(entry.encoded, sign)
    }
  }
  for (let second = 0; second < lengthSeconds; second++) {
    shift(second, 1)
    shift(second - seconds, -1)
    if (inside < seconds) continue
    const histogram = series === undefined ? undefined : slots.toHistogram()
    const within = Array.from({ length: seconds }, (_, back) => second - seconds + 1 + back)
    yield {
      seconds,
      count: (name) => counts.get(name) ?? 0,
      series: () => histogram,
      gauge: (gauge) =>
        gaugeOf(
          gauge,
          within.flatMap((one) => bySecond.get(one) ?? []).map(({ row }) => row),
          within.flatMap((one) => hosts.get(one) ?? []),
        ),
    }
    histogram?.destroy()
  }
}
