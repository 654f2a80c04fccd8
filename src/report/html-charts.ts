import type { Chart, ChartUnit, Series } from './charts.ts'
import { amount, count, milliseconds, NOTHING, percent, perSecond } from './figures.ts'
import { html, type SafeHtml } from './html-text.ts'
import type { Column, Timeline } from './timeline.ts'

/** Rows of a chart's table: enough to see the course of a run, few enough to read aloud. */
const MOST_ROWS = 30

/** A chart's place on the page, its words, and the same values as a table for who sees no chart. */
export function chartFigure(chart: Chart, time: Timeline): SafeHtml {
  const { id, title, note, strip } = chart
  return html`<figure class="${strip ? 'chart strip' : 'chart'}" id="${id}">
<figcaption><h3>${title}</h3><p>${note}</p></figcaption>
<div class="plot" id="plot-${id}" role="img" aria-label="${spoken(chart)}"></div>
${valueTable(chart, time)}
</figure>
`
}

/** The chart in a sentence: what its highest values are and when. */
function spoken({ title, unit, series }: Chart): string {
  const peaks = series
    .filter(({ line }) => line !== 'dashed')
    .map(({ label, values }) => `${label} at most ${inWords(highest(values), unit)}`)
  return `Chart over time. ${title}: ${peaks.join(', ')}. The values stand in the table below it.`
}

function valueTable({ series, unit, title }: Chart, time: Timeline): SafeHtml {
  const points = time.seconds.length
  const step = Math.max(1, Math.ceil(points / MOST_ROWS))
  const span = step * time.bucketSeconds
  const rows: SafeHtml[] = []
  for (let from = 0; from < points; from += step) {
    const begin = time.seconds[from] ?? 0
    const end = Math.min(begin + span, time.endSecond)
    const cells = series.map(
      (one) => html`<td>${inWords(taken(one, unit, from, from + step), unit)}</td>`,
    )
    rows.push(html`<tr><th scope="row">${begin} – ${end} s</th>${cells}</tr>`)
  }
  const how = unit === 'per second' ? 'the mean rate' : 'the highest value'
  const caption = span === 1 ? 'Values as a table' : `Values as a table: ${how} of each ${span} s`
  return html`<details class="values"><summary>${caption}</summary>
<div class="scroll tall" tabindex="0" role="region" aria-label="${title}, values"><table>
<thead><tr><th scope="col">since T0</th>${series.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div></details>`
}

function taken({ values }: Series, unit: ChartUnit, from: number, to: number): number | null {
  const some = values.slice(from, to).filter((value) => value !== null)
  if (some.length === 0) return null
  if (unit !== 'per second') return highest(some)
  return some.reduce((sum, value) => sum + value, 0) / some.length
}

function highest(values: Column): number | null {
  return values.reduce<number | null>(
    (most, value) => (value !== null && (most === null || value > most) ? value : most),
    null,
  )
}

function inWords(value: number | null, unit: ChartUnit): string {
  if (value === null) return NOTHING
  if (unit === 'ms') return value < 10_000 ? `${amount(value)} ms` : milliseconds(value)
  if (unit === 'share') return percent(value)
  return unit === 'count' ? count(Math.round(value)) : perSecond(value)
}
