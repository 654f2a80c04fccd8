import { nearest } from './nearest.ts'
import { METRIC_FAMILIES, type Measure, THRESHOLD_METRICS } from './threshold-metrics.ts'

export type Comparison = (typeof COMPARISONS)[number]

/** `<metric> <comparison> <value> [for <duration>]`, understood. */
export interface Threshold {
  readonly expression: string
  readonly metric: string
  readonly measure: Measure
  readonly comparison: Comparison
  /** Milliseconds, a share 0..1, a number a second, or a plain count: as the measure is. */
  readonly limit: number
  /** Every window of so many seconds inside the load must hold. undefined: the span as a whole. */
  readonly windowSeconds: number | undefined
}

export interface ThresholdProblem {
  /** A sentence with the column, the value and what exists. */
  readonly problem: string
  /** Counts from 1. */
  readonly column: number
}

export function parseThreshold(text: string): Threshold | ThresholdProblem {
  const words = wordsOf(text)
  const [metric, comparison, value, ...clauses] = words
  const end = { text: '', column: text.length + 1 }
  if (metric === undefined)
    return wrong(end, 'an empty threshold measures nothing; write <metric> <comparison> <value>')
  const measure = THRESHOLD_METRICS.get(metric.text)
  if (measure === undefined)
    return wrong(metric, `there is no metric ${metric.text}; ${metricHint(metric.text)}`)
  if (comparison === undefined || !isComparison(comparison.text)) {
    const given = comparison === undefined ? 'nothing' : comparison.text
    return wrong(comparison ?? end, `expected one of ${COMPARISONS.join(' ')}, found ${given}`)
  }
  if (value === undefined)
    return wrong(end, `expected ${UNITS[measure.kind].examples}, found nothing`)
  const limit = limitOf(value.text, measure)
  if (typeof limit === 'string') return wrong(value, limit)
  const window = windowOf(clauses, end)
  if (window !== undefined && 'problem' in window) return window
  return {
    expression: text.trim(),
    metric: metric.text,
    measure,
    comparison: comparison.text,
    limit,
    windowSeconds: window?.seconds,
  }
}

/** What a scenario file is told about a threshold; undefined when it is right. */
export function thresholdProblem(text: string): string | undefined {
  const parsed = parseThreshold(text)
  return 'problem' in parsed ? parsed.problem : undefined
}

export function holds(observed: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return observed < limit
    case '<=':
      return observed <= limit
    case '>':
      return observed > limit
    case '>=':
      return observed >= limit
    default:
      return observed === limit
  }
}

const COMPARISONS = ['<', '<=', '>', '>=', '=='] as const

/** What each kind of measure may be written in, as a factor to the unit it is kept in. */
const UNITS: Record<Measure['kind'], { factors: Record<string, number>; examples: string }> = {
  latency: { factors: { ms: 1, s: 1_000, '': 1 }, examples: 'a duration such as 250ms or 2s' },
  share: { factors: { '%': 0.01, '': 1 }, examples: 'a share such as 95% or 0.95' },
  rate: { factors: { '/s': 1, '/min': 1 / 60, '': 1 }, examples: 'a rate such as 200/s' },
  count: { factors: { '': 1 }, examples: 'a plain number such as 0' },
}

interface Word {
  readonly text: string
  readonly column: number
}

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/[<>=!]+|[^\s<>=!]+/g)) {
    words.push({ text: match[0], column: match.index + 1 })
  }
  return words
}

function limitOf(text: string, { kind }: Measure): number | string {
  const { factors, examples } = UNITS[kind]
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(.*)$/.exec(text) ?? []
  if (amount === undefined) return `expected ${examples}, found ${text}`
  const factor = factors[unit]
  if (factor === undefined) return `the unit of ${text} does not fit a ${kind}; write ${examples}`
  // Not a product: 95 * 0.01 is not 0.95.
  const limit = unit === '%' ? Number(amount) / 100 : Number(amount) * factor
  if (kind === 'share' && limit > 1) return `${text} is more than all; write ${examples}`
  return limit
}

function windowOf(
  clauses: readonly Word[],
  end: Word,
): { readonly seconds: number } | ThresholdProblem | undefined {
  const [keyword, duration, further] = clauses
  if (keyword === undefined) return undefined
  if (keyword.text !== 'for')
    return wrong(keyword, `expected for <duration> or the end, found ${keyword.text}`)
  const [, amount, unit = ''] = /^(\d+)(s|m|h)$/.exec(duration?.text ?? '') ?? []
  const seconds = Number(amount) * (WINDOW_UNITS[unit] ?? Number.NaN)
  if (!(seconds >= 1 && seconds <= 86_400)) {
    const found = duration?.text ?? 'nothing'
    return wrong(
      duration ?? end,
      `expected whole seconds from 1s to 24h, such as 30s, found ${found}`,
    )
  }
  if (further !== undefined) return wrong(further, `expected the end, found ${further.text}`)
  return { seconds }
}

const WINDOW_UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600 }

function isComparison(text: string): text is Comparison {
  return (COMPARISONS as readonly string[]).includes(text)
}

function metricHint(metric: string): string {
  const near = nearest(metric, THRESHOLD_METRICS.keys())
  if (near !== undefined) return `the nearest is ${near}`
  const [family = ''] = metric.split('.')
  const known = METRIC_FAMILIES.includes(family) ? family : nearest(family, METRIC_FAMILIES)
  if (known === undefined) return `metrics begin with ${METRIC_FAMILIES.join(', ')}`
  const second = [...THRESHOLD_METRICS.keys()]
    .filter((name) => name.startsWith(`${known}.`))
    .map((name) => name.slice(known.length + 1).split('.')[0] ?? '')
  return `${known}. goes on with ${[...new Set(second)].join(', ')}`
}

function wrong({ column }: Word, what: string): ThresholdProblem {
  return { problem: `column ${column}: ${what}`, column }
}
