import { parseThreshold, unitOf } from '../metrics/threshold.ts'
import type { EffectiveQuota } from '../results/summary.ts'

/** Numbers as people read them: three digits that matter, a unit, never a rounding that lies. */

/** What stands where there is nothing to measure. */
export const NOTHING = '–'

export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** Two, one or no decimals, so that about three digits remain. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return NOTHING
  if (value === 0) return '0'
  const size = Math.abs(value)
  const decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
}

/** @param value milliseconds; above a second it is told in seconds or minutes. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING
  return Math.abs(value) < 999.5 ? `${amount(value)} ms` : duration(value / 1_000)
}

/** @param seconds at least 0: `20.4 s`, `2 min 31 s`, `1 h 02 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${amount(seconds)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${twoDigits(whole % 60)} s`
  const wholeMinutes = Math.round(seconds / 60)
  return `${Math.floor(wholeMinutes / 60)} h ${twoDigits(wholeMinutes % 60)} min`
}

/** @param share 0..1. What is not all never reads 100%, and what is not none never reads 0%. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NOTHING
  const value = share * 100
  if (value > 0 && value < 0.005) return '<0.01%'
  if (value > 99.94 && value < 100) return '>99.9%'
  return Number.isInteger(value) ? `${count(value)}%` : `${amount(value)}%`
}

export function perSecond(value: number): string {
  return `${amount(value)}/s`
}

/** What was inferred of a quota: `198.7 ± 1.4/s observed over 141 s`; nothing without it. */
export function quotaWords(quota: EffectiveQuota | null): string {
  if (quota === null) return ''
  return `${amount(quota.perSecond)} ± ${perSecond(quota.plusMinus)} observed over ${counted(quota.seconds, 'second')} of demand above it`
}

/** `1 check`, `2 checks`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** `41.2 ms`, `12%`, `10 ms`: a value or limit of a validity check in that check's unit. */
export function inUnit(value: number | null, unit: string): string {
  if (value === null) return NOTHING
  if (unit === 'ms') return withoutZeros(milliseconds(value))
  if (unit === 'share') return withoutZeros(percent(value))
  if (unit === '%') return withoutZeros(percent(value / 100))
  if (unit.startsWith('missing ')) return value === 0 ? 'there' : 'missing'
  const figure = Number.isInteger(value) ? count(value) : withoutZeros(amount(value))
  return unit === '' ? figure : `${figure} ${value === 1 ? oneOf(unit) : unit}`
}

/** `worker` of `workers`, `core at most` of `cores at most`. */
function oneOf(unit: string): string {
  return unit.replace(/^([a-z]{3,})s\b/, '$1')
}

function withoutZeros(figure: string): string {
  return figure.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '')
}

/** @param observed in the unit of the metric the expression asks for. */
export function observedFigure(expression: string, observed: number | null): string {
  if (observed === null) return 'nothing to measure'
  const threshold = parseThreshold(expression)
  switch ('measure' in threshold ? unitOf(threshold.measure) : 'count') {
    case 'latency':
      return milliseconds(observed)
    case 'share':
      return percent(observed)
    case 'rate':
      return perSecond(observed)
    case 'memory':
      return `${amount(observed)} MiB`
    case 'count':
      return Number.isInteger(observed) ? count(observed) : amount(observed)
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** `9,800 SUCCEEDED, 200 FAILED`, in the words of the service. */
export function heldWords(held: Readonly<Record<string, number>>): string {
  const parts = Object.entries(held).filter(([, executions]) => executions > 0)
  if (parts.length === 0) return 'no executions'
  return parts.map(([status, executions]) => `${count(executions)} ${status}`).join(', ')
}
