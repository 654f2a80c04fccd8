import { nearestWord } from '../words.ts'
import { foreignMetric } from './foreign-metrics.ts'
import { METRIC_FAMILIES, type Measure, measureOf, THRESHOLD_METRICS } from './threshold-metrics.ts'
import {
  isConnecting,
  type ScopeContext,
  scopeOf,
  type ThresholdProblem,
  type Word,
  wrong,
} from './threshold-scope.ts'

export type Comparison = (typeof COMPARISONS)[number]

/** `<metric> <comparison> <value> [over phase <name>] [for <duration>]`, understood. */
export interface Threshold {
  readonly expression: string
  readonly metric: string
  readonly measure: Measure
  readonly comparison: Comparison
  /** Milliseconds, a share 0..1, a number a second, or a plain count: as the measure is. */
  readonly limit: number
  /** The phase it looks at, a ramp too. undefined: as the measure is. */
  readonly phase: string | undefined
  /** Every window of so many seconds inside the load must hold. undefined: the span as a whole. */
  readonly windowSeconds: number | undefined
}

/** What a threshold is checked against beside its own words. */
export interface ThresholdContext extends ScopeContext {
  /** Whether it is to end the run once it is broken. */
  readonly abort?: boolean
}

export function parseThreshold(
  text: string,
  context: ThresholdContext = {},
): Threshold | ThresholdProblem {
  const { phases, abort = false } = context
  const words = wordsOf(text)
  const [metric, comparison, value, ...clauses] = words
  const end = { text: '', column: text.length + 1 }
  if (metric === undefined)
    return wrong(end, 'an empty threshold measures nothing; write <metric> <comparison> <value>')
  const measure = measureOf(metric.text)
  if (measure === undefined)
    return wrong(metric, `there is no metric ${metric.text}; ${metricHint(metric.text)}`)
  if (comparison === undefined || !isComparison(comparison.text)) {
    const given = comparison === undefined ? 'nothing' : comparison.text
    return wrong(comparison ?? end, `expected one of ${COMPARISONS.join(' ')}, found ${given}`)
  }
  if (value === undefined)
    return wrong(end, `expected ${UNITS[unitOf(measure)].examples}, found nothing`)
  const limit = limitOf(value.text, measure)
  if (typeof limit === 'string') return wrong(value, limit)
  const scope = scopeOf(clauses, end, context)
  if ('problem' in scope) return scope
  if (abort && isConnecting(scope.phase, phases))
    return wrong(
      clauses[2] ?? end,
      'connecting is over when the load begins, so it can abort nothing; leave abort out, or look at a phase of the load',
    )
  if (abort && scope.windowSeconds === undefined && waitsForTheEnd(measure, comparison.text))
    return wrong(
      comparison,
      `a count only grows, so ${metric.text} ${comparison.text} ${value.text} cannot be broken before the end and abort nothing; use a rate, a share, or add for <duration>`,
    )
  return {
    expression: text.trim(),
    metric: metric.text,
    measure,
    comparison: comparison.text,
    limit,
    ...scope,
  }
}

/** What a scenario file is told about a threshold; undefined when it is right. */
export function thresholdProblem(text: string, context?: ThresholdContext): string | undefined {
  const parsed = parseThreshold(text, context)
  return 'problem' in parsed ? parsed.problem : undefined
}

/** The same of a scenario that was run: a window that its load cannot fill is a reason not to run, and none
 *  not to read what was run, or to do it again. */
export function languageProblem(text: string, context?: ThresholdContext): string | undefined {
  return thresholdProblem(text, { ...context, longestWindow: undefined })
}

/** A value in the words of the language, as short as a person would write it. */
export function valueText(measure: Measure, value: number): string {
  const short = (number: number) => String(Number(number.toPrecision(4)))
  switch (unitOf(measure)) {
    case 'latency':
      return `${short(value)}ms`
    case 'share':
      return `${short(value * 100)}%`
    case 'rate':
      return `${short(value)}/s`
    case 'memory':
      return `${short(value)}MiB`
    case 'count':
      return short(value)
  }
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

/** What each kind of value may be written in, as a factor to the unit it is kept in. */
const UNITS = {
  latency: { factors: { ms: 1, s: 1_000, '': 1 }, examples: 'a duration such as 250ms or 2s' },
  share: { factors: { '%': 0.01, '': 1 }, examples: 'a share such as 95% or 0.95' },
  rate: { factors: { '/s': 1, '/min': 1 / 60, '': 1 }, examples: 'a rate such as 200/s' },
  count: { factors: { '': 1 }, examples: 'a plain number such as 0' },
  memory: { factors: { MiB: 1, GiB: 1_024, '': 1 }, examples: 'a size such as 500MiB' },
} satisfies Record<string, { factors: Record<string, number>; examples: string }>

/** In what a measure is told: milliseconds, a share 0..1, a number a second, MiB or a plain count. */
export function unitOf(measure: Measure): keyof typeof UNITS {
  return measure.kind === 'gauge' ? measure.unit : measure.kind
}

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/"[^"]*"|[<>=!]+|[^\s<>=!]+/g)) {
    words.push({ text: match[0], column: match.index + 1 })
  }
  return words
}

function limitOf(text: string, measure: Measure): number | string {
  const kind = unitOf(measure)
  const { examples } = UNITS[kind]
  const factors: Record<string, number> = UNITS[kind].factors
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(.*)$/.exec(text) ?? []
  if (amount === undefined) return `expected ${examples}, found ${text}`
  const factor = factors[unit]
  if (factor === undefined) return `the unit of ${text} does not fit a ${kind}; write ${examples}`
  // Not a product: 95 * 0.01 is not 0.95.
  const limit = unit === '%' ? Number(amount) / 100 : Number(amount) * factor
  if (kind === 'share' && limit > 1) return `${text} is more than all; write ${examples}`
  return limit
}

function waitsForTheEnd({ kind }: Measure, comparison: string): boolean {
  return kind === 'count' && comparison.startsWith('>')
}

function isComparison(text: string): text is Comparison {
  return (COMPARISONS as readonly string[]).includes(text)
}

function metricHint(metric: string): string {
  const ours = foreignMetric(metric)
  if (ours !== undefined) return `here: ${ours}`
  const near = nearestWord(metric, THRESHOLD_METRICS.keys())
  if (near !== undefined) return `the nearest is ${near}`
  const [family = ''] = metric.split('.')
  const known = METRIC_FAMILIES.includes(family) ? family : nearestWord(family, METRIC_FAMILIES)
  if (known === undefined) return `metrics begin with ${METRIC_FAMILIES.join(', ')}`
  const second = [...THRESHOLD_METRICS.keys()]
    .filter((name) => name.startsWith(`${known}.`))
    .map((name) => name.slice(known.length + 1).split('.')[0] ?? '')
  return `${known}. goes on with ${[...new Set(second)].join(', ')}`
}
