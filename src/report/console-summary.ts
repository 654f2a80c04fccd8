import type { LatencySummary, Summary } from '../results/summary.ts'
import { besideWords } from './beside-words.ts'
import { operationTables } from './console-tables.ts'
import { stuckWords } from './execution-words.ts'
import {
  count,
  counted,
  duration,
  heldWords,
  milliseconds,
  NOTHING,
  observedFigure,
  percent,
  perSecond,
  quotaWords,
} from './figures.ts'
import { reachedLimits } from './limit-words.ts'
import { type LatencyKey, latencyAt, rejections, usedOperations } from './operation-rows.ts'
import { PREDICTION_LEAD, predictionFigures } from './prediction-words.ts'
import { fleetWords, noThresholdsWords } from './replay-words.ts'
import { type Paint, painter, type Tone, wrapped } from './text-table.ts'
import { checkFigures, limitFigure, verdictWords } from './verdict-words.ts'
import { makerWords } from './virtual-words.ts'

export interface ConsoleOptions {
  readonly color: boolean
  /** Columns of the terminal. */
  readonly width: number
  /** The run folder, as the person may type it. */
  readonly folder: string
  /** Names in the folder. */
  readonly files: readonly string[]
}

/** Width of the labels on the left. */
const INDENT = 13

/** The end of a run as text: what decided first, then what was measured, then where it is kept. */
export function consoleSummary(summary: Summary, options: ConsoleOptions): string {
  const paint = painter(options.color)
  const width = Math.max(60, Math.min(options.width, 100))
  const section = (label: string, lines: readonly Line[]) => labelled(label, lines, width, paint)
  return [
    '',
    ...head(summary, width, paint),
    '',
    ...section('validity', validityLines(summary)),
    ...section('thresholds', thresholdLines(summary)),
    ...section('executions', executionLines(summary)),
    ...section('arrivals', arrivalLines(summary)),
    ...section('rates', rateLines(summary)),
    '',
    ...operationTables(usedOperations(summary), width, paint),
    '',
    ...section('throttling', throttlingLines(summary)),
    ...section('predicted', predictionLines(summary)),
    ...section('refusals', refusalLines(summary)),
    ...section('generator', generatorLines(summary)),
    ...section('ledger', ledgerLines(summary)),
    ...section('timelines', timelineLines(summary)),
    ...section('files', [
      { text: options.folder },
      { text: options.files.join(', '), tone: 'faint' },
    ]),
    '',
  ].join('\n')
}

interface Line {
  readonly text: string
  readonly tone?: Tone
}

function head(summary: Summary, width: number, paint: Paint): string[] {
  const { run } = summary
  const { word, tone, reason, remarks } = verdictWords(summary)
  const facts = [
    run.scenario,
    fleetWords(run),
    duration(run.durationSeconds),
    makerWords(run),
    `seed ${run.seed}`,
  ].join(' · ')
  return [
    `${paint(tone, word.toUpperCase())}  ${paint('faint', facts)}`,
    ...wrapped(reason, width).map((line) => paint('strong', line)),
    ...remarks.flatMap((remark) => wrapped(remark, width)),
  ]
}

/** A label on the left of the first line; long lines are broken and stay in their column. */
function labelled(label: string, lines: readonly Line[], width: number, paint: Paint): string[] {
  const broken = lines.flatMap(({ text, tone }) =>
    wrapped(text, width - INDENT).map((part, index) =>
      paint(tone ?? 'plain', index === 0 ? part : `  ${part}`),
    ),
  )
  return broken.map((line, index) =>
    index === 0 ? paint('faint', label.padEnd(INDENT)) + line : ' '.repeat(INDENT) + line,
  )
}

function validityLines({ validity }: Summary): Line[] {
  const fine = validity.checks.filter(({ level }) => level === 'ok').length
  const total = validity.checks.length
  const rest = validity.checks
    .filter(({ level }) => level !== 'ok')
    .map((check): Line => {
      const { name, level, message } = check
      return {
        text: `${level} ${name}: ${checkFigures(check)}.${message ? ` ${message}` : ''}`,
        tone: level === 'invalid' ? 'void' : 'warn',
      }
    })
  const moved = validity.checks
    .filter(({ defaultLimit }) => defaultLimit !== undefined)
    .map((check) => `${check.name} ${limitFigure(check)}`)
  const own: Line[] =
    moved.length === 0
      ? []
      : [{ text: `limits of the scenario: ${moved.join(', ')}`, tone: 'warn' }]
  if (rest.length === 0) return [{ text: `all ${counted(total, 'check')} ok` }, ...own]
  return [...rest, { text: `${fine} of ${counted(total, 'check')} ok` }, ...own]
}

function thresholdLines({ thresholds, run }: Summary): Line[] {
  if (thresholds.length === 0) return [{ text: noThresholdsWords(run) }]
  const longest = Math.max(...thresholds.map(({ expression }) => expression.length))
  return thresholds.map(({ expression, observed, passed }) => ({
    text: `${passed ? '✓' : '✗'} ${expression.padEnd(longest)}   ${observedFigure(expression, observed)}`,
    tone: passed ? 'plain' : 'bad',
  }))
}

function executionLines({ executions }: Summary): Line[] {
  const { started, resumed, succeeded, failed, rejected, timedOut, canceled, stuck } = executions
  const ends = [
    `${count(succeeded)} succeeded`,
    `${count(failed)} failed`,
    `${count(rejected)} rejected`,
    ...(timedOut > 0 ? [`${count(timedOut)} timed out`] : []),
    ...(canceled > 0 ? [`${count(canceled)} canceled`] : []),
    stuckWords(executions),
  ]
  const again = resumed > 0 ? ` (${count(resumed)} resumed)` : ''
  return [
    {
      text: `${count(started)} started${again}: ${ends.join(', ')}`,
      tone: stuck > 0 ? 'warn' : 'plain',
    },
    ...timing('from start to end', executions.durationMs, ['p50', 'p90', 'p99', 'max']),
    ...(executions.held ? [{ text: `the service holds ${heldWords(executions.held)}` }] : []),
  ]
}

/** All over the same seconds, so that one can be held against the other. */
function rateLines({ rates }: Summary): Line[] {
  const { seconds, plannedStartsPerSecond: planned, startsPerSecond: made } = rates
  if (seconds === 0) return []
  const starts =
    planned === null || made === null
      ? ''
      : `starts ${perSecond(planned)} planned, ${perSecond(made)} made; `
  const answers = `${perSecond(rates.answeredPerSecond)} answered, ${perSecond(rates.acceptedPerSecond)} accepted`
  return [{ text: `${starts}job requests ${perSecond(rates.issuedPerSecond)} issued, ${answers}` }]
}

function arrivalLines({ arrivals }: Summary): Line[] {
  if (arrivals === null) return []
  const { planned, started, reassigned, dropped, droppedByCause } = arrivals
  const causes = Object.entries(droppedByCause).filter(([, times]) => times > 0)
  const why = causes.map(([cause, times]) => `${count(times)} ${cause}`).join(', ')
  const moved = reassigned > 0 ? ` (${count(reassigned)} by another thing than meant)` : ''
  const lost = `${count(dropped)} dropped${why ? ` (${why})` : ''}`
  return [
    {
      text: `${count(planned)} planned: ${count(started)} started${moved}, ${lost}`,
      tone: dropped > 0 ? 'warn' : 'plain',
    },
    ...timing('schedule lag', arrivals.scheduleLagMs, ['p50', 'p99', 'max']),
    ...timing('due until acquired, retries included', arrivals.acquireMs, ['p50', 'p99', 'max']),
  ]
}

function timing(label: string, latency: LatencySummary, keys: readonly LatencyKey[]): Line[] {
  if (latency.count === 0 || latencyAt(latency, 'max') === null) return []
  const figures = keys.map((key) => `${key} ${milliseconds(latencyAt(latency, key))}`)
  return [{ text: `${label} ${figures.join(', ')}` }]
}

function throttlingLines(summary: Summary): Line[] {
  const { share, peakPerSecond, firstAtSeconds, lastAtSeconds, bindingQuota } = summary.throttling
  const throttled = usedOperations(summary).filter((operation) => operation.throttled > 0)
  const effective = quotaWords(summary.throttling.effectiveQuota)
  const quota: Line = {
    text: `binding quota ${bindingQuota ?? 'none'}${effective ? `; ${effective}` : ''}`,
  }
  if (throttled.length === 0) return [{ text: 'none' }, ...(bindingQuota ? [quota] : [])]
  const each = throttled.map(
    ({ name, throttled: times, issued }) =>
      `${name} ${count(times)} of ${count(issued)} (${percent(times / issued)})`,
  )
  const span =
    firstAtSeconds === null || lastAtSeconds === null
      ? ''
      : `, from ${duration(firstAtSeconds)} to ${duration(lastAtSeconds)} after T0`
  return [
    { text: each.join(', '), tone: 'warn' },
    { text: `${percent(share)} of all job requests, at most ${perSecond(peakPerSecond)}${span}` },
    quota,
  ]
}

/** What the plan said, and what came of it. */
function predictionLines({ prediction }: Summary): Line[] {
  if (prediction === undefined) return []
  const rows = predictionFigures(prediction)
  const longest = Math.max(...rows.map(([name]) => name.length))
  const widest = Math.max(...rows.map(([, predicted]) => predicted.length))
  const lines = rows.map(
    ([name, predicted, observed]): Line => ({
      text: `${name.padEnd(longest)}  ${predicted.padStart(widest)}, observed ${observed}`,
    }),
  )
  return [...lines, { text: PREDICTION_LEAD, tone: 'faint' }]
}

/** What was refused, dropped or fell outside the accounting. No line when there was none. */
function refusalLines(summary: Summary): Line[] {
  const { strays, clamped, drops } = summary
  const named: [string, number][] = [
    ['late answers', strays.late],
    ['duplicate answers', strays.duplicate],
    ['unmatched answers', strays.unmatched],
    ['times above the range of the histograms', clamped],
    ...Object.entries(drops).map(([cause, times]): [string, number] => [
      `connections lost by ${cause}`,
      times,
    ]),
  ]
  const strange = named
    .filter(([, times]) => times > 0)
    .map(([what, times]) => `${what} ${count(times)}`)
  const refused = [rejections(usedOperations(summary)), strange]
    .filter((items) => items.length > 0)
    .map((items) => items.join(', '))
  const limits = reachedLimits(summary.limits).map(
    ([what, times]) => `limit reached: ${count(times)} ${what}`,
  )
  return [...refused, ...limits].map((text) => ({ text, tone: 'warn' }))
}

function generatorLines({ generator, run }: Summary): Line[] {
  if (generator === undefined || run.host === undefined) return []
  const { cpuShare, eventLoopUtilisation, rssMiB } = generator
  const cores = counted(run.host.cpus, 'core')
  const beside = besideWords(generator)
  return [
    {
      text: `CPU ${percent(cpuShare)} of ${cores}, event loop ${percent(eventLoopUtilisation)}, ${count(Math.round(rssMiB))} MiB, node ${run.host.node}`,
    },
    ...(beside === undefined ? [] : [{ text: `beside it: ${beside}` }]),
  ]
}

/** Stories of single things that were kept, and what there was no room for. */
function timelineLines({ timelines }: Summary): Line[] {
  if (timelines === undefined || timelines.kept === 0) return []
  const { kept, leftOut, crowdedOut, reasons } = timelines
  const why = Object.entries(reasons).map(([reason, { kept }]) => `${count(kept)} ${reason}`)
  const missing = [
    ...(leftOut > 0 ? [`${count(leftOut)} more for the same reasons had no room`] : []),
    ...(crowdedOut > 0 ? [`${count(crowdedOut)} times too many things were busy`] : []),
  ]
  return [
    { text: `kept ${count(kept)} of single things: ${why.join(', ')}` },
    ...(missing.length > 0 ? [{ text: missing.join(', ') }] : []),
  ]
}

function ledgerLines({ ledger }: Summary): Line[] {
  if (!ledger.checked) return [{ text: `not checked ${NOTHING} the target keeps no ledger for us` }]
  if (ledger.balanced) return [{ text: 'balanced: things and service agree on every execution' }]
  return [
    { text: 'does not balance', tone: 'bad' },
    ...ledger.differences.map((text): Line => ({ text, tone: 'bad' })),
  ]
}
