import type { Summary } from '../results/summary.ts'
import { succeededWords } from './execution-words.ts'
import { amount, count, duration, inUnit, NOTHING, observedFigure, percent } from './figures.ts'
import { latencyAt, usedOperations } from './operation-rows.ts'
import { limitFigure, verdictWords } from './verdict-words.ts'

const MARKS = { good: '✅', bad: '❌', void: '⚠️' }

/** A short page for the summary of a CI job. */
export function markdownSummary(summary: Summary): string {
  const { run, executions, throttling } = summary
  const { word, tone, reason, remarks } = verdictWords(summary)
  const facts = [
    `${count(run.things)} things`,
    duration(run.durationSeconds),
    `${count(executions.succeeded)} executions succeeded, ${succeededWords(executions)}`,
    `${percent(throttling.share)} of job requests throttled`,
  ]
  const parts = [
    `## ${MARKS[tone]} ${escapeMarkdown(run.scenario)}: ${word}`,
    [reason, ...remarks].map(escapeMarkdown).join(' '),
    facts.join(' · '),
    thresholdTable(summary),
    checkTable(summary),
    operationTable(summary),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function thresholdTable({ thresholds }: Summary): string {
  const rows = thresholds.map(({ expression, observed, passed }) => [
    passed ? '✓' : '✗ failed',
    escapeMarkdown(expression),
    observedFigure(expression, observed),
  ])
  return table(['', 'threshold', 'observed'], rows)
}

/** Only what is not ok. */
function checkTable({ validity }: Summary): string {
  const rows = validity.checks
    .filter(({ level }) => level !== 'ok')
    .map((check) => [
      check.level,
      escapeMarkdown(check.name),
      inUnit(check.observed, check.unit),
      limitFigure(check),
      escapeMarkdown(check.message ?? ''),
    ])
  return table(['validity', 'check', 'observed', 'limit', ''], rows)
}

function operationTable(summary: Summary): string {
  const ms = (value: number | null) => (value === null ? NOTHING : amount(value))
  const rows = usedOperations(summary).map(({ name, responseMs, ...counts }) => [
    escapeMarkdown(name),
    count(counts.issued),
    count(counts.accepted),
    count(counts.throttled),
    count(counts.rejectedTotal),
    count(counts.timedOut + counts.lost + counts.unanswered),
    ms(latencyAt(responseMs, 'p50')),
    ms(latencyAt(responseMs, 'p99')),
    ms(latencyAt(responseMs, 'max')),
  ])
  return table(
    [
      'operation',
      'issued',
      'accepted',
      'throttled',
      'rejected',
      'no answer',
      'p50 ms',
      'p99 ms',
      'max ms',
    ],
    rows,
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Also keeps text inside its table cell and out of HTML. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, (character) => `\\${character}`)
}
