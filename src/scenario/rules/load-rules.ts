import { listed } from '../../words.ts'
import { plannedStarts } from '../arrivals.ts'
import type { Path, Tell } from '../problem.ts'
import { isMap, membersAt, rawAt, rowsAt, textAt } from '../raw.ts'
import { shown } from '../shown.ts'
import { loadKinds, phaseAsWritten, phaseName } from './load-as-written.ts'

/** Above this a plan's arithmetic would no longer be exact to the single start. */
const MOST_STARTS = 1_000_000_000

/** Rules about the load and its phases. */
export function loadRules(raw: unknown, tell: Tell): void {
  const load = rawAt(raw, 'load')
  if (isMap(load)) {
    const given = loadKinds(raw)
    if (given.length > 1) tell(['load'], `has ${listed(given)}; keep one of them`)
    // A misspelt kind is told as an unknown key, with the right one.
    const others = membersAt(load).filter(([key]) => key !== 'drain')
    if (others.length === 0) tell(['load'], 'is empty; give one of arrivals, rollout and loop')
  }
  const names = new Set<string>()
  let starts = 0
  rowsAt(raw, 'load', 'arrivals').forEach((row, index) => {
    const path = ['load', 'arrivals', index]
    checkRates(row, path, tell)
    checkName(textAt(row, 'name') ?? phaseName(index), path, names, tell)
    starts += startsOf(row, index)
  })
  if (starts > MOST_STARTS) {
    tell(['load', 'arrivals'], `plans ${starts} starts; at most ${MOST_STARTS} are allowed`)
  }
}

function checkRates(row: unknown, path: Path, tell: Tell): void {
  if (!isMap(row)) return
  const has = (key: string) => rawAt(row, key) !== undefined
  if (has('rate') && (has('from') || has('to'))) {
    tell(path, 'has a rate and an end of a ramp; give either rate, or from and to')
  } else if (has('from') !== has('to')) {
    const absent = has('from') ? 'to' : 'from'
    tell(path, `is half a ramp; add ${absent}, or give rate alone`)
  } else if (!has('rate') && !has('from')) {
    tell(path, 'has no rate; give either rate, or from and to')
  }
}

function checkName(name: string, path: Path, names: Set<string>, tell: Tell): void {
  if (names.has(name)) {
    tell([...path, 'name'], `is ${shown(name)}, which another phase is called; choose another`)
  }
  names.add(name)
}

/** 0 for a phase that is not written right, which is told elsewhere. */
function startsOf(row: unknown, index: number): number {
  const phase = phaseAsWritten(row, index)
  return phase === undefined ? 0 : plannedStarts(phase)
}
