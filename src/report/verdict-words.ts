import type { Summary, ThresholdResult, ValidityCheck, Verdict } from '../results/summary.ts'
import { counted, duration, inUnit, observedFigure } from './figures.ts'
import { termsWords } from './virtual-words.ts'

export interface VerdictWords {
  /** One word: `passed`. */
  readonly word: string
  /** A run that says nothing about the service is neither good nor bad. */
  readonly tone: 'good' | 'bad' | 'void'
  /** One sentence: what decided. */
  readonly reason: string
  /** What else to know before the numbers: one sentence each. */
  readonly remarks: readonly string[]
  /** What the checks say that made the run invalid: what it means and what to do. */
  readonly cures: readonly string[]
}

const TONES: Record<Verdict, VerdictWords['tone']> = {
  passed: 'good',
  failed: 'bad',
  aborted: 'bad',
  invalid: 'void',
  stopped: 'void',
}

/** The verdict and why: which check or threshold decided, before any number is shown. */
export function verdictWords(summary: Summary): VerdictWords {
  const { verdict } = summary
  return {
    word: verdict,
    tone: TONES[verdict],
    reason: REASONS[verdict](summary),
    remarks: remarks(summary),
    cures: summary.validity.checks.flatMap(({ level, message }) =>
      level === 'invalid' && message !== undefined ? [message] : [],
    ),
  }
}

const REASONS: Record<Verdict, (summary: Summary) => string> = {
  passed: ({ thresholds, run }) =>
    thresholds.length === 0
      ? `The measurement is valid. ${run.only === undefined ? 'The scenario sets no thresholds' : 'A replay judges no thresholds'}.`
      : `The measurement is valid and ${allOf(thresholds.length, 'threshold holds', 'thresholds hold')}.`,
  failed: ({ thresholds }) => {
    const failed = thresholds.filter(({ passed }) => !passed)
    return `${failed.length} of ${counted(thresholds.length, 'threshold')} failed: ${listed(failed.map(thresholdWords))}.`
  },
  invalid: ({ validity }) => {
    const broken = validity.checks.filter(({ level }) => level === 'invalid')
    return `Do not trust these numbers: ${listed(broken.map(checkWords)) || 'the run is not whole'}.`
  },
  aborted: ({ thresholds, run }) => {
    const failed = thresholds.filter(({ passed }) => !passed)
    // What was said when the run was given up is a sentence with its full stop.
    const cause = (run.cause ?? listed(failed.map(thresholdWords))).replace(/\.$/, '')
    return `Given up after ${duration(run.durationSeconds)}${cause ? `: ${cause}` : ''}.`
  },
  stopped: ({ run }) =>
    `Stopped by hand after ${duration(run.durationSeconds)}; the numbers cover that time only.`,
}

function remarks(summary: Summary): string[] {
  const { verdict, validity, thresholds, run, notes = [] } = summary
  const degraded = validity.checks.filter(({ level }) => level === 'degraded')
  const broken = validity.checks.filter(({ level }) => level === 'invalid')
  const failed = thresholds.filter(({ passed }) => !passed)
  const said = termsWords(summary)
  if (verdict !== 'invalid' && broken.length > 0)
    said.push(`Not valid either: ${listed(broken.map(checkWords))}.`)
  if (verdict === 'invalid' && thresholds.length > 0)
    said.push('Thresholds were computed but decide nothing, because the measurement is not valid.')
  if (verdict === 'stopped' && failed.length > 0)
    said.push(`Up to then ${counted(failed.length, 'threshold')} did not hold.`)
  if (degraded.length > 0) said.push(`Degraded: ${listed(degraded.map(checkWords))}.`)
  if (run.cause !== undefined && verdict !== 'aborted') said.push(run.cause)
  if (!run.complete && verdict !== 'stopped')
    said.push(
      'The record has no end: the run was killed, or it still goes on. This covers the intervals that were finished.',
    )
  return [...said, ...notes]
}

export function thresholdWords({ expression, observed }: ThresholdResult): string {
  return observed === null
    ? `${expression} had nothing to measure`
    : `${expression} was ${observedFigure(expression, observed)}`
}

function checkWords(check: ValidityCheck): string {
  const figures = checkFigures(check)
  return missingOf(check) === undefined ? `${check.name} ${figures}` : figures
}

/** What a check finds to be there or not: `end`; undefined for what has a figure. */
function missingOf({ unit }: ValidityCheck): string | undefined {
  return /^missing (.*)$/.exec(unit)?.[1]
}

/** A limit of none needs no words: `1 worker` says that one was too many. */
export function checkFigures(check: ValidityCheck): string {
  const figure = inUnit(check.observed, check.unit)
  const what = missingOf(check)
  if (what !== undefined) return `the ${what} is ${figure}`
  return check.limit === 0 ? figure : `${figure}, limit ${limitFigure(check)}`
}

/** A limit that the scenario has moved says from where. */
export function limitFigure({ limit, defaultLimit, unit }: ValidityCheck): string {
  const figure = inUnit(limit, unit)
  return defaultLimit === undefined ? figure : `${figure} (default ${inUnit(defaultLimit, unit)})`
}

function allOf(total: number, one: string, many: string): string {
  return total === 1 ? `the one ${one}` : `all ${total} ${many}`
}

/** At most three; the number of the rest is told. */
function listed(items: readonly string[]): string {
  const shown = items.slice(0, 3).join('; ')
  return items.length > 3 ? `${shown}; and ${items.length - 3} more` : shown
}
