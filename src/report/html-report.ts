import type { KeptTimeline } from '../results/kept-timelines.ts'
import type { Row } from '../results/rows.ts'
import type { Summary } from '../results/summary.ts'
import type { Phase } from '../scenario/scenario.ts'
import { type Chart, type ChartLimits, chartsOf } from './charts.ts'
import { duration } from './figures.ts'
import { chartFigure } from './html-charts.ts'
import { predictionSection } from './html-prediction.ts'
import { headOf, runFacts, scenarioSection } from './html-sections.ts'
import {
  arrivalsSection,
  executionsSection,
  ledgerSection,
  operationsSection,
  thresholdsSection,
  throttlingSection,
  validitySection,
} from './html-tables.ts'
import { html, type SafeHtml, scriptJson, trustedHtml } from './html-text.ts'
import { timelinesSection } from './html-timelines.ts'
import { contentPolicy, uplotScript, uplotStyle } from './page-parts.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { type Column, type HealthLimits, type Timeline, timeline } from './timeline.ts'
import { TIMELINE_STYLE } from './timeline-style.ts'
import { verdictWords } from './verdict-words.ts'

/** What the page tells of the scenario; the summary has only its name. */
export interface ReportScenario {
  /** The file as resolved, shown as it is. */
  readonly text: string
  readonly question?: string | undefined
  /** Of an arrivals load, in order from T0: shaded in the charts. */
  readonly phases?: readonly Pick<Phase, 'name' | 'durationUs'>[]
  /** Drawn as lines beside the throttles. */
  readonly quotas?: ChartLimits
  /** Of single things; a bounded number of them is shown. */
  readonly timelines?: readonly KeptTimeline[]
}

/**
 * One page that needs nothing but a browser: no network, no server, no other file.
 * @param rows of the run folder, in any order of workers.
 */
export function htmlReport(
  summary: Summary,
  rows: Iterable<Row>,
  scenario: ReportScenario,
): string {
  const time = timeline(rows, healthLimits(summary))
  const charts = chartsOf(time, summary, scenario.quotas ?? {})
  const script = `${uplotScript()}\n${PAGE_SCRIPT}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${summary.run.scenario}: ${summary.verdict} – shakedown</title>
<link rel="icon" href="${icon(summary)}">
<style>${trustedHtml(uplotStyle() + PAGE_STYLE + TIMELINE_STYLE)}</style>
</head>
<body>
${headOf(summary, scenario.question)}
${navigation(summary)}
<main>
${chartSection(charts, time)}
${thresholdsSection(summary)}
${validitySection(summary)}
${operationsSection(summary)}
${throttlingSection(summary)}
${arrivalsSection(summary)}
${executionsSection(summary)}
${predictionSection(summary)}
${ledgerSection(summary)}
${timelinesSection(scenario.timelines ?? [], summary.timelines)}
${scenarioSection(scenario.text)}
${runFacts(summary)}
</main>
<footer>shakedown ${summary.run.version} · this page stands alone: it loads nothing and sends nothing.</footer>
<button id="unzoom" type="button" hidden>Show the whole run</button>
<script type="application/json" id="run-data">${scriptJson(chartData(charts, time, scenario))}</script>
<script>${trustedHtml(script)}</script>
</body>
</html>
`
  return page.text
}

/** The limits of the checks, those that the scenario has moved as they are. */
function healthLimits({ validity }: Summary): HealthLimits {
  const limit = (name: string) => validity.checks.find((check) => check.name === name)?.limit
  return {
    eventLoop: limit('event-loop-utilisation'),
    loopDelayMs: limit('loop-delay'),
    cpu: limit('cpu'),
    gc: limit('gc'),
    lagMs: limit('schedule-lag'),
  }
}

/** Told apart among many tabs by the verdict's colour. */
function icon(summary: Summary): string {
  const color = { good: '15803d', bad: 'c81e1e', void: 'd98200' }[verdictWords(summary).tone]
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='3.6' fill='%23${color}'/%3E%3C/svg%3E`
}

function navigation({ arrivals, prediction }: Summary): SafeHtml {
  const places = [
    ['charts', 'Charts'],
    ['thresholds', 'Thresholds'],
    ['validity', 'Validity'],
    ['operations', 'Operations'],
    ['throttling', 'Throttling'],
    ...(arrivals === null ? [] : [['arrivals', 'Arrivals']]),
    ['executions', 'Executions'],
    ...(prediction === undefined ? [] : [['prediction', 'Prediction']]),
    ['ledger', 'Ledger'],
    ['timelines', 'Timelines'],
    ['scenario', 'Scenario'],
    ['run', 'Run'],
  ]
  const links = places.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)
  return html`<nav aria-label="Sections"><ul>${links}</ul></nav>`
}

function chartSection(charts: readonly Chart[], time: Timeline): SafeHtml {
  if (charts.length === 0)
    return html`<section id="charts"><h2>Over time</h2><p class="lead">No second of this run was finished, so there is nothing to draw.</p></section>`
  const from = time.begun
    ? `${time.endSecond > 900 ? 'Minutes and seconds' : 'Seconds'} since T0, the moment the load began.`
    : 'The load never began: seconds since the run began, while things connected.'
  const thinned =
    time.bucketSeconds === 1
      ? ''
      : ` ${duration(time.endSecond)} are more seconds than fit, so each point stands for ${time.bucketSeconds} s: counts are summed and told per second, percentiles and gauges are the highest of the ${time.bucketSeconds} s.`
  const last =
    time.lastSeconds < 0.9 * time.bucketSeconds
      ? ` The last point stands for ${duration(time.lastSeconds)}: its rates are told by that, and it is held to no limit of the generator.`
      : ''
  return html`<section id="charts"><h2>Over time</h2>
<p class="lead">${from}${thinned}${last} Drag over a chart to zoom into all of them; click a name to hide or show its line.</p>
<noscript><p class="lead">The charts need JavaScript. Their values stand in the tables below them.</p></noscript>
${charts.map((chart) => chartFigure(chart, time))}</section>`
}

/** What the script draws. Short numbers keep a long run's page small. */
function chartData(charts: readonly Chart[], time: Timeline, { phases = [] }: ReportScenario) {
  return {
    seconds: time.seconds,
    bucketSeconds: time.bucketSeconds,
    end: time.endSecond,
    bands: time.begun ? bandsOf(phases, time) : [],
    unwell: time.unwell.flatMap((isUnwell, index) => (isUnwell ? [time.seconds[index] ?? 0] : [])),
    charts: charts.map(({ id, unit, strip, shaded, series }) => ({
      id,
      unit,
      strip,
      shaded,
      series: series.map((one) => ({ ...one, values: shortened(one.values) })),
    })),
  }
}

function bandsOf(phases: NonNullable<ReportScenario['phases']>, time: Timeline) {
  const bands: { name: string; from: number; to: number; drain: boolean }[] = []
  let from = 0
  for (const { name, durationUs } of phases) {
    const to = from + durationUs / 1e6
    bands.push({ name, from, to, drain: false })
    from = to
  }
  if (time.drainSecond !== undefined) {
    bands.push({ name: 'drain', from: time.drainSecond, to: time.endSecond, drain: true })
  }
  return bands
}

function shortened(values: Column): Column {
  return values.map((value) => (value === null ? null : Number(value.toPrecision(4))))
}
