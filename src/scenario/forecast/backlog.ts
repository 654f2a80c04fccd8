import { areaOf, cut, type Line } from './rate-lines.ts'

/** What becomes of one line of demand at a quota. */
export interface Passage {
  readonly line: Line
  readonly demand: number
  /** Of the demand, what came while more was wanted than the quota gives. */
  readonly above: number
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
 * as there is room. Retries add nothing here, and a full bucket at the beginning is left out.
 *
 * @param mostWaiting what waits beyond this is lost; Infinity keeps everything.
 */
export function backlogOf(
  lines: readonly Line[],
  quotaPerSecond: number,
  mostWaiting: number,
): Backlog {
  let waiting = 0
  let most = 0
  const passages = lines.map((line) => {
    const passage = passed(line, quotaPerSecond, waiting, mostWaiting)
    most = Math.max(most, passage.most)
    waiting = passage.waiting
    return passage
  })
  const endUs = lines.at(-1)?.toUs ?? 0
  const emptyUs = waiting === 0 ? endUs : endUs + (waiting * 1e6) / quotaPerSecond
  return { passages, mostWaiting: most, emptyUs }
}

function passed(
  line: Line,
  quotaPerSecond: number,
  waitingBefore: number,
  mostWaiting: number,
): Passage & { readonly most: number } {
  let waiting = waitingBefore
  let above = 0
  let lost = 0
  let most = waiting
  for (const part of partsOf(line, quotaPerSecond)) {
    const excess =
      quotaPerSecond === Number.POSITIVE_INFINITY
        ? Number.NEGATIVE_INFINITY
        : areaOf(part) - (quotaPerSecond * (part.toUs - part.fromUs)) / 1e6
    above += Math.max(0, excess)
    const wanted = Math.max(0, waiting + excess)
    lost += Math.max(0, wanted - Math.max(waiting, mostWaiting))
    waiting = Math.min(wanted, Math.max(waiting, mostWaiting))
    most = Math.max(most, waiting)
  }
  const demand = areaOf(line)
  return {
    line,
    demand,
    above,
    waiting,
    lost,
    most,
    passed: demand + waitingBefore - waiting - lost,
  }
}

/** Cut where the line crosses the quota, so that each part lies on one side of it. */
function partsOf(line: Line, quotaPerSecond: number): Line[] {
  const from = line.fromPerSecond - quotaPerSecond
  const to = line.toPerSecond - quotaPerSecond
  if (!(from * to < 0)) return [line]
  const atUs = line.fromUs + ((line.toUs - line.fromUs) * from) / (from - to)
  return [cut(line, line.fromUs, atUs), cut(line, atUs, line.toUs)]
}
