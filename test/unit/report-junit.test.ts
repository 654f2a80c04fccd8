import { expect, test } from 'vitest'
import { escapeXml, junitXml } from '../../src/report/junit.ts'
import { exampleRun } from '../fixtures/example-run.ts'

test('a failed threshold is a failure, and what holds is a passed case', () => {
  const xml = junitXml(exampleRun().summary)

  expect(xml).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="throttled-account" tests="13" failures="1" errors="0"/,
  )
  expect(xml.match(/<failure /g)).toHaveLength(1)
  expect(xml).toContain('message="update.throttled.share &lt; 15% for 30s was 28.7%"')
})

test('an invalid run has errors, no failures, and judges no threshold', () => {
  const checks = [
    { name: 'schedule-lag', observed: 31, limit: 10, unit: 'ms', level: 'invalid' as const },
    {
      name: 'dropped-starts',
      observed: 0.02,
      limit: 0.001,
      unit: 'share',
      level: 'degraded' as const,
    },
  ]
  const xml = junitXml(
    exampleRun({ summary: { verdict: 'invalid', validity: { valid: false, checks } } }).summary,
  )

  expect(xml).toContain('tests="6" failures="0" errors="2" skipped="3"')
  expect(xml).toMatch(/name="schedule-lag"><error message="invalid: 31 ms, limit 10 ms"/)
  expect(xml).toMatch(/name="dropped-starts"><system-out>degraded/)
})

test.each(['stopped', 'aborted'] as const)('a run that was %s is not green', (verdict) => {
  const thresholds = [{ expression: 'executions.stuck == 0', observed: 0, passed: true }]

  expect(junitXml(exampleRun({ summary: { verdict, thresholds } }).summary)).toMatch(
    /errors="[1-9]/,
  )
})

test('a run that passed has neither failures nor errors', () => {
  const thresholds = [{ expression: 'executions.stuck == 0', observed: 0, passed: true }]
  const { summary } = exampleRun({ summary: { verdict: 'passed', thresholds } })

  expect(junitXml(summary)).toContain('failures="0" errors="0" skipped="0"')
})

test('no text can leave its place in the XML', () => {
  expect(escapeXml('a<b>&"\'\n]]>')).toBe('a&lt;b&gt;&amp;&quot;&apos;&#10;]]&gt;')
  expect(escapeXml('\u0000\u001b[31m\ud800\uffff😀é')).toBe('��[31m��😀é')
})
