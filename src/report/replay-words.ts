import type { Summary } from '../results/summary.ts'
import { counted } from './figures.ts'

/** `2,000 things`, or of a replay which ones: `only thing-42`. */
export function fleetWords({ things, only }: Summary['run']): string {
  if (only === undefined) return counted(things, 'thing')
  const named = only.slice(0, 3).join(', ')
  return only.length > 3 ? `only ${named} and ${only.length - 3} more` : `only ${named}`
}

/** Why a summary has no thresholds. */
export function noThresholdsWords({ only }: Summary['run']): string {
  return only === undefined ? 'none set' : 'not judged: they are meant for the whole fleet'
}
