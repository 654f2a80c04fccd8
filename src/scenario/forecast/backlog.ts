import { burstOf } from '../../protocol/quotas.ts'
import { areaOf, cut, type Line, level } from './rate-lines.ts'

/** What an account allows: so many a second, and what a full bucket lets pass beyond that. */
export interface Allowance {
  readonly perSecond: number
  readonly burst: number
}

export function allowanceOf(perSecond: number, burstSeconds: number): Allowance {
  return { perSecond, burst: burstOf(perSecond, burstSeconds) }
}

/** What becomes of one line of demand at a quota. */
export interface Passage {
  readonly line: Line
  readonly demand: number
  /** Of the demand, what the quota and its bucket have no room for when it comes. */
  readonly above: number
  /** Of that, what is sent and throttled at its first try. */
  readonly throttled: number
  readonly passed: number
  /** What waits for its next try when the line ends. */
  readonly waiting: number
  /** Found nobody to wait: that many can never come. */
  readonly lost: number
}

export interface Backlog {
  readonly passages: readonly Passage[]
  readonly mostWaiting: number
  /** When the last of it has passed; Infinity with a quota of 0. */
  readonly emptyUs: number
}

/**
 * Demand against a quota as water against a drain: what exceeds the quota waits, and passes as soon
 * as there is room. The bucket is full at the beginning and fills again while less is wanted. Retries
 * add nothing here.
 *
 * @param mostWaiting what waits beyond this is lost; Infinity keeps everything.
 * @param mostTrying what waits beyond this is not throttled: nobody has sent it yet.
 */
export function backlogOf(
  lines: readonly Line[],
  allowance: Allowance,
  mostWaiting: number,
  mostTrying = Number.POSITIVE_INFINITY,
): Backlog {
  const state = { waiting: 0, most: 0, left: allowance.burst }
  const passages = lines.map((line) =>
    passageOf(line, allowance, { mostWaiting, mostTrying }, state),
  )
  const endUs = lines.at(-1)?.toUs ?? 0
  const { waiting, most } = state
  const emptyUs = waiting === 0 ? endUs : endUs + (waiting * 1e6) / allowance.perSecond
  return { passages, mostWaiting: most, emptyUs }
}

/** Where the water stands: what waits, the most that ever did, and what the bucket has left. */
interface Level {
  waiting: number
  most: number
  left: number
}

/** Changes the state to that at the end of the line. */
function passageOf(
  line: Line,
  { perSecond, burst }: Allowance,
  { mostWaiting, mostTrying }: { readonly mostWaiting: number; readonly mostTrying: number },
  state: Level,
): Passage {
  const before = state.waiting
  const demand = areaOf(line)
  let above = 0
  let throttled = 0
  let lost = 0
  for (const part of partsOf(line, perSecond)) {
    const excess =
      perSecond === Number.POSITIVE_INFINITY
        ? Number.NEGATIVE_INFINITY
        : areaOf(part) - (perSecond * (part.toUs - part.fromUs)) / 1e6
    const over = Math.max(0, excess - state.left)
    const spare = Math.max(0, -excess - state.waiting)
    state.left = Math.min(burst, Math.max(0, state.left - Math.max(0, excess)) + spare)
    const wanted = excess > 0 ? state.waiting + over : Math.max(0, state.waiting + excess)
    const most = Math.max(state.waiting, mostWaiting)
    lost += Math.max(0, wanted - most)
    const waits = Math.min(wanted, most)
    above += over
    throttled += Math.max(0, Math.min(waits, mostTrying) - Math.min(state.waiting, mostTrying))
    state.waiting = waits
    state.most = Math.max(state.most, state.waiting)
  }
  const { waiting } = state
  return { line, demand, above, throttled, waiting, lost, passed: demand + before - waiting - lost }
}

/** Cut where the line crosses the quota, so that each part lies on one side of it. */
function partsOf(line: Line, quotaPerSecond: number): Line[] {
  const from = line.fromPerSecond - quotaPerSecond
  const to = line.toPerSecond - quotaPerSecond
  if (!(from * to < 0)) return [line]
  const atUs = line.fromUs + ((line.toUs - line.fromUs) * from) / (from - to)
  return [cut(line, line.fromUs, atUs), cut(line, atUs, line.toUs)]
}

/** What passes of the lines, and when: at once what the bucket holds, then no more than the quota. */
export function passing(lines: readonly Line[], allowance: Allowance): Line[] {
  const { perSecond } = allowance
  const last = lines.at(-1)
  if (last === undefined || perSecond === 0 || perSecond === Number.POSITIVE_INFINITY)
    return [...lines]
  const { passages, emptyUs } = backlogOf(lines, allowance, Number.POSITIVE_INFINITY)
  const passed = passages.map(({ line, passed }) =>
    level(line.fromUs, line.toUs, (passed * 1e6) / Math.max(1, line.toUs - line.fromUs)),
  )
  return emptyUs > last.toUs ? [...passed, level(last.toUs, emptyUs, perSecond)] : passed
}
