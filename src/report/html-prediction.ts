import type { Summary } from '../results/summary.ts'
import { section, table } from './html-tables.ts'
import { html, type SafeHtml } from './html-text.ts'
import { PREDICTION_LEAD, predictionFigures } from './prediction-words.ts'

/** Predicted beside observed. Nothing for a run without a prediction. */
export function predictionSection({ prediction }: Summary): SafeHtml | undefined {
  if (prediction === undefined) return undefined
  const rows = predictionFigures(prediction).map(
    ([name, predicted, observed]) =>
      html`<tr><th scope="row" class="left">${name}</th><td>${predicted}</td><td>${observed}</td></tr>`,
  )
  const leftOut = prediction.leftOut.map((sentence) => html`<li>${sentence}</li>`)
  return section(
    'prediction',
    'Predicted and observed',
    `${PREDICTION_LEAD} It leaves out:`,
    html`<ul>${leftOut}</ul>`,
    table(
      'Predicted and observed',
      html`<tr><th scope="col" class="left">figure</th><th scope="col">predicted</th><th scope="col">observed</th></tr>`,
      rows,
    ),
  )
}
