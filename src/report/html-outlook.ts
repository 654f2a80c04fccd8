import { amount, count, counted, duration, NOTHING, percent } from './figures.ts'
import { section, table } from './html-tables.ts'
import { html, type SafeHtml, scriptJson, trustedHtml } from './html-text.ts'
import { type OutlookChart, type OutlookCharts, outlookCharts } from './outlook-charts.ts'
import {
  figuresOf,
  type OutlookFigures,
  type OutlookVariant,
  type Spread,
  variantName,
} from './outlook-figures.ts'
import { OUTLOOK_SCRIPT } from './outlook-script.ts'
import { contentPolicy, uplotScript, uplotStyle } from './page-parts.ts'
import { PAGE_STYLE } from './page-style.ts'

export interface OutlookAbout {
  readonly scenario: string
  readonly question: string | undefined
  readonly seeds: string
  readonly version: string
}

/** Simulated runs as one page that stands alone: charts over what was swept, and all of it as a table. */
export function outlookPage(variants: readonly OutlookVariant[], about: OutlookAbout): string {
  const { scenario, question, seeds, version } = about
  const drawn = outlookCharts(variants)
  const script = drawn === undefined ? '' : `${uplotScript()}\n${OUTLOOK_SCRIPT}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${scenario}: simulated – shakedown</title>
<style>${trustedHtml(uplotStyle() + PAGE_STYLE)}</style>
</head>
<body>
<header class="top">
<p class="brand">shakedown · simulated in virtual time</p>
<h1>${scenario}</h1>
${question === undefined ? undefined : html`<p class="question">${question}</p>`}
<p class="facts">${counted(variants.length, 'variant')} · seeds ${seeds}</p>
</header>
<main>
${drawn === undefined ? undefined : chartsSection(drawn)}
${figuresSection(variants)}
</main>
<footer>shakedown ${version} · this page stands alone: it loads nothing and sends nothing.</footer>
${
  drawn === undefined
    ? undefined
    : html`<script type="application/json" id="outlook-data">${scriptJson(drawn)}</script>
<script>${trustedHtml(script)}</script>`
}
</body>
</html>
`.text
}

function chartsSection({ axis, charts }: OutlookCharts): SafeHtml {
  return html`<section id="charts"><h2>Over ${axis.title}</h2>
<noscript><p class="lead">The charts need JavaScript. Their values stand in the table below them.</p></noscript>
${charts.map(chartPlace)}</section>`
}

function chartPlace({ id, title }: OutlookChart): SafeHtml {
  return html`<figure class="chart" id="${id}">
<figcaption><h3>${title}</h3></figcaption>
<div class="plot" id="plot-${id}" role="img" aria-label="${title}. The values stand in the table below."></div>
</figure>
`
}

const COLUMNS = [
  ...['done p50', 'p90', 'max', 'unfinished', 'throttled', 'attempts for a success', 'timed out'],
]
const ABORT_COLUMNS = ['aborts', 'abort after', 'with executions']

function figuresSection(variants: readonly OutlookVariant[]): SafeHtml {
  const aborts = variants.some((variant) => figuresOf(variant).aborts > 0)
  const names = aborts ? [...COLUMNS, ...ABORT_COLUMNS] : COLUMNS
  const head = html`<tr><th scope="col" class="left">simulated</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr>`
  return section(
    'figures',
    'Figures',
    'Times from T0 to the last answer, of the runs that were done in their time. Shares and attempts are means over the seeds.',
    table(
      'Figures of each variant',
      head,
      variants.map((variant) => figureRow(variant, aborts)),
    ),
  )
}

function figureRow(variant: OutlookVariant, aborts: boolean): SafeHtml {
  const figures = figuresOf(variant)
  const { etaSeconds, throttledShare, attemptsPerSuccess, timedOutShare } = figures
  const cells = [
    ...[time(etaSeconds?.p50), time(etaSeconds?.p90), time(etaSeconds?.max)],
    `${figures.unfinished} of ${variant.runs.length}`,
    share(throttledShare),
    attemptsPerSuccess === undefined ? NOTHING : amount(attemptsPerSuccess.mean),
    share(timedOutShare),
    ...(aborts ? abortCells(figures) : []),
  ]
  return html`<tr><th scope="row" class="left">${variantName(variant)}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`
}

function abortCells({ aborts, abortSeconds, abortExecutions }: OutlookFigures): string[] {
  const executions = abortExecutions === undefined ? NOTHING : count(abortExecutions.p50)
  return [count(aborts), time(abortSeconds?.p50), executions]
}

function time(seconds: number | undefined): string {
  return seconds === undefined ? NOTHING : duration(seconds)
}

function share(spread: Spread | undefined): string {
  return spread === undefined ? NOTHING : percent(spread.mean)
}
