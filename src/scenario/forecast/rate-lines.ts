/** So many a second over a stretch of time, rising or falling evenly. Times count from one zero. */
export interface Line {
  readonly fromUs: number
  readonly toUs: number
  readonly fromPerSecond: number
  readonly toPerSecond: number
}

/** Lines that follow each other, later by `shiftUs` and taken `factor` times. */
export interface Term {
  readonly lines: readonly Line[]
  readonly shiftUs: number
  readonly factor: number
}

export function level(fromUs: number, toUs: number, perSecond: number): Line {
  return { fromUs, toUs, fromPerSecond: perSecond, toPerSecond: perSecond }
}

/** How many it is in all. */
export function areaOf({ fromUs, toUs, fromPerSecond, toPerSecond }: Line): number {
  return ((fromPerSecond + toPerSecond) * (toUs - fromUs)) / 2_000_000
}

export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + areaOf(line), 0)
}

/** All terms added up, as lines that follow each other and are cut at `edges` too. */
export function summed(terms: readonly Term[], edges: readonly number[]): Line[] {
  const cuts = new Set(edges)
  for (const { lines, shiftUs } of terms) {
    for (const { fromUs, toUs } of lines) cuts.add(fromUs + shiftUs).add(toUs + shiftUs)
  }
  const times = [...cuts].sort((one, other) => one - other)
  const cursors = terms.map(() => 0)
  return times.slice(1).map((toUs, index) => {
    const fromUs = times[index] as number
    let fromPerSecond = 0
    let toPerSecond = 0
    for (const [at, { lines, shiftUs, factor }] of terms.entries()) {
      const line = lineAt(lines, shiftUs, cursors, at, fromUs)
      if (line === undefined) continue
      fromPerSecond += factor * rateAt(line, fromUs - shiftUs)
      toPerSecond += factor * rateAt(line, toUs - shiftUs)
    }
    return { fromUs, toUs, fromPerSecond, toPerSecond }
  })
}

const SECOND_US = 1_000_000

/**
 * The highest rate, as quotas count it: of what lasts a second or more its own, of what is shorter all
 * that comes in the same second.
 *
 * @param lines that follow each other without gaps.
 */
export function mostInASecond(lines: readonly Line[]): number {
  let most = 0
  let first = 0
  for (const [index, { fromUs, toUs, fromPerSecond, toPerSecond }] of lines.entries()) {
    while ((lines[first] as Line).toUs <= toUs - SECOND_US) first += 1
    if (toUs - fromUs >= SECOND_US) most = Math.max(most, fromPerSecond, toPerSecond)
    else most = Math.max(most, within(lines, index, fromUs), within(lines, first, toUs - SECOND_US))
  }
  return most
}

/** What the lines from `index` on have in the second that begins at `fromUs`. */
function within(lines: readonly Line[], index: number, fromUs: number): number {
  let sum = 0
  for (let at = index; at < lines.length; at++) {
    const line = lines[at] as Line
    const [begin, end] = [Math.max(fromUs, line.fromUs), Math.min(fromUs + SECOND_US, line.toUs)]
    if (begin < end) sum += areaOf(cut(line, begin, end))
    else if (line.fromUs >= fromUs + SECOND_US) break
  }
  return sum
}

/** The part of a line between two times; both must lie within it. */
export function cut(line: Line, fromUs: number, toUs: number): Line {
  return { fromUs, toUs, fromPerSecond: rateAt(line, fromUs), toPerSecond: rateAt(line, toUs) }
}

/** The line of a term that begins at `fromUs` or goes on then. Cursors only move forward. */
function lineAt(
  lines: readonly Line[],
  shiftUs: number,
  cursors: number[],
  at: number,
  fromUs: number,
): Line | undefined {
  let cursor = cursors[at] as number
  for (let line = lines[cursor]; line && line.toUs + shiftUs <= fromUs; line = lines[cursor]) {
    cursor += 1
  }
  cursors[at] = cursor
  const line = lines[cursor]
  return line !== undefined && line.fromUs + shiftUs <= fromUs ? line : undefined
}

function rateAt({ fromUs, toUs, fromPerSecond, toPerSecond }: Line, atUs: number): number {
  if (toUs === fromUs) return fromPerSecond
  return fromPerSecond + ((toPerSecond - fromPerSecond) * (atUs - fromUs)) / (toUs - fromUs)
}
