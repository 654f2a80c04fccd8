import type { Summary, ThresholdResult, ValidityCheck } from '../results/summary.ts'
import { checkFigures, thresholdWords, verdictWords } from './verdict-words.ts'

/**
 * Thresholds and validity checks as test cases. A run that is not valid has errors and no failures:
 * its thresholds are skipped, because they say nothing about the service.
 */
export function junitXml(summary: Summary): string {
  const { run, verdict, validity, thresholds } = summary
  const judged = verdict !== 'invalid' && verdict !== 'stopped'
  const suites = [
    suite('run', run.startedAt, [endCase(summary)]),
    suite('validity', run.startedAt, validity.checks.map(checkCase)),
    suite(
      'thresholds',
      run.startedAt,
      thresholds.map((threshold) => thresholdCase(threshold, judged)),
    ),
  ]
  const totals = attributes({
    name: run.scenario,
    ...totalsOf(suites.flatMap(({ cases }) => cases)),
    time: run.durationSeconds.toFixed(3),
  })
  const body = suites.map(({ xml }) => xml).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${totals}>\n${body}</testsuites>\n`
}

interface Case {
  readonly name: string
  readonly result: 'passed' | 'failure' | 'error' | 'skipped'
  /** What to tell about it, also about one that passed. */
  readonly message: string
}

/** A stopped or given-up run must not look green to a server that reads this file alone. */
function endCase(summary: Summary): Case {
  const { reason, remarks } = verdictWords(summary)
  const { verdict, run } = summary
  const whole = verdict === 'passed' || verdict === 'failed' ? run.complete : false
  return {
    name: 'the run ends as planned and can be trusted',
    result: whole ? 'passed' : 'error',
    message: [reason, ...remarks].join(' '),
  }
}

function checkCase(check: ValidityCheck): Case {
  const { name, level, message } = check
  return {
    name,
    result: level === 'invalid' ? 'error' : 'passed',
    message: `${level}: ${checkFigures(check)}${message ? `. ${message}` : ''}`,
  }
}

function thresholdCase(threshold: ThresholdResult, judged: boolean): Case {
  const failed = threshold.passed ? 'passed' : 'failure'
  return {
    name: threshold.expression,
    result: judged ? failed : 'skipped',
    message: thresholdWords(threshold) + (judged ? '' : '; not judged'),
  }
}

function suite(name: string, startedAt: string, cases: readonly Case[]) {
  const head = attributes({ name, ...totalsOf(cases), timestamp: startedAt })
  const body = cases.map((one) => caseXml(name, one)).join('')
  return { cases, xml: `  <testsuite${head}>\n${body}  </testsuite>\n` }
}

function totalsOf(cases: readonly Case[]): Record<string, string> {
  const times = (result: Case['result']) =>
    String(cases.filter((one) => one.result === result).length)
  return {
    tests: String(cases.length),
    failures: times('failure'),
    errors: times('error'),
    skipped: times('skipped'),
  }
}

function caseXml(suiteName: string, { name, result, message }: Case): string {
  const inside =
    result === 'passed'
      ? `<system-out>${escapeXml(message)}</system-out>`
      : result === 'skipped'
        ? `<skipped${attributes({ message })}/>`
        : `<${result}${attributes({ message, type: suiteName })}>${escapeXml(message)}</${result}>`
  const head = attributes({ classname: `shakedown.${suiteName}`, name })
  return `    <testcase${head}>${inside}</testcase>\n`
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

/** XML 1.0 has no way to write most control characters or half a surrogate pair: they become `�`. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"'\n\r\t]/g, (character) => ENTITIES[character] ?? character)
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}
