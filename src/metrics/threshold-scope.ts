import { nearestWord } from '../words.ts'

/** In place of a phase: the time before T0, in which the things connect. A phase of that name goes first. */
const CONNECTING = 'connecting'

/** Whether a threshold over this phase looks at the time before the load. */
export function isConnecting(phase: string | undefined, phases: readonly string[] = []): boolean {
  return phase === CONNECTING && !phases.includes(phase)
}

/** What of a run a threshold looks at: `[over phase <name>] [for <duration>]`. */
export interface ThresholdScope {
  readonly phase: string | undefined
  readonly windowSeconds: number | undefined
}

export interface ThresholdProblem {
  /** A sentence with the column, the value and what exists. */
  readonly problem: string
  /** Counts from 1. */
  readonly column: number
}

/** A part of a threshold and where it begins, counted from 1. */
export interface Word {
  readonly text: string
  readonly column: number
}

/** The load that a threshold is to look at. */
export interface ScopeContext {
  /** Of the load; undefined when they are not known. */
  readonly phases?: readonly string[]
  /** What a phase, or the load, has for a window; undefined when that is not known. */
  readonly longestWindow?: ((phase: string | undefined) => WindowRoom) | undefined
}

interface WindowRoom {
  /** The most whole seconds in a row. */
  readonly seconds: number
  /** Whether there are ramps that are left out. */
  readonly skipsRamps: boolean
}

export function scopeOf(
  clauses: readonly Word[],
  end: Word,
  { phases, longestWindow }: ScopeContext,
): ThresholdScope | ThresholdProblem {
  let rest = clauses
  let phase: string | undefined
  if (rest[0]?.text === 'over') {
    const named = phaseOf(rest, end, phases)
    if (typeof named !== 'string') return named
    phase = named
    rest = rest.slice(3)
  }
  const [keyword, duration, further] = rest
  if (keyword === undefined) return { phase, windowSeconds: undefined }
  if (keyword.text !== 'for') {
    const expected = phase === undefined ? 'over phase <name>, for <duration>' : 'for <duration>'
    return wrong(keyword, `expected ${expected} or the end, found ${keyword.text}`)
  }
  if (isConnecting(phase, phases))
    return wrong(keyword, 'only the load has windows; leave for <duration> out with connecting')
  const windowSeconds = secondsOf(duration?.text ?? '')
  if (windowSeconds === undefined) {
    const found = duration?.text ?? 'nothing'
    return wrong(
      duration ?? end,
      `expected whole seconds from 1s to 24h, such as 30s, found ${found}`,
    )
  }
  if (further?.text === 'over')
    return wrong(further, 'over phase <name> stands before for <duration>; swap the two')
  if (further !== undefined) return wrong(further, `expected the end, found ${further.text}`)
  const room = longestWindow?.(phase)
  if (duration !== undefined && room !== undefined && windowSeconds > room.seconds)
    return wrong(duration, `${duration.text} never fits into ${roomText(phase, room)}`)
  return { phase, windowSeconds }
}

/** What there is for a window, and the cure for one that is too long. */
function roomText(phase: string | undefined, { seconds, skipsRamps }: WindowRoom): string {
  const [where, kind, longer] =
    phase !== undefined
      ? [`phase ${phase}`, ' of its own', 'the phase']
      : skipsRamps
        ? ['this load', ' in a row outside its ramps', 'its level phases']
        : ['this load', '', 'the load']
  if (seconds === 0) return `${where}, which has no whole second${kind}; make ${longer} longer`
  const many = seconds === 1 ? '1 whole second' : `${seconds} whole seconds`
  return `${where}, which has ${many}${kind}; write at most ${seconds}s, or make ${longer} longer`
}

export function wrong({ column }: Word, what: string): ThresholdProblem {
  return { problem: `column ${column}: ${what}`, column }
}

function phaseOf(
  [, keyword, name]: readonly Word[],
  end: Word,
  phases: readonly string[] | undefined,
): string | ThresholdProblem {
  if (keyword?.text !== 'phase') {
    return wrong(keyword ?? end, `expected phase, found ${keyword?.text ?? 'nothing'}`)
  }
  const phase = name?.text.replace(/^"(.*)"$/, '$1')
  if (isConnecting(phase, phases)) return CONNECTING
  if (phases?.length === 0)
    return wrong(name ?? end, 'this load has no phase but connecting; only arrivals have others')
  if (name !== undefined && phase !== undefined && (phases?.includes(phase) ?? true)) return phase
  if (phases === undefined) return wrong(end, 'expected the name of a phase, found nothing')
  const existing = `the phases are ${[...phases, CONNECTING].join(', ')}`
  if (phase === undefined || name === undefined)
    return wrong(end, `expected the name of a phase, found nothing; ${existing}`)
  const near = nearestWord(phase, phases)
  const cure = near === undefined ? existing : `the nearest is ${near}`
  const blanks = phases.some((known) => known.startsWith(`${phase} `))
    ? '; a name with blanks stands in double quotes'
    : ''
  return wrong(name, `there is no phase ${phase}; ${cure}${blanks}`)
}

const WINDOW_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

function secondsOf(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+)(s|m|h)$/.exec(text) ?? []
  const seconds = Number(amount) * (WINDOW_UNITS[unit] ?? Number.NaN)
  return seconds >= 1 && seconds <= 86_400 ? seconds : undefined
}
