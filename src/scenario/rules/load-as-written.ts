import { DEFAULTS } from '../defaults.ts'
import type { LoadTimes } from '../load-parts.ts'
import { duration, rate } from '../quantity.ts'
import { rawAt, rowsAt, textAt, valueAt } from '../raw.ts'
import type { Phase } from '../scenario.ts'

const KINDS = ['arrivals', 'rollout', 'loop'] as const

/** Which kinds of load are given; a right file has one. */
export function loadKinds(raw: unknown): readonly (typeof KINDS)[number][] {
  return KINDS.filter((kind) => rawAt(raw, 'load', kind) !== undefined)
}

/** What a phase is called that has no name. */
export function phaseName(index: number): string {
  return `phase-${index + 1}`
}

/** undefined for a phase that is not written right, which is told elsewhere. */
export function phaseAsWritten(row: unknown, index: number): Phase | undefined {
  const level = valueAt(rate, row, 'rate')
  const fromPerSecond = valueAt(rate, row, 'from') ?? level
  const toPerSecond = valueAt(rate, row, 'to') ?? level
  const durationUs = valueAt(duration, row, 'for')
  if (fromPerSecond === undefined || toPerSecond === undefined || durationUs === undefined) {
    return undefined
  }
  const name = textAt(row, 'name') ?? phaseName(index)
  return { name, fromPerSecond, toPerSecond, durationUs }
}

/** undefined for a load that is not written right, which is told elsewhere. */
export function loadAsWritten(raw: unknown): LoadTimes | undefined {
  const [kind, ...others] = loadKinds(raw)
  if (others.length > 0) return undefined
  switch (kind) {
    case 'arrivals':
      return arrivalsAsWritten(rowsAt(raw, 'load', 'arrivals'))
    case 'rollout': {
      const limit = rawAt(raw, 'load', 'rollout', 'limit') ?? DEFAULTS.rolloutLimit
      const limitUs = valueAt(duration, limit)
      return limitUs === undefined ? undefined : { kind, limitUs }
    }
    case 'loop': {
      const forUs = valueAt(duration, raw, 'load', 'loop', 'for')
      return forUs === undefined ? undefined : { kind, forUs }
    }
    default:
      return undefined
  }
}

function arrivalsAsWritten(rows: readonly unknown[]): LoadTimes | undefined {
  const phases = rows.map(phaseAsWritten).filter((phase) => phase !== undefined)
  const names = new Set(phases.map(({ name }) => name))
  const isRight = phases.length === rows.length && rows.length > 0 && names.size === rows.length
  return isRight ? { kind: 'arrivals', phases } : undefined
}
