import { expect, test } from 'vitest'
import { consoleSummary } from '../../src/report/console-summary.ts'
import { htmlReport } from '../../src/report/html-report.ts'
import { html } from '../../src/report/html-text.ts'
import { junitXml } from '../../src/report/junit.ts'
import { markdownSummary } from '../../src/report/markdown.ts'
import type { Row } from '../../src/results/rows.ts'
import { exampleRun } from '../fixtures/example-run.ts'

test('a template escapes every value and keeps what is HTML already', () => {
  const inner = html`<b>${'<i>'}</b>`

  expect(html`<p title="${'"\'&'}">${[inner, inner]}${undefined}${7}</p>`.text).toBe(
    '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>7</p>',
  )
})

test('the page names no address it could load from', () => {
  const { summary, rows, phases } = exampleRun()
  const page = htmlReport(summary, rows, { text: 'name: x', phases })

  expect(page).not.toMatch(/(src|href)="(?!#|data:)/)
  expect(page).not.toMatch(/@import|url\(/)
})

test('the page of two hours stays under half a megabyte and says that points stand for more seconds', () => {
  const { summary, rows, phases } = exampleRun({ workers: 2, loadSeconds: 7_200 })
  const page = htmlReport(summary, rows, { text: 'name: x', phases })

  expect(page.length).toBeLessThan(512 * 1024)
  expect(page).toContain('each point stands for 5 s')
  expect(page).toContain('highest p99 of 2 workers')
})

test('a run of less than 2,000 seconds is not thinned and does not say so', () => {
  const { summary, rows } = exampleRun()

  expect(htmlReport(summary, rows, { text: '' })).not.toContain('each point stands for')
})

test('a run that ended before its first second has a page that says so', () => {
  const { summary, rows } = exampleRun()
  const first = rows.filter(({ kind }: Row) => kind === 'run')

  expect(htmlReport(summary, first, { text: '' })).toContain('there is nothing to draw')
})

test('a chart of throughput tells of starts only where there are some', () => {
  const { summary, rows } = exampleRun()
  const without = (...counters: string[]) =>
    rows.map((row): Row => {
      if (row.kind !== 'interval') return row
      const kept = Object.entries(row.counters).filter(([name]) => !counters.includes(name))
      return { ...row, counters: Object.fromEntries(kept) }
    })
  const page = (of: readonly Row[]) => htmlReport(summary, of, { text: '' })

  expect(page(rows)).toContain('Starts planned and made; job requests issued')
  expect(page(without('start.planned'))).toContain('Starts made; job requests issued')
  const unplanned = page(without('start.planned', 'start.started'))
  expect(unplanned).toContain('Job requests issued, answered')
  expect(unplanned).not.toContain('Starts planned')
})

test('an endless quota draws no line', () => {
  const { summary, rows } = exampleRun()
  const quotas = { writesPerSecond: Number.POSITIVE_INFINITY }

  expect(htmlReport(summary, rows, { text: '', quotas })).not.toContain('"quota of writes"')
  expect(htmlReport(summary, rows, { text: '', quotas: { writesPerSecond: 200 } })).toContain(
    '"quota of writes"',
  )
})

test('who else had the processor stands among the facts and at the health of the generator', () => {
  const mean = { cpuShare: 0.1, eventLoopUtilisation: 0.5, rssMiB: 200 }
  const beside = { othersShare: 0.64, stolenShare: 0.04, idleShare: 0.1 }
  const page = (generator: typeof mean & { beside?: typeof beside }) => {
    const { summary, rows } = exampleRun({ summary: { generator } })
    return htmlReport(summary, rows, { text: '' })
  }

  expect(page({ ...mean, beside })).toContain('<dd>other processes 64% of the cores</dd>')
  expect(page({ ...mean, beside })).toContain('in the mean: other processes 64% of the cores.')
  expect(page(mean)).not.toContain('other processes')
})

test('a limit of the stand-in that was reached has its row', () => {
  const { summary, rows } = exampleRun({ summary: { limits: { connectionPublishes: 12 } } })

  expect(htmlReport(summary, rows, { text: '' })).toMatch(
    /limit reached: PUBLISHes above the rate of their connection<\/th><td[^>]*>12</,
  )
})

test('what was left out stands in every report, for the numbers are to be read with it', () => {
  const note = 'generator.cpu.share: not judged, in virtual time there is no generator to measure.'
  const { summary, rows } = exampleRun({ summary: { notes: [note] } })
  const options = { color: false, width: 100, folder: 'reports/x', files: [] }

  expect(consoleSummary(summary, options)).toContain(note)
  expect(htmlReport(summary, rows, { text: '' })).toContain(note)
  expect(junitXml(summary)).toContain(note)
  expect(markdownSummary(summary)).toContain('not judged, in virtual time')
})

test('markdown keeps text of a person out of its tables and out of HTML', () => {
  const { summary } = exampleRun()
  const thresholds = [{ expression: 'a|b <img src=x> *', observed: 1, passed: false }]
  const page = markdownSummary({ ...summary, thresholds })

  expect(page).toContain('## ❌ throttled-account: failed')
  expect(page).toContain('a\\|b &lt;img src=x> \\*')
  expect(page).not.toContain('<img')
})

test('the share that succeeded is of all that ended or were stuck, as its threshold has it', () => {
  const executions = {
    ...exampleRun().summary.executions,
    ...{ started: 394, resumed: 0, succeeded: 338, failed: 24, rejected: 13 },
    ...{ timedOut: 0, canceled: 0, stuck: 25 },
  }
  const { summary, rows } = exampleRun({ summary: { executions } })

  expect(htmlReport(summary, rows, { text: '' })).toContain(
    '84.5% of 400, 25 stuck (6 before they began)',
  )
  expect(markdownSummary(summary)).toContain('338 executions succeeded, 84.5% of 400')
})
