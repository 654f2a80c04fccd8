import type { FinishedInterval, RunRecord } from './run-record.ts'
import type { LatencySummary, Summary } from './summary.ts'

/** A run, as it was recorded and as it is told. */
export interface ToldRun {
  readonly record: RunRecord
  readonly summary: Summary
}

/** Lowest and highest of several runs; null: none of them has the figure. */
export type Spread = readonly [lowest: number, highest: number] | null

/** One figure of the runs in real time beside that of those in virtual time. */
export interface AgreementRow {
  readonly name: string
  readonly aim: string
  /** The middle one of the runs, or of a count one that is off, if there is one; null: nothing to compare. */
  readonly real: number | null
  readonly virtual: number | null
  readonly realSpread: Spread
  readonly virtualSpread: Spread
  readonly unit: 'count' | 's' | 'share' | 'ms'
  /** In words. */
  readonly error: string
  readonly isMet: boolean
}

type Compared = Omit<AgreementRow, 'realSpread' | 'virtualSpread'>

/**
 * How far virtual time is from real time, figure by figure, with the aim of each.
 *
 * An account that throttles turns a microsecond into seconds: one run says less than the middle of
 * several, and how far they are apart says how much one can mean. Counts must agree in each pair.
 *
 * @param reals the same run again and again. @param virtuals the same, each time with another draw of
 *   what the machine adds.
 */
export function agreement(reals: readonly ToldRun[], virtuals: readonly ToldRun[]): AgreementRow[] {
  const pairs = reals.map((real) => virtuals.map((virtual) => compared(real, virtual)))
  const names = pairs[0]?.[0] ?? []
  return names.map((_, at) => middleOf(pairs.map((rows) => rows.map((row) => row[at] as Compared))))
}

/** @param pairs by run in real time, then by run in virtual time. */
function middleOf(pairs: readonly (readonly Compared[])[]): AgreementRow {
  const reals = pairs.map(([first]) => first?.real ?? null)
  const virtuals = (pairs[0] ?? []).map(({ virtual }) => virtual)
  const off = pairs.flat().find(({ unit, isMet }) => unit === 'count' && !isMet)
  const middle = pairs[middleAt(reals)]?.[middleAt(virtuals)] as Compared
  return { ...(off ?? middle), realSpread: spreadOf(reals), virtualSpread: spreadOf(virtuals) }
}

type Value = number | null

function middleAt(values: readonly Value[]): number {
  const places = values.map((value, at) => ({ value: value ?? 0, at }))
  places.sort((one, other) => one.value - other.value)
  return places[Math.floor(places.length / 2)]?.at ?? 0
}

function spreadOf(values: readonly Value[]): Spread {
  const told = values.filter((value) => value !== null)
  return told.length === 0 ? null : [Math.min(...told), Math.max(...told)]
}

function compared(real: ToldRun, virtual: ToldRun): Compared[] {
  return [
    ...rolloutRows(real, virtual),
    ...(canAbort(real) ? [] : [exact('executions started', real, virtual, begun)]),
    exact('executions timed out', real, virtual, held('TIMED_OUT')),
    ...abortRows(real, virtual),
    within('time to complete', 0.05, 's', real, virtual, ({ run }) => run.durationSeconds),
    points('throttle share', 0.02, real, virtual, ({ throttling }) => throttling.share),
    ...['start-next', 'update'].flatMap((operation) =>
      PERCENTILES.map(([percentile, aim]) =>
        within(`${operation} ${percentile}`, aim, 'ms', real, virtual, ({ operations }) =>
          latencyAt(operations[operation]?.responseMs, percentile),
        ),
      ),
    ),
  ]
}

const begun: Figure = ({ executions }) => executions.started

/** What an abort takes back has not begun: how much that is says its own row. */
function canAbort({ record }: ToldRun): boolean {
  return record.scenario.jobs.some(({ abort }) => abort !== undefined)
}

type Percentile = 'p50' | 'p95' | 'p99'
const PERCENTILES: readonly (readonly [Percentile, number])[] = [
  ['p50', 0.1],
  ['p95', 0.25],
  ['p99', 0.25],
]

type Figure = (summary: Summary) => number | null

function latencyAt(latency: LatencySummary | undefined, percentile: Percentile): number | null {
  return latency === undefined || latency.count === undefined ? null : latency[percentile]
}

function held(status: string): Figure {
  return ({ executions }) => executions.held?.[status] ?? 0
}

/**
 * The service paces a rollout by its own clock, so both must have begun as many executions by any
 * second; but for those that are between the service and their thing just then. A rollout that may
 * give itself up is compared as long as neither has.
 */
function rolloutRows(real: ToldRun, virtual: ToldRun): Compared[] {
  if (!real.record.scenario.jobs.some((job) => job.maximumPerMinute !== undefined)) return []
  const [one, other] = [startedBySecond(real.record), startedBySecond(virtual.record)]
  let worst = 0
  let steepest = 0
  const seconds = canAbort(real)
    ? Math.min(secondsBegun(one), secondsBegun(other)) - 1
    : Math.max(one.length, other.length)
  for (let second = 0; second < seconds; second++) {
    const begun = valueAt(one, second)
    worst = Math.max(worst, Math.abs(begun - valueAt(other, second)))
    steepest = Math.max(steepest, begun - valueAt(one, second - 1))
  }
  const onTheWay = Math.max(1, Math.ceil(steepest * ON_THE_WAY_SECONDS))
  return [
    {
      name: 'rollout schedule',
      aim: `exact, ${onTheWay} on their way`,
      real: one.at(-1) ?? 0,
      virtual: other.at(-1) ?? 0,
      unit: 'count',
      error: `${worst} at most in any second`,
      isMet: worst <= onTheWay,
    },
  ]
}

const ON_THE_WAY_SECONDS = 0.1

/** How many executions had been begun by the end of each second since T0. */
function startedBySecond({ intervals }: RunRecord): number[] {
  const sums: number[] = []
  for (const { row } of intervals.filter(isAfterT0)) {
    const started = row.counters['execution.started'] ?? 0
    sums[row.second] = (sums[row.second] ?? 0) + started
  }
  let sum = 0
  return Array.from(sums, (started) => {
    sum += started ?? 0
    return sum
  })
}

/** In how many seconds executions were begun, from T0 to the last of them. */
function secondsBegun(sums: readonly number[]): number {
  return sums.indexOf(sums.at(-1) ?? 0) + 1
}

function isAfterT0({ row }: FinishedInterval): boolean {
  return row.stage !== 'connect'
}

function valueAt(sums: readonly number[], second: number): number {
  return second < 0 ? 0 : (sums[second] ?? sums.at(-1) ?? 0)
}

/** How many executions an aborted job had ended by itself before it took back the rest. */
function abortRows(real: ToldRun, virtual: ToldRun): Compared[] {
  if (!canAbort(real)) return []
  const ended: Figure = ({ executions: { held: by = {} } }) =>
    ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT'].reduce((sum, name) => sum + (by[name] ?? 0), 0)
  const inFlight = Math.max(0, ...real.record.intervals.map(({ row }) => row.gauges.working))
  const [one, other] = [ended(real.summary) ?? 0, ended(virtual.summary) ?? 0]
  const error = Math.abs(one - other)
  return [
    {
      name: 'abort point',
      aim: `${inFlight} in flight`,
      real: one,
      virtual: other,
      unit: 'count',
      error: String(error),
      isMet: error <= inFlight,
    },
  ]
}

function exact(name: string, real: ToldRun, virtual: ToldRun, figure: Figure): Compared {
  const [one, other] = [figure(real.summary), figure(virtual.summary)]
  const error = String(Math.abs((one ?? 0) - (other ?? 0)))
  return {
    name,
    aim: 'exact',
    real: one,
    virtual: other,
    unit: 'count',
    error,
    isMet: one === other,
  }
}

/** @param aim relative, of the figure in real time. */
function within(
  name: string,
  aim: number,
  unit: 's' | 'ms',
  real: ToldRun,
  virtual: ToldRun,
  figure: Figure,
): Compared {
  const [one, other] = [figure(real.summary), figure(virtual.summary)]
  const words = `${(aim * 100).toFixed(0)} %`
  if (one === null || other === null || one === 0) {
    const isMet = one === other
    return { name, aim: words, real: one, virtual: other, unit, error: '–', isMet }
  }
  const error = (other - one) / one
  const isMet = Math.abs(error) <= aim
  return {
    name,
    aim: words,
    real: one,
    virtual: other,
    unit,
    error: signed(error * 100, '%'),
    isMet,
  }
}

/** @param aim of shares, absolute. */
function points(
  name: string,
  aim: number,
  real: ToldRun,
  virtual: ToldRun,
  figure: Figure,
): Compared {
  const [one, other] = [figure(real.summary) ?? 0, figure(virtual.summary) ?? 0]
  const isMet = Math.abs(other - one) <= aim
  const words = `${(aim * 100).toFixed(0)} points`
  const error = signed((other - one) * 100, 'points')
  return { name, aim: words, real: one, virtual: other, unit: 'share', error, isMet }
}

function signed(value: number, unit: string): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)} ${unit}`
}
