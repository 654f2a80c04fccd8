import type { Stage } from '../results/rows.ts'
import { amount, count, milliseconds, NOTHING } from './figures.ts'
import { painter } from './text-table.ts'

/** One second of the fleet, as it is told while the run goes on. */
export interface LiveSecond {
  readonly stage: Stage
  /** Since T0; while things connect, since the run began. */
  readonly second: number
  /** Planned length of the load in seconds; undefined when the load has no planned end. */
  readonly of: number | undefined
  readonly online: number
  readonly things: number
  /** Planned starts; undefined where the load plans none. */
  readonly starts: { readonly started: number; readonly dropped: number } | undefined
  readonly executionsEnded: number
  readonly acceptedPerSecond: number
  readonly throttledPerSecond: number
  /** Of the worst worker; null when nothing was answered. */
  readonly p99Ms: number | null
  readonly openRequests: number
}

const STAGES: Record<Stage, string> = { connect: 'connecting', load: 'load', drain: 'finishing' }

/** One plain line, for logs. */
export function progressLine(live: LiveSecond): string {
  return [
    `${STAGES[live.stage]} ${clockWords(live)}`,
    onlineWords(live),
    ...facts(live).flat(),
  ].join('  ')
}

/** Two lines for a terminal while things connect, three afterwards; the caller moves the cursor. */
export function progressPanel(
  live: LiveSecond,
  options: { readonly color: boolean; readonly width: number },
): string[] {
  const paint = painter(options.color)
  const words = `${clockWords(live)}   ${onlineWords(live)}`
  const room = Math.min(30, options.width - words.length - 14)
  const bar = room >= 8 ? `${progressBar(doneShare(live), room)}  ` : ''
  const [fleet, requests] = facts(live)
  const stage = STAGES[live.stage].padEnd(10)
  const lines = [
    `${stage}  ${bar}${words}`,
    ...(live.stage === 'connect' ? [] : [indented(fleet)]),
    indented(requests),
  ].map((line) => line.slice(0, options.width))
  // Cut first and painted after: a line that wraps would spoil the caller's count of lines.
  return lines.map((line, index) =>
    index === 0 ? paint('strong', line.slice(0, stage.length)) + line.slice(stage.length) : line,
  )
}

/** @param share 0..1, or undefined when the end is not known. @param width in columns. */
export function progressBar(share: number | undefined, width: number): string {
  if (share === undefined) return '·'.repeat(width)
  const full = Math.floor(Math.max(0, Math.min(1, share)) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

function doneShare({ stage, second, of, online, things }: LiveSecond): number | undefined {
  if (stage === 'connect') return things > 0 ? online / things : 1
  if (stage === 'drain') return 1
  return of === undefined || of <= 0 ? undefined : second / of
}

function clockWords({ stage, second, of }: LiveSecond): string {
  return stage === 'load' && of !== undefined
    ? `${second} of ${amountOfSeconds(of)} s`
    : `${second} s`
}

function amountOfSeconds(seconds: number): string {
  return Number.isInteger(seconds) ? String(seconds) : amount(seconds)
}

function onlineWords({ online, things }: LiveSecond): string {
  return `online ${count(online)}/${count(things)}`
}

function facts({ starts, ...live }: LiveSecond): [fleet: string[], requests: string[]] {
  const begun = starts && [`started ${count(starts.started)}`, `dropped ${count(starts.dropped)}`]
  return [
    [...(begun ?? []), `ended ${count(live.executionsEnded)}`],
    [
      `accepted ${count(live.acceptedPerSecond)}/s`,
      `throttled ${count(live.throttledPerSecond)}/s`,
      `p99 ${live.p99Ms === null ? NOTHING : milliseconds(live.p99Ms)}`,
      `open ${count(live.openRequests)}`,
    ],
  ]
}

function indented(items: readonly string[]): string {
  return ' '.repeat(12) + items.join('   ')
}
